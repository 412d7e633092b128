"""How often one client may ask."""

import ipaddress
import math
import time
from collections.abc import Callable

from fastapi import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from partnergraph.errors import TooOftenError
from partnergraph.web import problems

WORK = ("/sparql", "/graphs", "/queries/", "/validate", "/explain/")
"""The paths of requests that are counted: those that a child works for."""
MOST_CLIENTS = 10_000


class Rate:
    """Gives each client a bucket that fills by so many requests a minute."""

    def __init__(
        self, app: ASGIApp, per_minute: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._app = app
        self._per_minute = per_minute
        self._clock = clock
        self._buckets: dict[str, tuple[float, float]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer that there were too many."""
        counts = (
            scope["type"] == "http"
            and scope["method"] != "OPTIONS"
            and scope["path"].startswith(WORK)
        )
        if counts and (seconds := self.take(client_of(scope))):
            error = TooOftenError(
                f"one client may send {self._per_minute} requests in a minute",
                hint=f"Try again in {seconds} s",
            )
            error.retry_after = seconds
            await problems.problem(Request(scope), error)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def take(self, client: str) -> int:
        """Take a request from a client's bucket; return 0, or the seconds until there is one."""
        now = self._clock()
        each = 60 / self._per_minute
        left, since = self._buckets.pop(client, (float(self._per_minute), now))
        left = min(self._per_minute, left + (now - since) / each)
        enough = left >= 1
        # Put last: the client that was away longest is forgotten first.
        self._buckets[client] = (left - 1 if enough else left, now)
        if len(self._buckets) > MOST_CLIENTS:
            del self._buckets[next(iter(self._buckets))]
        return 0 if enough else math.ceil((1 - left) * each)


def client_of(scope: Scope) -> str:
    """Return the address of a client; of IPv6 the network, since one client has it whole."""
    host = str((scope.get("client") or ("",))[0])
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if address.version == 6:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return host
