"""Logs: one line an event on stderr, as key=value or JSON."""

import json
import logging
from datetime import UTC, datetime


class _KeyValue(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        fields = {"time": _time(record), "level": record.levelname.lower(), "logger": record.name}
        line = " ".join(f"{key}={value}" for key, value in fields.items())
        text = f"{line} msg={json.dumps(record.getMessage(), ensure_ascii=False)}"
        return f"{text}\n{self.formatException(record.exc_info)}" if record.exc_info else text


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        fields = {
            "time": _time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "msg": record.getMessage(),
        }
        if record.exc_info:
            fields["traceback"] = self.formatException(record.exc_info)
        return json.dumps(fields, ensure_ascii=False)


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


def set_up(level: str, form: str) -> None:
    """Log to stderr from `level` on, as `text` (key=value) or `json`."""
    handler = logging.StreamHandler()
    handler.setFormatter(_Json() if form == "json" else _KeyValue())
    # Alembic tells of each look at the schema; what an upgrade does the store says itself.
    logging.getLogger("alembic").setLevel(logging.WARNING)
    # httpx tells of each request with its whole URL, which may hold a credential.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
