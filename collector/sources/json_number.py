"""A number that some other system tells over HTTP, for an indicator of the register."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from math import isfinite
from typing import Annotated, Any, Literal, Self
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo

import httpx
from pydantic import BeforeValidator, Field, model_validator

from collector.domain.instants import HOUR, SECOND, Instant, moment
from collector.domain.quantities import parse_duration
from collector.domain.registers import SuppliedFigure
from collector.domain.sources import SourceFailure
from collector.kpi.groups import ALL
from collector.ports import SourceFailed
from collector.sources.asking import Asking, Sleep
from collector.sources.declared import DeclaredSource
from collector.sources.expressions import Jmespath
from collector.sources.parts import Auth, CaFile, Part, Positive, Request, Retrying

_DIVISORS: Mapping[str, float] = {"percent": 100, "hours": 24}
"""Units that are not Driftkoll's own: how many of them are a ratio's 1, or a day."""


def _parts(value: object) -> object:
    """The URL, whose query becomes parameters."""
    try:
        parts = urlsplit(str(value))
        sound = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        sound = False
    if not sound or any(char.isspace() or char in "{}" for char in str(value)):
        raise ValueError(f"{value!r} is no URL; write it as https://mdm.example/api/summary")
    if parts.username or parts.password:
        raise ValueError("holds a user; write the credential under auth")
    return value


class JsonNumberOptions(Part):
    """Where the number is, and what it is of.

    `value` finds it in the answer, `n` what it rests on. `period` is the one that it is for: the
    running month or year, the month before, or what `period_text` finds (2026-10). `unit` is the
    indicator's own, or percent for a ratio, hours for days.
    """

    url: Annotated[str, BeforeValidator(_parts)]
    auth: Auth = Auth()
    headers: dict[str, str] = Field(default={})
    value: Jmespath
    n: Jmespath | None = None
    indicator: str
    site: str = ALL
    unit: Literal["ratio", "percent", "days", "hours", "score", "number", "ksek", "index"]
    period: Literal["month", "previous_month", "year"] = "month"
    period_text: Jmespath | None = None
    method: str = ""
    every: Annotated[int, BeforeValidator(parse_duration), Field(ge=10 * SECOND)] = HOUR
    timeout: Positive = 30 * SECOND
    retry: Retrying = Retrying(attempts=3)
    verify: bool = True
    ca: CaFile | None = None

    @model_validator(mode="after")
    def _askable(self) -> Self:
        self.declared()
        return self

    def declared(self) -> DeclaredSource:
        """How it is asked for: as a list of one record."""
        parts = urlsplit(self.url)
        return DeclaredSource.model_validate(
            {
                "base_url": f"{parts.scheme}://{parts.netloc}",
                "auth": self.auth,
                "headers": self.headers,
                "request": {"path": parts.path, "params": dict(parse_qsl(parts.query))},
                "records": "@",
                "fields": {"id": "id", "created": "created"},
                "timeout": f"{self.timeout // 1000}ms",
                "retry": self.retry,
                "verify": self.verify,
                "ca": self.ca,
            }
        )


class JsonNumber:
    """Fetches one number; `sleep` takes seconds."""

    def __init__(
        self,
        name: str,
        options: JsonNumberOptions,
        *,
        zone: ZoneInfo,
        sleep: Sleep = asyncio.sleep,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.name = name
        self._options = options
        self._zone = zone
        declared = options.declared()
        self._request: Request = declared.request
        self._asking = Asking(declared, sleep=sleep, transport=transport)

    async def fetch(self, now: Instant) -> SuppliedFigure:
        """The figure as it is told now; SourceFailed where there is none."""
        options = self._options
        document = (await self._asking.ask(self._request, {})).document
        value = _number("value", options.value.find(document))
        n = None if options.n is None else _number("n", options.n.find(document))
        return SuppliedFigure(
            indicator=options.indicator,
            period=self._period(document, now),
            site=options.site,
            value=value / _DIVISORS.get(options.unit, 1),
            at=now,
            n=None if n is None else round(n),
            source=self.name,
            method=options.method,
        )

    async def close(self) -> None:
        """Let go of connections."""
        await self._asking.close()

    def _period(self, document: Any, now: Instant) -> str:
        options = self._options
        if options.period_text is not None:
            found = options.period_text.find(document)
            if not isinstance(found, str) or not found.strip():
                raise SourceFailed(SourceFailure.WRONG_SHAPE, "period_text finds no text")
            return found.strip()
        today = moment(now).astimezone(self._zone).date()
        if options.period == "previous_month":
            today = today.replace(day=1) - timedelta(days=1)
        return f"{today:%Y}" if options.period == "year" else f"{today:%Y-%m}"


def _number(what: str, found: Any) -> float:
    """A number, also one that is written as text."""
    try:
        number = float(found.replace(",", ".")) if isinstance(found, str) else found
    except ValueError:
        number = None
    if isinstance(number, bool) or not isinstance(number, int | float) or not isfinite(number):
        raise SourceFailed(SourceFailure.WRONG_SHAPE, f"{what} finds no number in the answer")
    return float(number)
