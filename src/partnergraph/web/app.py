"""The application: every route, each thin."""

import json
from collections.abc import Mapping
from functools import partial
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.staticfiles import StaticFiles

from partnergraph import __version__, catalogue, names
from partnergraph.access import Access
from partnergraph.describe import describe, triples
from partnergraph.errors import (
    PartnergraphError,
    UnknownNameError,
    UsageError,
)
from partnergraph.settings import MIB
from partnergraph.store import GRAPH_FORMATS, serialize
from partnergraph.web import (
    checking,
    clients,
    graphs,
    methods,
    negotiation,
    pages,
    problems,
    service,
    sparql,
    strategy,
)
from partnergraph.web.negotiation import GRAPHS, HTML, RESULT_ALIASES, RESULTS
from partnergraph.web.requests import language, only, streamed, watched

_SUFFIX_MEDIA = {
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "json": "application/sparql-results+json",
    "xml": "application/sparql-results+xml",
    "ttl": "text/turtle",
    "jsonld": "application/ld+json",
    "nt": "application/n-triples",
    "rdf": "application/rdf+xml",
    "html": "text/html",
}


def application(access: Access) -> FastAPI:
    """Return the application over a store."""
    app = FastAPI(
        title="partnergraph",
        version=__version__,
        summary="The draft CITES Partnership Strategy as a knowledge graph",
        license_info={"name": "Apache-2.0 (code), CC BY 4.0 (data)"},
        docs_url=None,
        redoc_url=None,
    )
    app.state.access = access
    app.mount("/static", StaticFiles(packages=[("partnergraph.web", "static")]))
    app.add_exception_handler(PartnergraphError, problems.on_error)
    app.add_exception_handler(HTTPException, problems.on_http_error)
    app.add_exception_handler(RequestValidationError, problems.on_invalid_request)
    app.add_exception_handler(Exception, problems.on_fault)

    app.add_middleware(methods.Methods)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=["*"],
        allow_methods=["GET", "HEAD", "POST"],
        allow_headers=["*"],
    )
    app.add_middleware(problems.BodyLimit, most=access.limits.request_mib * MIB)
    app.add_middleware(clients.Rate, per_minute=access.limits.requests_per_minute)
    app.add_middleware(problems.Headers)
    sparql.routes(app, access)
    graphs.routes(app, access)
    service.routes(app, access)
    _questions(app, access)
    _linked_data(app, access)
    strategy.routes(app, access)
    checking.routes(app, access)
    _health(app, access)
    return app


def _questions(app: FastAPI, access: Access) -> None:
    @app.get("/queries", summary="The catalogue of questions")
    def get_queries(request: Request) -> Response:
        only(request, {"lang"})
        form = negotiation.choose(
            request.headers.get("accept"), {**HTML, "application/json": "json"}
        )
        if form == "html":
            return HTMLResponse(pages.queries(language(request)))
        return Response(
            json.dumps([pages.question_fields(q) for q in catalogue.questions().values()]),
            media_type="application/json",
        )

    async def answer(request: Request, name: str, values: Mapping[str, str]) -> Response:
        stem, dot, suffix = name.rpartition(".")
        if dot and suffix in _SUFFIX_MEDIA and suffix not in {"rdf"}:
            name, accept = stem, _SUFFIX_MEDIA[suffix]
        else:
            accept = request.headers.get("accept") or ""
        question = catalogue.question(name)
        raw = values.get("raw") == "true"
        values = {k: v for k, v in values.items() if k not in {"lang", "raw"} and v != ""}
        query = question.ask(values)
        makes_graph = pages.makes_graph(query)
        offered = {**GRAPHS} if makes_graph else {**RESULTS, **RESULT_ALIASES}
        form = negotiation.choose(accept, {**HTML, **offered})
        if form == "html":
            rows = await watched(request, partial(access.rows, query))
            return HTMLResponse(
                pages.question(language(request), question, values, rows, access.store)
            )
        forms: dict[str, Any] = {"graph_format" if makes_graph else "result_format": form}
        return await streamed(
            request,
            lambda ticket: access.query(query, raw=raw, ticket=ticket, **forms),
            {"Vary": "Accept", "Link": sparql.links(request, access, query)},
        )

    @app.get("/queries/{name}", summary="A question's answer; parameters by name")
    async def get_query(request: Request, name: str) -> Response:
        for parameter, given in pages.form_fields(request.scope["query_string"]).items():
            if len(given) > 1:
                raise UsageError(f"the parameter “{parameter}” is given more than once")
        return await answer(request, name, dict(request.query_params))

    @app.post("/queries/{name}", summary="A question's answer; parameters in a form")
    async def post_query(request: Request, name: str) -> Response:
        fields = pages.form_fields(await request.body())
        return await answer(request, name, {k: v[-1] for k, v in fields.items()})


def _linked_data(app: FastAPI, access: Access) -> None:
    offered = {**HTML, **GRAPHS}

    def document(request: Request, path: str, iri: str) -> Response:
        stem, form = negotiation.split_suffix(iri)
        if not form:
            describe(access.store, iri)  # an unknown thing is told before any redirect
            form = negotiation.choose(request.headers.get("accept"), offered)
            suffix = next(s for s, f in negotiation.SUFFIXES.items() if f == form)
            query = f"?{request.url.query}" if request.url.query else ""
            return RedirectResponse(
                f"{path}.{suffix}{query}", status_code=303, headers={"Vary": "Accept"}
            )
        if form == "html":
            wanted = language(request)
            described = describe(access.store, stem, wanted)
            return HTMLResponse(pages.resource(wanted, described))
        content = serialize(
            triples(access.store, stem), form, names.PREFIXES if form == "turtle" else None
        )
        return Response(content, media_type=GRAPH_FORMATS[form][0])

    for kind in ("id", "rule", "query", "graph"):

        @app.get(f"/{kind}/{{rest:path}}", summary=f"A thing below {kind}/, or a document about it")
        def get_thing(request: Request, rest: str, kind: str = kind) -> Response:
            only(request, {"lang"})
            return document(request, f"/{kind}/{rest}", f"{names.BASE}{kind}/{rest}")

    @app.get("/ns", summary="The ontology")
    @app.get("/ns.{suffix}", summary="The ontology in one form", include_in_schema=False)
    def get_ontology(request: Request, suffix: str = "") -> Response:
        only(request, {"lang"})
        if suffix and suffix not in negotiation.SUFFIXES:
            raise UnknownNameError(
                f"there is no form .{suffix}", hint="Forms: " + ", ".join(negotiation.SUFFIXES)
            )
        form = negotiation.SUFFIXES.get(suffix) or negotiation.choose(
            request.headers.get("accept"), offered
        )
        if form == "html":
            return HTMLResponse(
                pages.ontology(language(request), access.store), headers={"Vary": "Accept"}
            )
        content = pages.ontology_document(access.store, form)
        return Response(content, media_type=GRAPH_FORMATS[form][0], headers={"Vary": "Accept"})

    @app.get("/ns/{name}", summary="One term of the ontology")
    def get_term(request: Request, name: str) -> Response:
        only(request, {"lang"})
        name, form = negotiation.split_suffix(name)
        iri = names.NS + name
        form = form or negotiation.choose(request.headers.get("accept"), offered)
        headers = {"Vary": "Accept"}
        if form == "html":
            return HTMLResponse(pages.term(language(request), access.store, iri), headers=headers)
        prefixes = names.PREFIXES if form == "turtle" else None
        content = serialize(triples(access.store, iri), form, prefixes)
        return Response(content, media_type=GRAPH_FORMATS[form][0], headers=headers)

    @app.get("/", summary="The first page", include_in_schema=False)
    def get_home(request: Request) -> Response:
        only(request, {"lang"})
        return HTMLResponse(pages.home(language(request), access.store))


def _health(app: FastAPI, access: Access) -> None:
    @app.get("/health/live", summary="The process answers")
    def live() -> dict[str, str]:
        return {"status": "live"}

    @app.get("/health/ready", summary="The graph is loaded; every limit in force")
    def ready() -> dict[str, object]:
        version = access.version
        return {
            "status": "ready",
            "version": __version__,
            "store": version,
            "children_without_network": access.pool.isolated,
            "writing": bool(access.limits.write_tokens) and access.directory.is_writer,
            "limits": access.limits.limits(),
        }
