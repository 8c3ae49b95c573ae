"""The HTTP side of the integration platforms: health+json, and RabbitMQ's overview."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator, MutableMapping, Sequence
from contextlib import contextmanager
from typing import Any

import uvicorn

from collector.demo.claiming import Sockets
from collector.demo.organisation import Device
from collector.demo.world import World
from collector.domain.instants import SECOND, Instant

_HEALTH, _ALARMS, _OVERVIEW = "/health", "/api/health/checks/alarms", "/api/overview"

_VOID = 60
"""Seconds: longer than anyone waits."""

_Message = MutableMapping[str, Any]


class HttpServices:
    """The services' pages on their own addresses."""

    def __init__(
        self,
        devices: Sequence[Device],
        sockets: Sockets,
        world: World,
        clock: Callable[[], Instant],
    ) -> None:
        self._world = world
        self._clock = clock
        self._began = clock()
        self._services = {d.address: d for d in devices if d.address in sockets}
        self._sockets = [*sockets.values()]
        self._server = Server(
            uvicorn.Config(
                self._answer,
                interface="asgi3",
                http="h11",
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
            )
        )

    async def serve(self) -> None:
        """Answer until cancelled."""
        await self._server.serve(self._sockets)

    async def _answer(
        self,
        scope: _Message,
        receive: Callable[[], Awaitable[_Message]],
        send: Callable[[_Message], Awaitable[None]],
    ) -> None:
        device = self._services[scope["server"][0]]
        if not self._world.hears(device.name, self._clock()):
            # A request into the void waits until its sender has enough of it.
            await asyncio.sleep(_VOID)
        await asyncio.sleep(self._world.delay(device.name))
        page = self._page(scope["path"], device)
        kind = b"application/health+json" if scope["path"] == _HEALTH else b"application/json"
        await send(
            {
                "type": "http.response.start",
                "status": 404 if page is None else 200,
                "headers": [(b"content-type", kind)],
            }
        )
        await send({"type": "http.response.body", "body": json.dumps(page or {}).encode()})

    def _page(self, path: str, device: Device) -> dict[str, Any] | None:
        seconds = (self._clock() - self._began) // SECOND
        if path == _HEALTH:
            return {
                "status": "pass",
                "serviceId": device.name,
                "description": device.description,
                "checks": {
                    "messages:sent": [{"observedValue": 1200 + 7 * seconds}],
                    "messages:failed": [{"observedValue": 3 + seconds // 90}],
                },
            }
        if path == _ALARMS:
            return {"status": "ok"}
        if path == _OVERVIEW:
            return {
                "product_name": "RabbitMQ",
                "node": f"rabbit@{device.name}",
                "message_stats": {
                    "publish": 5000 + 11 * seconds,
                    "deliver_get": 5000 + 11 * seconds,
                    "return_unroutable": 2 + seconds // 120,
                },
                "queue_totals": {"messages": seconds % 17, "messages_ready": seconds % 17},
            }
        return None


class Server(uvicorn.Server):
    """A server that leaves signals alone."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
