"""Snapshots of an organisation in every state, for the tests of what is exposed."""

from collections.abc import Sequence

from collector.domain.figures import INDICATOR, AvailabilityFigure, Figures
from collector.domain.instants import DAY, SECOND
from collector.domain.live import Live, LiveCheck, LiveTarget
from collector.domain.measurements import (
    DecidedTarget,
    Measurement,
    Op,
    Outlook,
    Seconds,
    Unit,
    Verdict,
)
from collector.domain.samples import Outcome, Reason, Result
from collector.domain.service_facts import Messages, ServiceFacts
from collector.domain.states import State

NOW = 1_790_000_000 * SECOND
UP = Outcome(Result.UP, None, 0.00125, 0.0)
LOSSY = Outcome(Result.DEGRADED, None, 0.031, 0.4)
DOWN = Outcome(Result.DOWN, Reason.TIMEOUT, None, 1.0)
SNMP_UP = Outcome(Result.UP, None, 0.0042)
TOLD = Outcome(
    Result.UP,
    None,
    0.0042,
    service=ServiceFacts({"connect": 0.0005, "tls": 0.002}, None, Messages(71_200, 5, 17)),
)
CANNOT_TELL = Outcome(Result.UNKNOWN, Reason.NO_ROUTE, 0.5, 1.0)


def target(
    number: int,
    name: str,
    measured: State = State.UP,
    state: State | None = None,
    checks: Sequence[tuple[str, Outcome | None]] = (("icmp", UP),),
    *,
    kind: str = "access_point",
    site: str = "laxa",
    degraded: bool = False,
    restarts: int = 0,
) -> LiveTarget:
    """A target as it stands; `state` is `measured` unless given."""
    return LiveTarget(
        id=number,
        name=name,
        kind=kind,
        site=site,
        measured=measured,
        state=state or measured,
        degraded=degraded,
        since=NOW,
        reason="",
        restarts=restarts,
        never_answered=False,
        checks=tuple(LiveCheck(probe, outcome, NOW) for probe, outcome in checks),
    )


ALL_STATES = (
    target(1, "gw-core", checks=(("icmp", UP), ("snmp", SNMP_UP)), kind="switch", restarts=3),
    target(2, "ap-skolan", degraded=True, checks=(("icmp", LOSSY),)),
    target(3, "sw-cut", State.DOWN, checks=(("icmp", DOWN), ("snmp", DOWN)), kind="switch"),
    target(4, "ap-behind", State.DOWN, State.UNREACHABLE, (("icmp", DOWN),)),
    target(5, "srv-patched", State.DOWN, State.MAINTENANCE, (("icmp", DOWN),), kind="server"),
    target(6, "srv-serviced", State.UP, State.MAINTENANCE, kind="server"),
    target(7, "ap-new", State.UNKNOWN, checks=(("icmp", None),)),
    target(8, "ap-local-fault", State.UNKNOWN, checks=(("icmp", CANNOT_TELL),)),
    target(
        9, "esb", checks=(("http", TOLD),), kind="integration_platform", site="hallsberg"
    )._replace(certificate_expires=NOW + 90 * DAY, messages_sent=1200, messages_failed=3),
)

LIVE = Live(NOW, ALL_STATES)


def measurement(indicator: str, site: str, value: float | None, unit: Unit, **more) -> Measurement:
    """A measurement with a target of 0.992 that the year is held against, unless told otherwise."""
    given = {
        "period": "2026",
        "final": False,
        "target": DecidedTarget(Op.AT_LEAST, 0.992),
        "verdict": Verdict.MISSED,
        "outlook": Outlook.AT_RISK,
        "coverage": 0.97,
        "computed_at": NOW,
    } | more
    return Measurement(indicator=indicator, site=site, value=value, unit=unit, **given)


FIGURES = Figures(
    at=NOW,
    availability=(
        AvailabilityFigure(
            "server", "laxa", "30d", 0.999, 0.98, Seconds(5, 4, 3, 2, SECOND), 1200.5
        ),
        AvailabilityFigure(INDICATOR, "all", "year", None, 0.0, Seconds(unknown=SECOND), None),
        AvailabilityFigure("server", "all", "month", 1.0, None, Seconds(up=3 * SECOND), -60.0),
    ),
    measurements=(
        ("year", measurement("availability", "all", 0.9917, Unit.RATIO)),
        ("month", measurement("availability", "laxa", None, Unit.RATIO, verdict=None)),
        (
            "year",
            measurement(
                "incident_handling_time",
                "all",
                8.4,
                Unit.DAYS,
                target=DecidedTarget(Op.AT_MOST, 7),
                verdict=Verdict.PARTLY,
                outlook=None,
                computed_at=NOW - SECOND,
            ),
        ),
    ),
    forecasts={"availability": 0.9921, "incident_handling_time": 7.5},
    settled={("server", "laxa"): Seconds(up=90 * SECOND, down=SECOND // 2)},
    cases_open={("incident", "servicedesk", "0-1d"): 7, ("none", "other", "30d-"): 2},
)
