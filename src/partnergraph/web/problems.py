"""Errors over HTTP, all in the one form of RFC 9457, and the headers every answer has."""

import json
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from partnergraph.errors import (
    FaultError,
    LimitError,
    PartnergraphError,
    TooLargeError,
    UnauthorizedError,
    UnknownNameError,
    UsageError,
)
from partnergraph.web import methods

HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Allow, Link, Location, Retry-After, WWW-Authenticate",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class Headers:
    """Adds the headers that every answer has.

    Plain ASGI: the framework's own kind of middleware would hide that a client went away.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers)


class BodyLimit:
    """Stops reading a request's body at a limit, whatever length its header tells."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app = app
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, counting what is read of it."""
        total = 0

        async def counted() -> Message:
            nonlocal total
            message = await receive()
            total += len(message.get("body", b""))
            if total > self._most:
                raise TooLargeError(f"the request may have {self._most:,} bytes")
            return message

        await self._app(scope, counted, send)


def problem(request: Request, error: PartnergraphError) -> Response:
    """Return an error as ``application/problem+json``."""
    fields = {**error.as_dict(), "instance": request.url.path}
    headers = dict(HEADERS)
    if isinstance(error, LimitError):
        headers["Retry-After"] = str(error.retry_after)
    if isinstance(error, UnauthorizedError):
        headers["WWW-Authenticate"] = 'Bearer realm="partnergraph"'
    return Response(
        json.dumps(fields, ensure_ascii=False),
        status_code=error.status,
        media_type="application/problem+json",
        headers=headers,
    )


async def on_error(request: Request, error: Exception) -> Response:
    """Handle an error raised on purpose."""
    assert isinstance(error, PartnergraphError)
    return problem(request, error)


async def on_http_error(request: Request, error: Exception) -> Response:
    """Handle an error of the framework, such as a path that no route has."""
    assert isinstance(error, HTTPException)
    made: PartnergraphError
    if error.status_code == 404:
        made = UnknownNameError(f"there is nothing at {request.url.path}", hint="See /openapi.json")
    else:
        made = UsageError(str(error.detail))
        made.status = error.status_code
    response = problem(request, made)
    if error.status_code == 405:
        response.headers["Allow"] = ", ".join(methods.allowed(request.scope))
    return response


async def on_invalid_request(request: Request, error: Exception) -> Response:
    """Handle a parameter that the framework found wrong."""
    assert isinstance(error, RequestValidationError)
    first: dict[str, Any] = error.errors()[0]
    name = ".".join(str(part) for part in first["loc"])
    return problem(request, UsageError(f"{name}: {first['msg']}"))


async def on_fault(request: Request, error: Exception) -> Response:
    """Handle a mistake of ours, without telling how we are built."""
    return problem(request, FaultError(f"a mistake of ours ({type(error).__name__})"))
