"""The routes to the strategy itself: its paragraphs with what comes from them, and its rules."""

import json

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse

from partnergraph import norms, trace
from partnergraph.access import Access
from partnergraph.web import negotiation, pages
from partnergraph.web.negotiation import HTML
from partnergraph.web.requests import language, only

_OFFERED = {"application/json": "json", **HTML}


def routes(app: FastAPI, access: Access) -> None:
    """Add the routes to an application."""

    @app.get("/strategy", summary="Every paragraph with what comes from it")
    def get_strategy(request: Request) -> Response:
        only(request, {"lang"})
        form = negotiation.choose(request.headers.get("accept"), _OFFERED)
        found = trace.overview(access.store)
        if form == "html":
            return HTMLResponse(
                pages.strategy(language(request), found), headers={"Vary": "Accept"}
            )
        return Response(
            json.dumps([one.as_dict() for one in found]),
            media_type="application/json",
            headers={"Vary": "Accept"},
        )

    @app.get("/rules", summary="Every rule with its severity and paragraphs")
    def get_rules(request: Request) -> Response:
        only(request, {"lang"})
        form = negotiation.choose(request.headers.get("accept"), _OFFERED)
        norm = norms.current()
        if form == "html":
            return HTMLResponse(pages.rules(language(request), norm), headers={"Vary": "Accept"})
        return Response(
            json.dumps(pages.rules_fields(norm)),
            media_type="application/json",
            headers={"Vary": "Accept"},
        )

    @app.get("/trace/{paragraph}", summary="Everything that comes from a paragraph")
    def get_trace(request: Request, paragraph: str) -> Response:
        found = trace.trace(access.store, paragraph)
        form = negotiation.choose(
            request.headers.get("accept"), {"application/json": "json", **HTML}
        )
        if form == "html":
            return HTMLResponse(pages.traced(language(request), found))
        return Response(json.dumps(found.as_dict()), media_type="application/json")
