"""What /metrics says of a snapshot, read back with the format's own parser."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families
from support.snapshots import ALL_STATES, DOWN, FIGURES, LIVE, LOSSY, NOW, UP, target

from collector.domain.figures import Figures
from collector.domain.instants import SECOND
from collector.domain.live import Live, LiveTarget
from collector.domain.states import State
from exporters.exposition.families import FAMILIES
from exporters.exposition.services import service_pieces
from exporters.exposition.targets import SLICE
from exporters.prometheus import Exposition
from exporters.self_metrics import SelfMetrics

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def expose(live: Live = LIVE, figures: Figures | None = FIGURES) -> str:
    metrics = SelfMetrics()
    metrics.polled("icmp", "up", 3)
    return b"".join(Exposition(lambda: figures, metrics).pieces(live)).decode()


def samples(text: str) -> Samples:
    found: Samples = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            key = (sample.name, tuple(sorted(sample.labels.items())))
            assert key not in found, f"{key} stands twice"
            found[key] = sample.value
    return found


@pytest.fixture(scope="module")
def value() -> Callable[..., float | None]:
    found = samples(expose())

    def of(name: str, **labels: str) -> float | None:
        return found.get((f"driftkoll_{name}", tuple(sorted(labels.items()))))

    return of


def labels_of(name: str) -> dict[str, str]:
    found = next(t for t in ALL_STATES if t.name == name)
    return {"target": found.name, "kind": found.kind, "site": found.site}


@pytest.mark.parametrize(
    ("name", "up", "state"),
    [
        ("gw-core", 1, "up"),
        ("ap-skolan", 1, "up"),
        ("sw-cut", 0, "down"),
        ("ap-behind", 0, "unreachable"),
        ("srv-patched", 0, "maintenance"),
        ("srv-serviced", 1, "maintenance"),
        ("ap-new", None, "unknown"),
    ],
)
def test_a_target_is_up_as_measured_and_in_the_state_accounted(value, name, up, state):
    assert value("target_up", **labels_of(name)) == up
    states = {s: value("target_state", **labels_of(name), state=s) for s in State}
    assert {s: held for s, held in states.items() if held is not None} == {state: 1}


def test_degraded_is_one_only_for_those_that_are_and_absent_while_unknown(value):
    assert value("target_degraded", **labels_of("ap-skolan")) == 1
    assert value("target_degraded", **labels_of("gw-core")) == 0
    assert value("target_degraded", **labels_of("ap-new")) is None


def test_restarts_are_counted_for_each_target(value):
    assert value("target_restarts_total", **labels_of("gw-core")) == 3
    assert value("target_restarts_total", **labels_of("ap-new")) == 0


def test_targets_are_counted_by_accounted_state_with_zeros(value):
    def counts(kind: str, site: str) -> list[float | None]:
        return [value("targets", kind=kind, site=site, state=state) for state in State]

    assert counts("access_point", "laxa") == [1, 0, 1, 0, 2]
    assert counts("server", "laxa") == [0, 0, 0, 2, 0]
    assert counts("server", "hallsberg") == [None] * 5


def test_a_probe_succeeds_fails_or_cannot_tell(value):
    assert value("probe_success", target="gw-core", probe="snmp") == 1
    assert value("probe_success", target="ap-skolan", probe="icmp") == 1
    assert value("probe_success", target="sw-cut", probe="icmp") == 0
    assert value("probe_success", target="ap-new", probe="icmp") is None
    assert value("probe_success", target="ap-local-fault", probe="icmp") is None


def test_times_and_losses_are_of_the_last_poll_that_could_tell(value):
    assert value("probe_duration_seconds", target="gw-core", probe="icmp") == 0.00125
    assert value("probe_duration_seconds", target="sw-cut", probe="icmp") is None
    assert value("probe_duration_seconds", target="ap-local-fault", probe="icmp") is None
    assert value("probe_loss_ratio", target="ap-skolan") == 0.4
    assert value("probe_loss_ratio", target="esb") is None
    assert value("probe_loss_ratio", target="ap-local-fault") is None


def test_availability_has_five_parts_in_seconds_and_no_value_where_none_was_measured(value):
    server = {"kind": "server", "site": "laxa", "window": "30d"}
    assert value("availability_ratio", **server) == 0.999
    assert value("coverage_ratio", **server) == 0.98
    assert value("downtime_budget_remaining_seconds", **server) == 1200.5
    parts = [value("availability_seconds", **server, state=state) for state in State]
    assert parts == [5e-6, 4e-6, 3e-6, 2e-6, 1]
    combined = {"kind": "indicator", "site": "all", "window": "year"}
    assert value("availability_ratio", **combined) is None
    assert value("downtime_budget_remaining_seconds", **combined) is None
    assert value("coverage_ratio", **combined) == 0


def test_settled_seconds_are_a_counter_for_each_state(value):
    assert value("service_seconds_total", kind="server", site="laxa", state="up") == 90
    assert value("service_seconds_total", kind="server", site="laxa", state="down") == 0.5


def test_indicators_stand_in_the_family_of_their_unit_with_days_as_seconds(value):
    year = {"site": "all", "window": "year"}
    days = {"indicator": "incident_handling_time"}
    assert value("indicator_ratio", indicator="availability", **year) == 0.9917
    assert value("indicator_seconds", **days, **year) == 8.4 * 86400
    assert value("indicator_target_ratio", indicator="availability") == 0.992
    assert value("indicator_target_seconds", **days) == 7 * 86400
    assert value("indicator_forecast_ratio", indicator="availability") == 0.9921
    assert value("indicator_forecast_seconds", **days) == 7.5 * 86400
    month = {"indicator": "availability", "site": "laxa", "window": "month"}
    assert value("indicator_ratio", **month) is None
    assert value("indicator_coverage_ratio", **month) == 0.97


def test_only_the_verdict_and_outlook_that_hold_are_there():
    held = {
        (name, dict(labels)["indicator"], dict(labels).get("verdict", dict(labels).get("outlook")))
        for name, labels in samples(expose())
        if name.endswith(("_verdict", "_outlook"))
    }
    assert held == {
        ("driftkoll_indicator_verdict", "availability", "missed"),
        ("driftkoll_indicator_verdict", "incident_handling_time", "partly"),
        ("driftkoll_indicator_outlook", "availability", "at_risk"),
    }


def test_the_time_an_indicator_was_worked_out_is_in_seconds(value):
    name = "indicator_computed_timestamp_seconds"
    assert value(name, indicator="availability") == NOW / SECOND
    assert value(name, indicator="incident_handling_time") == NOW / SECOND - 1


@pytest.mark.parametrize("holds", [True, False])
def test_the_collectors_own_state_is_one_or_zero(holds):
    live = replace(LIVE, blind=holds, writable=holds, last_reload_successful=holds)
    found = samples(expose(live))
    for name in ("collector_blind", "store_writable", "config_last_reload_successful"):
        assert found[f"driftkoll_{name}", ()] == holds


def test_there_are_no_figures_before_any_are_worked_out():
    names = {name for name, _ in samples(expose(figures=None))}
    assert "driftkoll_target_up" in names
    assert not {name for name in names if "availability" in name or "indicator" in name}


def test_new_figures_take_the_place_of_the_old():
    shown = [FIGURES]
    exposition = Exposition(lambda: shown[0], SelfMetrics())
    before = samples(b"".join(exposition.pieces(LIVE)).decode())
    shown[0] = replace(FIGURES, settled={}, availability=())
    after = samples(b"".join(exposition.pieces(LIVE)).decode())
    gone = {name for name, _ in before} - {name for name, _ in after}
    assert gone == {
        "driftkoll_availability_ratio",
        "driftkoll_availability_seconds",
        "driftkoll_coverage_ratio",
        "driftkoll_downtime_budget_remaining_seconds",
        "driftkoll_service_seconds_total",
    }


def changed_in(family: str, live: Live) -> tuple[Samples, Samples]:
    """A family's samples of LIVE, and of `live` in the next scrape of the same exposition."""
    exposition = Exposition(lambda: None, SelfMetrics())
    both = [samples(b"".join(exposition.pieces(each)).decode()) for each in (LIVE, live)]
    first, second = (
        {key: value for key, value in found.items() if key[0] == f"driftkoll_{family}"}
        for found in both
    )
    return first, second


def test_a_target_that_is_gone_or_changed_is_so_in_the_next_scrape():
    moved = ALL_STATES[0]._replace(site="askersund")
    renamed = ALL_STATES[1]._replace(name="ap-biblioteket")
    live = Live(NOW, (moved, renamed))
    _, found = changed_in("target_state", live)
    assert {(dict(s)["target"], dict(s)["site"]) for _, s in found} == {
        ("gw-core", "askersund"),
        ("ap-biblioteket", "laxa"),
    }


def test_a_probe_that_took_anothers_place_is_so_in_the_next_scrape():
    swapped = ALL_STATES[0]._replace(
        checks=target(0, "", checks=(("tcp", UP), ("icmp", UP))).checks
    )
    _, found = changed_in("probe_success", Live(NOW, (swapped,)))
    assert {dict(labels)["probe"] for _, labels in found} == {"tcp", "icmp"}


CHANGES = {
    "target_up": {"measured": State.DOWN},
    "target_state": {"state": State.MAINTENANCE},
    "target_degraded": {"degraded": True},
    "target_restarts_total": {"restarts": 4},
    "targets": {"state": State.DOWN},
    "probe_success": {"checks": target(0, "", checks=(("icmp", DOWN), ("snmp", UP))).checks},
    "probe_duration_seconds": {"checks": target(0, "", checks=(("icmp", UP), ("snmp", UP))).checks},
    "probe_loss_ratio": {"checks": target(0, "", checks=(("icmp", LOSSY), ("snmp", UP))).checks},
}


@pytest.mark.parametrize("family", CHANGES)
def test_a_value_that_changed_is_new_in_the_next_scrape(family):
    changed = ALL_STATES[0]._replace(**CHANGES[family])
    before, after = changed_in(family, Live(NOW, (changed, *ALL_STATES[1:])))
    assert before != after
    assert after == changed_in(family, Live(NOW, (changed, *ALL_STATES[1:])))[1]
    fresh = samples(expose(Live(NOW, (changed, *ALL_STATES[1:]))))
    assert after.items() <= fresh.items()


def test_a_value_that_could_not_be_told_is_gone_in_the_next_scrape():
    unknown = ALL_STATES[0]._replace(
        measured=State.UNKNOWN, checks=target(0, "", checks=(("icmp", None), ("snmp", None))).checks
    )
    live = Live(NOW, (unknown, *ALL_STATES[1:]))
    for family in ("target_up", "target_degraded", "probe_success", "probe_duration_seconds"):
        _, found = changed_in(family, live)
        assert "gw-core" not in {dict(labels)["target"] for _, labels in found}
        assert found


def test_two_scrapes_at_once_each_tell_of_their_own_snapshot():
    exposition = Exposition(lambda: None, SelfMetrics())
    later = Live(NOW, tuple(each._replace(restarts=9) for each in ALL_STATES[2:]))
    scrapes = [(exposition.pieces(live), []) for live in (LIVE, later, LIVE)]
    while scrapes[0][0].gi_frame or scrapes[1][0].gi_frame or scrapes[2][0].gi_frame:
        for pieces, got in scrapes:
            got.append(next(pieces, b""))
    for live, (_, got) in zip((LIVE, later, LIVE), scrapes, strict=True):
        assert b"".join(got).decode() == expose_bare(live)


def expose_bare(live: Live) -> str:
    return b"".join(Exposition(lambda: None, SelfMetrics()).pieces(live)).decode()


@pytest.mark.parametrize("n", [0, 1, SLICE - 1, SLICE, SLICE + 1, 2 * SLICE + 1])
def test_slicing_loses_no_target_and_splits_no_family(n):
    targets = tuple(target(i, f"ap-{i}") for i in range(n))
    text = expose(Live(NOW, targets), None)
    found = samples(text)
    assert sum(name == "driftkoll_target_up" for name, _ in found) == n
    assert sum(name == "driftkoll_probe_duration_seconds" for name, _ in found) == n
    types = [line for line in text.splitlines() if line.startswith("# TYPE")]
    assert len(types) == len(set(types))
    order = [line.partition("{")[0] for line in text.splitlines()]
    families = [f.name for f in FAMILIES if f.name.startswith(("driftkoll_target_", "driftkoll_p"))]
    for family in families:
        places = [i for i, name in enumerate(order) if name == family]
        assert not places or places[-1] - places[0] == len(places) - 1


@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=3, max_size=3),
    st.text(st.characters(exclude_categories=["Cs"])),
)
def test_any_label_value_comes_back_from_the_parser_as_it_was(texts, probe):
    name, kind, site = texts
    live = Live(NOW, (target(1, name, kind=kind, site=site, checks=((probe, UP),)),))
    found = samples(expose(live, None))
    own = (("kind", kind), ("site", site), ("target", name))
    assert found["driftkoll_target_up", own] == 1
    assert found["driftkoll_target_state", tuple(sorted((*own, ("state", "up"))))] == 1
    assert found["driftkoll_targets", (("kind", kind), ("site", site), ("state", "up"))] == 1
    assert found["driftkoll_probe_success", (("probe", probe), ("target", name))] == 1


@given(st.floats(min_value=0, max_value=1e4, allow_subnormal=False))
def test_a_time_is_exposed_to_six_digits(seconds):
    live = Live(NOW, (target(1, "x", checks=(("icmp", UP._replace(duration=seconds)),)),))
    found = samples(expose(live, None))
    shown = found["driftkoll_probe_duration_seconds", (("probe", "icmp"), ("target", "x"))]
    assert shown == pytest.approx(seconds, rel=1e-5)


def test_open_cases_are_counted_by_type_team_and_age():
    found = samples(expose())
    labels = (("age", "0-1d"), ("group", "servicedesk"), ("type", "incident"))
    assert found["driftkoll_cases_open", labels] == 7
    assert "driftkoll_cases_open" not in expose(figures=replace(FIGURES, cases_open={}))


def documented() -> dict[str, tuple[str, tuple[str, ...]]]:
    page = Path(__file__).parents[3] / "docs" / "metrics.md"
    rows = (
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in page.read_text(encoding="utf-8").splitlines()
        if line.startswith("| `")
    )
    return {
        name.strip("`"): (kind, tuple(label.strip("`") for label in labels.split() if label != "–"))
        for name, kind, labels, _ in rows
    }


def test_every_family_is_documented_with_its_type_and_labels():
    assert documented() == {family.name: (family.type, family.labels) for family in FAMILIES}


def test_no_family_is_exposed_that_is_not_declared():
    text = expose()
    declared = {family.name: family for family in FAMILIES}
    exposed = [line.split() for line in text.splitlines() if line.startswith("# TYPE")]
    assert {name for _, _, name, _ in exposed} <= declared.keys()
    for _, _, name, kind in exposed:
        assert declared[name].type == kind
    for family in text_string_to_metric_families(text):
        name = family.name + ("_total" if family.type == "counter" else "")
        for sample in family.samples:
            assert tuple(sorted(set(sample.labels) - {"le"})) == tuple(
                sorted(declared[name].labels)
            )


def test_every_target_of_a_snapshot_is_exposed():
    found = samples(expose())
    shown = {dict(labels)["target"] for name, labels in found if name == "driftkoll_target_state"}
    known: tuple[LiveTarget, ...] = LIVE.targets
    assert shown == {each.name for each in known}


def test_a_service_tells_its_phases_its_certificate_and_its_messages() -> None:
    text = b"".join(service_pieces(ALL_STATES)).decode()
    assert [line for line in text.splitlines() if not line.startswith("#")] == [
        'driftkoll_probe_phase_seconds{target="esb",probe="http",phase="connect"} 0.0005',
        'driftkoll_probe_phase_seconds{target="esb",probe="http",phase="tls"} 0.002',
        'driftkoll_certificate_expiry_timestamp_seconds{target="esb"} 1797776000',
        'driftkoll_messages_sent_total{target="esb"} 1200',
        'driftkoll_messages_failed_total{target="esb"} 3',
        'driftkoll_messages_waiting{target="esb"} 17',
    ]


def test_without_services_their_families_are_absent() -> None:
    assert b"".join(service_pieces([each for each in ALL_STATES if each.name != "esb"])) == b""
