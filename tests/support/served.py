"""The web application on a real port, in a thread of its own."""

import asyncio
import threading
from pathlib import Path

from support.snapshots import FIGURES, LIVE

from collector.domain.figures import Figures
from collector.domain.live import Live
from exporters.self_metrics import SelfMetrics
from exporters.web.api.sources import Sources
from exporters.web.app import create_app
from exporters.web.server import WebServer
from exporters.web.web_config_file import WebConfigFile


class Served:
    """The application and its server; `live` may be replaced while it runs."""

    def __init__(
        self,
        web_config: Path | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        api: Sources | None = None,
    ):
        self.live: Live = LIVE
        self.figures: Figures | None = FIGURES
        self.metrics = SelfMetrics()
        config = WebConfigFile(web_config)
        self._tls = config.tls
        app = create_app(
            live=lambda: self.live,
            figures=lambda: self.figures,
            metrics=self.metrics,
            web_config=config,
            api=api,
        )
        self.server = WebServer(app, host, port, config)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        try:
            self._run(self.server.start())
        except BaseException:
            self._end()
            raise

    @property
    def url(self) -> str:
        """Where it is, without a slash at the end."""
        host, port = self.server.addresses[0]
        return f"http{'s' * self._tls}://{f'[{host}]' if ':' in host else host}:{port}"

    def stop_serving(self) -> None:
        """Stop the server; its loop goes on."""
        self._run(self.server.stop())

    def stop(self) -> None:
        """Stop the server and its loop."""
        self.stop_serving()
        self._run(asyncio.sleep(0.05))  # connections that were cut are closed in the loop's turn
        self._end()

    def _run(self, work) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=20)

    def _end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()
