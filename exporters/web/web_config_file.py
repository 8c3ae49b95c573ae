"""The web configuration file in force: read again when it, or a file it names, has changed."""

import logging
import ssl
from pathlib import Path

from exporters.web.tls import server_context
from exporters.web.web_config import WebConfig, WebConfigError, read_web_config

_log = logging.getLogger(__name__)

_Stamp = tuple[int, int, int]


class WebConfigFile:
    """The file as last read without fault.

    A file that has become faulty leaves the one before in force and is logged once: what a
    misspelt key must not do is to open the port or to shut Prometheus out.
    """

    def __init__(self, path: Path | None) -> None:
        """Read it; WebConfigError with one line a fault. None is a file that asks for nothing."""
        self._path = path
        self._config = WebConfig()
        self._context: ssl.SSLContext | None = None
        self._watched: tuple[Path, ...] = ()
        self._stamps: tuple[_Stamp | None, ...] = ()
        if path is not None:
            self._config, self._context = self._read(path)

    @property
    def tls(self) -> bool:
        """Whether connections are encrypted."""
        return self._context is not None

    def config(self) -> WebConfig:
        """What holds now."""
        self._refresh()
        return self._config

    def context(self) -> ssl.SSLContext:
        """The TLS context of a new connection; only where `tls`."""
        self._refresh()
        assert self._context is not None
        return self._context

    def _refresh(self) -> None:
        if self._path is None or (stamps := tuple(map(_stamp, self._watched))) == self._stamps:
            return
        # Kept before reading: what changes meanwhile is seen the next time.
        self._stamps = stamps
        try:
            config, context = self._read(self._path)
            if (context is not None) != self.tls:
                raise WebConfigError(  # noqa: TRY301  one fault among those that reading finds
                    f"{self._path}: turning TLS {'off' if self.tls else 'on'} takes a restart"
                )
        except WebConfigError as error:
            for line in error.lines:
                _log.error("%s (what was in force before stays so)", line)
        else:
            self._config, self._context = config, context

    def _read(self, path: Path) -> tuple[WebConfig, ssl.SSLContext | None]:
        self._watched = (path, *self._watched[1:])
        config = read_web_config(path)
        tls = config.tls_server_config
        if tls is None:
            self._watched = (path,)
            return config, None
        named = (path, tls.cert_file, tls.key_file, tls.client_ca_file)
        self._watched = tuple(file for file in named if file is not None)
        try:
            return config, server_context(tls)
        except WebConfigError as error:
            raise WebConfigError(*(f"{path}: {line}" for line in error.lines)) from None


def _stamp(path: Path) -> _Stamp | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
