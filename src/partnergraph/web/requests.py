"""What routes do with a request: its language, its parameters, work that ends with the client."""

from collections.abc import AsyncIterator, Callable, Mapping
from typing import TypeVar

import anyio
import anyio.to_thread
from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from partnergraph import names
from partnergraph.errors import (
    PartnergraphError,
    UnreadableInputError,
    UnsupportedFormError,
    UsageError,
)
from partnergraph.pool import Answer, Ticket
from partnergraph.store import Iri
from partnergraph.web import negotiation, pages

T = TypeVar("T")


def language(request: Request) -> str:
    """Return the language to answer in."""
    return negotiation.language(
        request.query_params.get("lang"),
        request.headers.get("accept-language"),
        pages.LANGUAGES,
    )


def only(request: Request, known: set[str]) -> None:
    """Refuse query parameters that the route does not have, or that are not UTF-8."""
    for name in pages.form_fields(request.scope["query_string"]):
        if name not in known:
            raise UsageError(
                f"there is no parameter “{name}” here",
                hint=names.nearest(name, known, "Parameters: " + ", ".join(sorted(known))),
            )


def media_of(request: Request) -> str:
    """Return the media type of a request's body, in small letters and without parameters.

    Raises:
        UnreadableInputError: it says that its text is not in UTF-8.
    """
    return utf8_media(request.headers.get("content-type", ""))


def utf8_media(content_type: str) -> str:
    """Return the media type that a header names.

    Raises:
        UnreadableInputError: the header names a character set other than UTF-8.
    """
    media, *parameters = (part.strip().lower() for part in content_type.split(";"))
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "charset" and value.strip(' "') not in {"utf-8", "utf8", "us-ascii"}:
            raise UnreadableInputError(
                f"the text is said to be in {value.strip()}, and only UTF-8 is read here"
            )
    return media


def text_of(content: bytes, what: str) -> str:
    """Return a body as text.

    Raises:
        UnreadableInputError: it is not UTF-8.
    """
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise UnreadableInputError(
            f"the {what} is not UTF-8: byte {error.start + 1} does not fit"
        ) from error


def graph_iri(text: str) -> str:
    """Return the absolute IRI of a graph.

    Raises:
        UsageError: it is none.
    """
    try:
        return Iri(text).value
    except ValueError as error:
        raise UsageError(
            f"“{text}” is not the IRI of a graph", hint="Give it whole, with its scheme"
        ) from error


async def operation(
    request: Request, name: str, direct: str, others: set[str]
) -> tuple[str, dict[str, list[str]]]:
    """Return the query or the update of a request, and its other parameters.

    By the SPARQL 1.1 Protocol it stands in the address, in a form, or is the body itself.

    Args:
        request: the request.
        name: the parameter that holds it: ``query`` or ``update``.
        direct: the media type of a body that is it.
        others: the parameters there may be beside it.

    Raises:
        UsageError: there is not exactly one, or a parameter is not known.
        UnsupportedFormError: the body has another media type.
        UnreadableInputError: it is not UTF-8.
    """
    fields = pages.form_fields(request.scope["query_string"])
    if request.method == "POST":
        media = media_of(request)
        if media == direct:
            body = text_of(await request.body(), name)
            fields[name] = [*fields.get(name, []), body]
        elif media == "application/x-www-form-urlencoded":
            for key, values in pages.form_fields(await request.body()).items():
                fields[key] = [*fields.get(key, []), *values]
        else:
            raise UnsupportedFormError(
                f"a body of the type “{media}” is not read here"
                if media
                else "the body has no Content-Type",
                hint=f"Send {direct} or application/x-www-form-urlencoded",
            )
    known = {name, *others}
    for key in fields:
        if key not in known:
            hint = names.nearest(key, known, "Parameters: " + ", ".join(sorted(known)))
            raise UsageError(f"there is no parameter “{key}” here", hint=hint)
    texts = fields.pop(name, [])
    if len(texts) != 1:
        raise UsageError(f"the request has the parameter “{name}” {len(texts)} times, not once")
    return texts[0], fields


async def streamed(
    request: Request, start: Callable[[Ticket], Answer], headers: Mapping[str, str]
) -> Response:
    """Answer piece by piece; the work ends when the client goes away."""

    def started(ticket: Ticket) -> tuple[Answer, Ticket]:
        return start(ticket), ticket

    answer, ticket = await watched(request, started)
    media = str(answer.about["media"])
    if request.scope["http_version"] == "1.0":
        # The end of the connection is the only end of an answer there, so a broken one would
        # look whole: it is sent when it is.
        whole = await anyio.to_thread.run_sync(b"".join, answer)
        return Response(whole, media_type=media, headers=dict(headers))

    async def body() -> AsyncIterator[bytes]:
        pieces = iter(answer)
        try:
            while (
                piece := await anyio.to_thread.run_sync(next, pieces, None, abandon_on_cancel=True)
            ) is not None:
                yield piece
        finally:
            # Harmless when the answer is complete; otherwise nobody waits for the rest.
            ticket.stop()

    return StreamingResponse(body(), media_type=media, headers=dict(headers))


async def watched(request: Request, work: Callable[[Ticket], T]) -> T:
    """Run work in a thread; stop it when the client goes away."""
    ticket = Ticket()
    answers: list[T] = []
    errors: list[PartnergraphError] = []

    async def watch() -> None:
        while not await request.is_disconnected():
            await anyio.sleep(0.2)
        ticket.stop()

    def run() -> None:
        try:
            answers.append(work(ticket))
        except PartnergraphError as error:  # not wrapped into a group by the task group
            errors.append(error)

    async with anyio.create_task_group() as group:
        group.start_soon(watch)
        await anyio.to_thread.run_sync(run)
        group.cancel_scope.cancel()
    if errors:
        raise errors[0]
    return answers[0]
