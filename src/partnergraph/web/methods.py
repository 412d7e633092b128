"""HEAD and OPTIONS on every route (RFC 9110, 9.3.2 and 9.3.7)."""

from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST = 1 << 20
"""Bytes of a body that are made for HEAD and thrown away before its work is stopped."""
PATCH = "application/sparql-update"


def allowed(scope: Scope) -> list[str]:
    """Return the methods that the routes of an application have at a path."""
    routes: list[BaseRoute] = scope["app"].routes
    found = {
        method
        for route in routes
        if route.matches({**scope, "method": "", "type": "http"})[0] != Match.NONE
        for method in getattr(route, "methods", None) or {"GET"}
    }
    if "GET" in found:
        found |= {"HEAD"}
    return sorted({*found, "OPTIONS"}) if found else []


class Methods:
    """Answers HEAD as GET without its body, and OPTIONS with the methods of the path."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] == "http" and scope["method"] == "HEAD":
            await self._app({**scope, "method": "GET"}, receive, _without_body(send))
        elif scope["type"] == "http" and scope["method"] == "OPTIONS" and allowed(scope):
            methods = allowed(scope)
            headers = [(b"allow", ", ".join(methods).encode())]
            if "PATCH" in methods:
                headers.append((b"accept-patch", PATCH.encode()))
            await send({"type": "http.response.start", "status": 204, "headers": headers})
            await send({"type": "http.response.body"})
        else:
            await self._app(scope, receive, send)


def _without_body(send: Send) -> Send:
    made = 0
    over = False

    async def send_head(message: Message) -> None:
        nonlocal made, over
        if message["type"] != "http.response.body":
            await send(message)
            return
        made += len(message.get("body", b""))
        if not over and (made > MOST or not message.get("more_body", False)):
            over = True
            await send({"type": "http.response.body"})

    return send_head
