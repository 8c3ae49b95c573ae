"""The web server, inside the agent's own event loop."""

import asyncio
import errno
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from exporters.web.tls import reloading
from exporters.web.web_config_file import WebConfigFile

_FINISH_WITHIN = 1
"""Whole seconds that requests under way get when the server stops."""

_KEEP_ALIVE = 75
"""Seconds an idle connection is kept: longer than the usual pace of scrapes."""

_REMEDIES = {
    errno.EADDRINUSE: "stop what listens there (another agent?), or change `listen`",
    errno.EACCES: "ports below 1024 take a privilege, change `listen`",
    errno.EADDRNOTAVAIL: "this machine has no such address, change `listen`",
}


class ListenError(OSError):
    """The address cannot be listened on; the message is one line for the user."""


class WebServer:
    """Serves an application on a host and a port until it is stopped."""

    def __init__(self, app: ASGIApp, host: str, port: int, web_config: WebConfigFile) -> None:
        self._app = app
        self._host = host
        self._port = port
        self._web_config = web_config
        self._server: _Server | None = None
        self._serving: asyncio.Task[None] | None = None
        self.addresses: tuple[tuple[str, int], ...] = ()
        """Where it listens, once started: a port of 0 has become a real one."""

    async def start(self) -> None:
        """Listen, and serve in the background; ListenError where that cannot be."""
        sockets = await _bind(self._host, self._port)
        self.addresses = tuple(bound.getsockname()[:2] for bound in sockets)
        server = self._server = _Server(self._config())
        self._serving = asyncio.create_task(server.serve(sockets), name="web server")
        up = asyncio.create_task(server.up.wait())
        await asyncio.wait((self._serving, up), return_when=asyncio.FIRST_COMPLETED)
        up.cancel()
        if self._serving.done():
            await self._serving

    async def stop(self) -> None:
        """Let go of the port, close idle connections, and end what still is under way after a
        second."""
        if self._server is None or self._serving is None:
            return
        self._server.should_exit = True
        await self._serving
        for connection in list(self._server.server_state.connections):
            if transport := getattr(connection, "transport", None):
                transport.abort()

    def _config(self) -> uvicorn.Config:
        return uvicorn.Config(
            self._app,
            loop="none",
            http="h11",
            ws="none",
            lifespan="off",
            interface="asgi3",
            log_config=None,
            log_level="warning",
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_keep_alive=_KEEP_ALIVE,
            timeout_graceful_shutdown=_FINISH_WITHIN,
            ssl_context_factory=self._tls if self._web_config.tls else None,
        )

    def _tls(self, *_: object) -> ssl.SSLContext:
        return reloading(self._web_config.context)


class _Server(uvicorn.Server):
    """A server that leaves signals to the agent and says when it is up."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to accept connections."""
        await super().startup(sockets)
        self.up.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none: SIGTERM is the agent's."""
        yield


async def _bind(host: str, port: int) -> list[socket.socket]:
    """A listening socket for each address of the host."""
    loop = asyncio.get_running_loop()
    sockets: list[socket.socket] = []
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        for family, kind, protocol, _, address in dict.fromkeys(found):
            bound = socket.socket(family, kind, protocol)
            sockets.append(bound)
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            bound.setblocking(False)
            bound.bind(address)
            bound.listen()
    except OSError as error:
        for bound in sockets:
            bound.close()
        where = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        why = error.strerror or str(error)
        remedy = _REMEDIES.get(error.errno or 0, "change `listen`")
        raise ListenError(f"cannot listen on {where}: {why}; {remedy}") from error
    return sockets
