"""What routes do with a request: its language, its parameters, work that ends with the client."""

from collections.abc import Callable
from typing import TypeVar

import anyio
import anyio.to_thread
from fastapi import Request

from partnergraph import names
from partnergraph.errors import PartnergraphError, UsageError
from partnergraph.pool import Ticket
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
    """Refuse query parameters that the route does not have."""
    for name in request.query_params:
        if name not in known:
            raise UsageError(
                f"there is no parameter “{name}” here",
                hint=names.nearest(name, known, "Parameters: " + ", ".join(sorted(known))),
            )


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
