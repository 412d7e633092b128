"""The SPARQL 1.1 Protocol: queries at /sparql, updates at /sparql/update."""

from collections.abc import Sequence
from functools import partial
from typing import Annotated, Any

import anyio.to_thread
from fastapi import FastAPI, Query, Request, Response
from fastapi.responses import HTMLResponse

from partnergraph import sparql
from partnergraph.access import KIB, Access
from partnergraph.errors import UsageError
from partnergraph.store import GRAPH_FORMATS
from partnergraph.web import negotiation, pages, service, writers
from partnergraph.web.negotiation import GRAPH_ALIASES, GRAPHS, HTML, RESULT_ALIASES, RESULTS
from partnergraph.web.requests import graph_iri, language, operation, streamed, watched

_SD = "http://www.w3.org/ns/sparql-service-description#"
_OTHERS = {"default-graph-uri", "named-graph-uri", "raw", "lang"}
# Sent by SPARQLWrapper and others beside the Accept header, which decides.
_OTHERS |= {"format", "output", "results"}
_USING = {"using-graph-uri", "using-named-graph-uri"}
_MOST_LINKS = 50


def routes(app: FastAPI, access: Access) -> None:
    """Add the routes to an application."""

    @app.get("/sparql", summary="Query (SPARQL 1.1 Protocol); without one, what the service is")
    async def get_sparql(
        request: Request,
        query: str | None = None,
        default_graph_uri: Annotated[list[str], Query(alias="default-graph-uri")] = [],  # noqa: B006
        named_graph_uri: Annotated[list[str], Query(alias="named-graph-uri")] = [],  # noqa: B006
        raw: Annotated[
            bool, Query(description="Leave CSV and TSV cells that look like formulas as they are")
        ] = False,
    ) -> Response:
        if not request.query_params.keys() - {"lang"}:
            return await _described(request, access)
        return await _queried(request, access)

    @app.post(
        "/sparql",
        summary="Query (SPARQL 1.1 Protocol), by form or directly",
        openapi_extra=_body("query"),
    )
    async def post_sparql(request: Request) -> Response:
        return await _queried(request, access)

    @app.post(
        "/sparql/update",
        summary="Update (SPARQL 1.1 Protocol), by form or directly; for those allowed",
        status_code=204,
        openapi_extra=_body("update"),
    )
    async def post_update(request: Request) -> Response:
        writers.allow(request, access)
        text, fields = await operation(request, "update", "application/sparql-update", _USING)
        values: dict[str, object] = {
            "base": str(request.url_for("post_update")),
            "default": [graph_iri(g) for g in fields.get("using-graph-uri", [])],
            "named": [graph_iri(g) for g in fields.get("using-named-graph-uri", [])],
        }
        await watched(request, partial(access.write, "update", values, text.encode()))
        return Response(status_code=204)


def _body(name: str) -> dict[str, object]:
    """Return how the API description tells the two kinds of body."""
    form = {"type": "object", "required": [name], "properties": {name: {"type": "string"}}}
    return {
        "requestBody": {
            "content": {
                "application/x-www-form-urlencoded": {"schema": form},
                f"application/sparql-{name}": {"schema": {"type": "string"}},
            }
        }
    }


async def _described(request: Request, access: Access) -> Response:
    form = negotiation.choose(request.headers.get("accept"), {**GRAPHS, **GRAPH_ALIASES, **HTML})
    headers = {"Vary": "Accept, Accept-Language"}
    if form == "html":
        return HTMLResponse(pages.sparql(language(request), "", None), headers=headers)
    content = await anyio.to_thread.run_sync(
        partial(service.description, access, str(request.base_url), form)
    )
    return Response(content, media_type=GRAPH_FORMATS[form][0], headers=headers)


async def _queried(request: Request, access: Access) -> Response:
    query, fields = await operation(request, "query", "application/sparql-query", _OTHERS)
    sparql.refuse_long(query, access.limits.query_kib * KIB)
    default = tuple(graph_iri(g) for g in fields.get("default-graph-uri", []))
    named = tuple(graph_iri(g) for g in fields.get("named-graph-uri", []))
    raw = fields.get("raw", ["false"])
    if raw not in (["true"], ["false"]):
        raise UsageError("the parameter “raw” is true or false")
    accept = request.headers.get("accept")
    makes_graph = pages.makes_graph(query)
    offered = {**GRAPHS, **GRAPH_ALIASES} if makes_graph else {**RESULTS, **RESULT_ALIASES}
    headers = {"Vary": "Accept", "Link": links(request, access, query, default, named)}
    takes_html = not makes_graph and "text/html" in (accept or "")
    if takes_html and negotiation.choose(accept, {**HTML, **offered}) == "html":
        rows = await watched(
            request,
            lambda ticket: access.rows(query, ticket, default_graphs=default, named_graphs=named),
        )
        return HTMLResponse(pages.sparql(language(request), query, rows), headers=headers)
    form = negotiation.choose(accept, offered)
    asked: dict[str, Any] = {
        "graph_format" if makes_graph else "result_format": form,
        "default_graphs": default,
        "named_graphs": named,
        "raw": raw == ["true"],
        "base": str(request.url_for("get_sparql")),
    }
    return await streamed(
        request, lambda ticket: access.query(query, ticket=ticket, **asked), headers
    )


def links(
    request: Request,
    access: Access,
    query: str,
    default: Sequence[str] = (),
    named: Sequence[str] = (),
) -> str:
    """Return the Link header that says which graphs an answer was worked out on."""
    described = f'<{request.url_for("get_sparql")}>; rel="describedby"'
    if not default and not named and "from" in query.casefold():
        default, named = sparql.dataset(query)
    if not default and not named:
        default = [service.default_graph(access, str(request.base_url))]
    if len(default) + len(named) > _MOST_LINKS:
        return described
    listed = [(iri, "defaultGraph") for iri in default] + [(iri, "namedGraph") for iri in named]
    return ", ".join(
        [*(f'<{pages.ascii_iri(iri)}>; rel="{_SD}{rel}"' for iri, rel in listed), described]
    )
