"""The HTTP application."""

from collections.abc import Callable, MutableMapping
from typing import Any

from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from collector import __version__
from collector.domain.figures import Figures
from collector.domain.live import Live
from exporters.prometheus import Exposition
from exporters.self_metrics import SelfMetrics
from exporters.web.api.routes import add_api
from exporters.web.api.sources import Sources
from exporters.web.exporter_routes import exporter_routes
from exporters.web.web_config_file import WebConfigFile


def create_app(
    *,
    live: Callable[[], Live],
    figures: Callable[[], Figures | None],
    metrics: SelfMetrics,
    web_config: WebConfigFile,
    api: Sources | None = None,
    organisation: str = "",
) -> FastAPI:
    """The application; `live` and `figures` give the snapshots in force, `live` in any thread.

    Without `api` there are only the exporter's own pages.
    """
    app = FastAPI(
        title="Driftkoll",
        version=__version__,
        openapi_url="/openapi.json" if api else None,
        docs_url=None,  # its page loads scripts from elsewhere
        redoc_url=None,
    )
    app.include_router(
        exporter_routes(live, Exposition(figures, metrics), web_config, organisation)
    )
    if api:
        add_api(app, api)
    app.add_middleware(_Headers, web_config=web_config)
    return app


class _Headers:
    """Adds the web configuration file's headers to every answer."""

    def __init__(self, app: ASGIApp, web_config: WebConfigFile) -> None:
        self._app = app
        self._web_config = web_config

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = self._web_config.config().http_server_config.headers
        if scope["type"] != "http" or not headers:
            await self._app(scope, receive, send)
            return
        added = [(name.lower().encode(), value.encode()) for name, value in headers.items()]

        async def send_with(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *added]
            await send(message)

        await self._app(scope, receive, send_with)
