"""An indicator that Driftkoll does not work out shows what it was told of it, and says by whom."""

import pytest
from support.figures import ZONE, FakeFigureStore, at

from collector.domain.measurements import Indicator, Measurement, Op, Unit, Verdict
from collector.domain.registers import SuppliedFigure
from collector.kpi.periods import parse_period
from collector.services.measure import measure

NOW = at("2026-11-20T12:00")
SICK_LEAVE = Indicator(
    "sick_leave", {"sv": "Sjukfrånvaro"}, Unit.RATIO, Op.AT_MOST, targets={2026: 0.04}
)


def figure(
    period: str, value: float, when: str = "2026-11-02", site: str = "all"
) -> SuppliedFigure:
    return SuppliedFigure("sick_leave", period, site, value, at(when), source="hr", method="kum.")


def measured(period: str, *figures: SuppliedFigure, site: str = "all") -> Measurement:
    return measure(
        FakeFigureStore({}, supplied=figures),  # type: ignore[arg-type]  # no case is asked for
        SICK_LEAVE,
        parse_period(period, zone=ZONE, now=NOW),
        zone=ZONE,
        site=site,
        sites={"laxa": "Laxå"},
        population={},
        now=NOW,
        known_until=None,
    )


def test_a_figure_holds_for_its_own_period_and_is_judged() -> None:
    found = measured("2026-10", figure("2026-10", 0.031))
    assert (found.value, found.verdict) == (0.031, Verdict.MET)
    assert found.coverage is None
    assert found.detail["supplied"]["source"] == "hr"


def test_of_several_the_latest_holds() -> None:
    figures = (figure("2026-10", 0.05, "2026-11-10"), figure("2026-10", 0.03, "2026-11-02"))
    found = measured("2026-10", *figures)
    assert (found.value, found.verdict) == (0.05, Verdict.MISSED)


def test_a_period_is_the_same_however_it_is_written() -> None:
    assert measured("2026-10-01..2026-10-31", figure("2026-10", 0.03)).value == 0.03


@pytest.mark.parametrize(
    ("period", "site"), [("2026-09", "all"), ("2026", "all"), ("2026-10", "laxa")]
)
def test_it_says_nothing_of_another_period_or_site(period: str, site: str) -> None:
    found = measured(period, figure("2026-10", 0.03), site=site)
    assert (found.value, found.verdict) == (None, Verdict.NOT_MEASURABLE)
