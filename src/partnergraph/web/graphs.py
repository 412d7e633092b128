"""The SPARQL 1.1 Graph Store HTTP Protocol at /graphs.

A graph is named by ``?graph=IRI`` or ``?default``, or directly: ``/graphs/NAME`` stands for
``https://w3id.org/partnergraph/graph/NAME``.
"""

import re
import uuid
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from fastapi import FastAPI, Request, Response
from starlette.datastructures import UploadFile

from partnergraph import names, records
from partnergraph.access import Access
from partnergraph.errors import UnsupportedFormError, UsageError
from partnergraph.graph_store import DEFAULT
from partnergraph.store import GRAPH_FORMATS
from partnergraph.web import methods, negotiation, pages, writers
from partnergraph.web.negotiation import GRAPH_ALIASES, GRAPHS
from partnergraph.web.requests import (
    graph_iri,
    media_of,
    streamed,
    text_of,
    utf8_media,
    watched,
)

_SENT = {GRAPH_FORMATS[form][0]: form for form in ("turtle", "ntriples", "jsonld", "rdfxml")}
_MOST_FILES = 100
_DOTS = re.compile(r"/\.{1,2}(?:/|$)")
_WHICH: list[dict[str, object]] = [
    {
        "name": "graph",
        "in": "query",
        "description": "The IRI of a graph",
        "schema": {"type": "string", "format": "iri"},
    },
    {
        "name": "default",
        "in": "query",
        "description": "The default graph",
        "allowEmptyValue": True,
        "schema": {"type": "string", "maxLength": 0},
    },
]
_RDF: dict[str, Any] = {
    "requestBody": {"content": {m: {} for m in (*_SENT, "multipart/form-data")}}
}
_UPDATE: dict[str, Any] = {"requestBody": {"content": {methods.PATCH: {}}}}

Handler = Callable[[Request], Awaitable[Response]]


def routes(app: FastAPI, access: Access) -> None:
    """Add the routes to an application."""

    async def get_graph(request: Request) -> Response:
        graph = _graph(request)
        offered = {**GRAPHS, **GRAPH_ALIASES}
        form = negotiation.choose(request.headers.get("accept"), offered)
        return await streamed(
            request,
            lambda ticket: access.graph(graph, form, ticket),
            {"Vary": "Accept", **_canonical(graph)},
        )

    async def put_graph(request: Request) -> Response:
        writers.allow(request, access)
        graph = _graph(request)
        new = await _filled(request, access, graph, merge=False)
        return Response(status_code=201 if new else 204, headers=_canonical(graph))

    async def post_graph(request: Request) -> Response:
        writers.allow(request, access)
        if not request.path_params.get("name") and not request.scope["query_string"]:
            name = f"loaded/{uuid.uuid4()}"
            graph = names.GRAPH + name
            await _filled(request, access, graph, merge=True)
            location = f"{request.base_url}graphs/{name}"
            return Response(status_code=201, headers={"Location": location, **_canonical(graph)})
        graph = _graph(request)
        new = await _filled(request, access, graph, merge=True)
        return Response(status_code=201 if new else 204, headers=_canonical(graph))

    async def delete_graph(request: Request) -> Response:
        writers.allow(request, access)
        values: dict[str, object] = {"graph": _graph(request)}
        await watched(request, partial(access.write, "delete", values, b""))
        return Response(status_code=204)

    async def patch_graph(request: Request) -> Response:
        writers.allow(request, access)
        graph = _graph(request)
        if (media := media_of(request)) != methods.PATCH:
            raise UnsupportedFormError(
                f"a patch of the type “{media}” is not read here", hint=f"Send {methods.PATCH}"
            )
        text = text_of(await request.body(), "update")
        values: dict[str, object] = {"graph": graph, "base": _base(request, graph)}
        await watched(request, partial(access.write, "patch", values, text.encode()))
        return Response(status_code=204)

    listed: list[tuple[Handler, str, str, int, dict[str, Any]]] = [
        (get_graph, "GET", "A graph", 200, {}),
        (put_graph, "PUT", "Fill a graph anew; for those allowed", 204, _RDF),
        (post_graph, "POST", "Merge into a graph, or make one; for those allowed", 204, _RDF),
        (delete_graph, "DELETE", "Remove a graph; for those allowed", 204, {}),
        (patch_graph, "PATCH", "Change a graph by an update; for those allowed", 204, _UPDATE),
    ]
    for handler, method, summary, status, extra in listed:
        app.add_api_route(
            "/graphs",
            handler,
            methods=[method],
            summary=f"{summary} (Graph Store HTTP Protocol)",
            status_code=status,
            openapi_extra={**extra, "parameters": _WHICH},
        )
        app.add_api_route(
            "/graphs/{name:path}",
            handler,
            methods=[method],
            summary=f"{summary}, named directly",
            status_code=status,
            openapi_extra={
                **extra,
                "parameters": [
                    {"name": "name", "in": "path", "required": True, "schema": {"type": "string"}}
                ],
            },
        )


def _graph(request: Request) -> str:
    """Return the IRI of the graph that a request is about, or nothing for the default graph.

    Raises:
        UsageError: it names none, or more than one.
    """
    fields = pages.form_fields(request.scope["query_string"])
    if request.path_params.get("name"):
        if fields:
            raise UsageError("the graph is named twice, by the path and by a parameter")
        # The path as it was sent: an encoded character is part of the name.
        path = request.scope["raw_path"].partition(b"?")[0].decode("ascii")
        return _checked(names.GRAPH + path.partition("/graphs/")[2])
    given = [(name, value) for name, values in fields.items() for value in values]
    if len(given) != 1 or given[0][0] not in {"graph", "default"}:
        raise UsageError(
            "a request is about one graph",
            hint="Name it: ?graph=IRI, ?default, or /graphs/NAME",
        )
    name, value = given[0]
    if name == "default":
        if value:
            raise UsageError("the parameter “default” has no value")
        return DEFAULT
    here = f"{request.base_url}graphs/"
    if value.startswith(here):
        value = names.GRAPH + value.removeprefix(here)
    return _checked(value)


def _checked(iri: str) -> str:
    if _DOTS.search(iri):
        raise UsageError(f"“{iri}” has a segment of dots in its path")
    return graph_iri(iri)


def _base(request: Request, graph: str) -> str:
    """Return what relative IRIs of a document are resolved against: its graph's name."""
    return graph or f"{request.base_url}graphs?default"


def _canonical(graph: str) -> dict[str, str]:
    """Return the header with the name by which SPARQL finds a graph."""
    return {"Link": f'<{pages.ascii_iri(graph)}>; rel="canonical"'} if graph else {}


async def _filled(request: Request, access: Access, graph: str, *, merge: bool) -> bool:
    """Fill a graph with what a request holds; say whether it is new."""
    documents = await _documents(request)
    values: dict[str, object] = {
        "graph": graph,
        "base": _base(request, graph),
        "documents": [(len(content), form, name) for content, form, name in documents],
        "merge": merge,
    }
    body = b"".join(content for content, _, _ in documents)
    return bool(await watched(request, partial(access.write, "put", values, body)))


async def _documents(request: Request) -> list[tuple[bytes, str, str]]:
    """Return content, format and name of each document in a request.

    Raises:
        UnsupportedFormError: one is in a form that is not read here.
    """
    media = media_of(request)
    if media != "multipart/form-data":
        return [(await request.body(), _format(media), "request")]
    found = []
    async with request.form(max_files=_MOST_FILES, max_fields=0) as form:
        for _, upload in form.multi_items():
            assert isinstance(upload, UploadFile)
            name = upload.filename or "request"
            sent = utf8_media(upload.content_type or "")
            known = sent and sent != "application/octet-stream"
            format_ = _format(sent) if known else _format_of(name)
            found.append((await upload.read(), format_, name))
    if not found:
        raise UsageError("the form holds no file")
    return found


def _format(media: str) -> str:
    if media not in _SENT:
        raise UnsupportedFormError(
            f"a graph of the type “{media}” is not read here"
            if media
            else "no Content-Type is given",
            hint="Send one of: " + ", ".join(_SENT),
        )
    return _SENT[media]


def _format_of(name: str) -> str:
    format_ = records.format_of(name)
    if format_ not in _SENT.values():
        raise UnsupportedFormError(
            f"{name} holds graphs with names, and one graph was to be sent",
            hint="Send one of: " + ", ".join(_SENT),
        )
    return format_
