"""/api/v1/indicators/availability/budget: what downtime is left, and what an outage would take."""

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query, Response
from pydantic import Field
from typing_extensions import TypedDict

from collector.domain.instants import Duration
from collector.domain.measurements import Indicator, Measurement
from collector.domain.naming import unknown
from collector.domain.quantities import parse_duration
from collector.indicators import availability
from collector.kpi.groups import ALL
from collector.services.further_outage import further_outage
from collector.services.measure import measure
from exporters.figure_json import DecidedData
from exporters.web.api import examples
from exporters.web.api.asked import Scoped, period_of, site_of, target_of
from exporters.web.api.sources import Configured, Sources


class BudgetAsked(Scoped):
    """Whose budget, and what may yet happen."""

    outage: Annotated[
        str | None,
        Field(
            description="What if everything asked for were down for so much longer?",
            examples=["2h"],
            max_length=20,
        ),
    ] = None


class BudgetData(TypedDict):
    """A scope's budget, in seconds; those of its classes and sites; what an outage would take.

    Null without a decided target. `further_outage` is null where none was asked about.
    """

    indicator: str
    period: str
    final: bool
    site: str
    value: float | None
    verdict: str | None
    target: DecidedData | None
    budget: dict[str, float] | None
    budgets: dict[str, Any]
    further_outage: dict[str, Any] | None


def budget_routes(sources: Sources) -> APIRouter:
    """The budget of availability."""
    router = APIRouter(tags=["indicators"])

    @router.get(
        "/indicators/availability/budget",
        summary="The downtime that the decided target allows, and what is left of it",
        description="Live, whatever is frozen; with `outage` also what a further one would do.",
        responses=examples.answer(BudgetData, examples.BUDGET),
    )
    async def one(asked: Annotated[BudgetAsked, Query()]) -> Response:
        def work() -> BudgetData:
            configured = sources.configured()
            indicator = _availability(configured)
            length = None if asked.outage is None else _length(asked.outage)
            period = period_of(sources, asked.period)
            common: dict[str, Any] = {
                "zone": configured.zone,
                "site": site_of(configured, asked.site) or ALL,
                "kind": asked.kind,
                "target": target_of(sources, asked.target),
                "population": configured.population,
                "service": configured.service,
                "now": sources.now(),
                "known_until": None,
            }
            live = partial(measure, sources.store, indicator, period, sites=configured.sites)
            measured = live(looking_ahead=False, **common)
            would = None
            if length is not None:
                would = further_outage(sources.store, indicator, period, length, **common)
            return _shaped(measured, would)

        return await sources.answer(work)

    return router


def _shaped(measured: Measurement, would: dict[str, Any] | None) -> BudgetData:
    decided = measured.target
    return {
        "indicator": measured.indicator,
        "period": measured.period,
        "final": measured.final,
        "site": measured.site,
        "value": measured.value,
        "verdict": None if measured.verdict is None else measured.verdict.value,
        "target": None if decided is None else {"op": decided.op.value, "value": decided.value},
        "budget": measured.detail["budget"],
        "budgets": measured.detail["budgets"],
        "further_outage": would,
    }


def _availability(configured: Configured) -> Indicator:
    known = {each.id: each for each in configured.register}
    if availability.ID not in known:
        raise HTTPException(404, unknown("indicator", availability.ID, known))
    return known[availability.ID]


def _length(text: str) -> Duration:
    try:
        length = parse_duration(text)
    except ValueError as error:
        raise HTTPException(422, f"outage: {error}") from None
    if not length:
        raise HTTPException(422, f"outage: {text!r} is no time at all; write a duration, as 2h")
    return length
