"""The routes that check records and explain verdicts."""

from functools import partial

from fastapi import FastAPI, Request, Response, UploadFile
from fastapi.responses import HTMLResponse, JSONResponse
from starlette.datastructures import UploadFile as StarletteUploadFile

from partnergraph import forms, records
from partnergraph.access import Access
from partnergraph.errors import UnsupportedFormError, UsageError
from partnergraph.forms import explained
from partnergraph.report import ENGINES, Engine
from partnergraph.store import GRAPH_FORMATS
from partnergraph.web import negotiation, pages
from partnergraph.web.negotiation import HTML
from partnergraph.web.requests import language, only, watched

_RDF_MEDIA = {media: form for form, (media, _) in GRAPH_FORMATS.items()}
_REPORTS = {
    "application/json": "json",
    "text/turtle": "turtle",
    "application/ld+json": "jsonld",
    "text/plain": "text",
    "text/csv": "csv",
    "application/xml": "junit",
}
_EXPLAINED = {"application/json": "json", "text/plain": "text"}


def routes(app: FastAPI, access: Access) -> None:
    """Add the routes to an application."""

    @app.get("/validate", summary="The page for checking a record", include_in_schema=False)
    def get_validate(request: Request) -> Response:
        only(request, {"lang"})
        return HTMLResponse(pages.validate(language(request), None))

    @app.post("/validate", summary="Check partnership records; a file as body or multipart")
    async def post_validate(request: Request) -> Response:
        only(request, {"lang", "engine"})
        engine = _engine(request)
        content, format_, file = await _record(request)
        form = negotiation.choose(request.headers.get("accept"), {**_REPORTS, **HTML})
        found = await watched(
            request, partial(access.validate, content, format_, file, (), engine=engine)
        )
        if form == "html":
            return HTMLResponse(pages.validate(language(request), found))
        return Response(forms.write([found], form, language(request)), media_type=forms.MEDIA[form])

    @app.get("/schema/report.json", summary="The JSON Schema of reports")
    def get_schema(request: Request) -> Response:
        only(request, set())
        return JSONResponse(forms.schema(), media_type="application/schema+json")

    async def explanation(request: Request, subject: str, detail: str) -> Response:
        only(request, {"lang"})
        form = negotiation.choose(request.headers.get("accept"), {**_EXPLAINED, **HTML})
        wanted = language(request)
        found = await watched(
            request, lambda ticket: access.explain(subject, detail, wanted, ticket=ticket)
        )
        headers = {"Vary": "Accept, Accept-Language"}
        if form == "html":
            return HTMLResponse(pages.explained(wanted, found), headers=headers)
        return Response(explained.write(found, form), media_type=forms.MEDIA[form], headers=headers)

    @app.get("/explain/{subject}", summary="What a rule asks, or why a record got its verdict")
    async def get_explanation(request: Request, subject: str) -> Response:
        return await explanation(request, subject, "")

    @app.get(
        "/explain/{subject}/{detail}",
        summary="What decided a criterion of a record, or how it contributes to an aim",
    )
    async def get_detail(request: Request, subject: str, detail: str) -> Response:
        return await explanation(request, subject, detail)


def _engine(request: Request) -> Engine:
    """Return the engine that a request names."""
    asked = request.query_params.get("engine", ENGINES[0])
    for engine in ENGINES:
        if engine == asked:
            return engine
    raise UsageError(f"there is no engine “{asked}”", hint="Engines: " + ", ".join(ENGINES))


async def _record(request: Request) -> tuple[bytes, str, str]:
    """Return content, format and file name of the record in a request."""
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media == "multipart/form-data":
        async with request.form(max_files=1, max_fields=5) as form:
            upload = form.get("file")
            if not isinstance(upload, UploadFile | StarletteUploadFile) or not upload.filename:
                raise UsageError("the form holds no file", hint="Send it as the field “file”")
            content = await upload.read()
            return content, records.format_of(upload.filename), upload.filename
    if media not in _RDF_MEDIA:
        raise UnsupportedFormError(
            f"“{media}” is not read here", hint="Send one of: " + ", ".join(_RDF_MEDIA)
        )
    return await request.body(), _RDF_MEDIA[media], "request"
