"""A number that another system tells: where it is, what it is of, and why there is none."""

import asyncio
import json
from typing import Any

import httpx
import pytest
from support.figures import ZONE, at

from collector.domain.registers import SuppliedFigure
from collector.domain.sources import SourceFailure
from collector.ports import SourceFailed
from collector.sources.json_number import JsonNumber, JsonNumberOptions

NOW = at("2026-11-20T12:00")
TOKEN = "en-hemlighet"
USUAL = {
    "url": "https://mdm.example/api/summary?scope=all",
    "auth": {"type": "bearer", "token": TOKEN},
    "value": "phones.managed",
    "indicator": "sick_leave",
    "unit": "percent",
}


async def _at_once(seconds: float) -> None:
    pass


def fetched(answer: Any, status: int = 200, **options: Any) -> SuppliedFigure:
    asked: list[httpx.Request] = []

    def answering(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        text = answer if isinstance(answer, str) else json.dumps(answer)
        return httpx.Response(status, text=text)

    async def once() -> SuppliedFigure:
        source = JsonNumber(
            "mdm",
            JsonNumberOptions.model_validate({**USUAL, **options}),
            zone=ZONE,
            sleep=_at_once,
            transport=httpx.MockTransport(answering),
        )
        try:
            return await source.fetch(NOW)
        finally:
            await source.close()
            assert str(asked[0].url) == "https://mdm.example/api/summary?scope=all"
            assert asked[0].headers["authorization"] == f"Bearer {TOKEN}"

    return asyncio.run(once())


def test_a_number_is_found_and_a_percentage_becomes_a_ratio() -> None:
    figure = fetched({"phones": {"managed": 98.5}})
    assert (figure.indicator, figure.period, figure.site) == ("sick_leave", "2026-11", "all")
    assert (figure.value, figure.source, figure.at) == (0.985, "mdm", NOW)


@pytest.mark.parametrize(
    ("period", "text"), [("month", "2026-11"), ("previous_month", "2026-10"), ("year", "2026")]
)
def test_it_is_of_the_period_that_is_stated(period: str, text: str) -> None:
    assert fetched({"phones": {"managed": 1}}, period=period).period == text


def test_the_answer_may_tell_the_period_and_what_it_rests_on() -> None:
    answer = {"phones": {"managed": "3,1", "all": 40}, "month": "2026-09"}
    figure = fetched(answer, n="phones.all", period_text="month", unit="ratio")
    assert (figure.value, figure.n, figure.period) == (3.1, 40, "2026-09")


@pytest.mark.parametrize("found", [None, "many", True, [1], {"a": 1}, "nan"])
def test_what_is_no_number_is_none(found: object) -> None:
    with pytest.raises(SourceFailed) as failed:
        fetched({"phones": {"managed": found}})
    assert failed.value.failure is SourceFailure.WRONG_SHAPE


@pytest.mark.parametrize(
    ("status", "answer", "failure"),
    [
        (401, "{}", SourceFailure.UNAUTHORISED),
        (500, "{}", SourceFailure.SERVER_ERROR),
        (200, "<html>Logga in</html>", SourceFailure.UNAUTHORISED),
        (200, '{"phones": {"man', SourceFailure.NOT_JSON),
    ],
)
def test_a_failure_has_its_reason_and_tells_no_secret(
    status: int, answer: str, failure: SourceFailure
) -> None:
    with pytest.raises(SourceFailed) as failed:
        fetched(answer, status)
    assert failed.value.failure is failure
    assert TOKEN not in str(failed.value)


@pytest.mark.parametrize("url", ["mdm.example", "ftp://mdm.example", "https://a:b@mdm.example/"])
def test_what_is_no_url_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="url"):
        JsonNumberOptions.model_validate({**USUAL, "url": url})
