"""The process that serves: it holds the store as its one writer and answers over HTTP."""

import socket
from collections.abc import Callable

import uvicorn

from partnergraph.access import Access
from partnergraph.directory import StoreDirectory
from partnergraph.errors import UsageError
from partnergraph.settings import Settings
from partnergraph.web.app import application


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens; port 0 lets the system choose.

    Raises:
        UsageError: the address cannot be used.
    """
    try:
        family, kind, _, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        # The protocol is named because asyncio turns Nagle's delay off only where it sees it:
        # without that each answer waits 40 ms for an acknowledgement.
        listener = socket.socket(family, kind, socket.IPPROTO_TCP)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(where)
        listener.listen(128)
    except OSError as error:
        raise UsageError(
            f"{host}:{port} cannot be served: {error.strerror or error}",
            hint="Choose another port with --port (or PORT= for make)",
        ) from error
    return listener


def address(listener: socket.socket) -> str:
    """Return the URL of a listening socket."""
    host, port = listener.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def serve(
    directory: StoreDirectory,
    limits: Settings,
    listener: socket.socket,
    ready: Callable[[], None],
) -> None:
    """Serve until stopped; call ``ready`` once requests are answered."""
    access = Access(directory, limits)
    try:
        access.pool.warm()
        config = uvicorn.Config(
            application(access), log_level="warning", access_log=False, server_header=False
        )
        server = _Server(config, ready, access.pool.close)
        server.run(sockets=[listener])
    finally:
        access.close()


class _Server(uvicorn.Server):
    """A server that says when it is ready, and stops the work in hand before it goes."""

    def __init__(
        self, config: uvicorn.Config, ready: Callable[[], None], stop: Callable[[], None]
    ) -> None:
        super().__init__(config)
        self._ready = ready
        self._stop = stop

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop what runs, so that nobody has to wait for it, then end."""
        self._stop()
        await super().shutdown(sockets)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so."""
        await super().startup(sockets)
        if self.started:
            self._ready()
