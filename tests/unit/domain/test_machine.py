"""Folding polls into states (KPI.md "Samples to states", "Not knowing")."""

from hypothesis import given
from hypothesis import strategies as st

from collector.domain.checks import Check, Next
from collector.domain.events import Event, EventKind
from collector.domain.instants import MINUTE, SECOND
from collector.domain.machine import Watch
from collector.domain.merging import enough, merged
from collector.domain.samples import Outcome, Reason, Result
from collector.domain.states import Change, State
from collector.domain.targets import Kind, Merge, ProbeSpec, Target

UP = Outcome(Result.UP)
DOWN = Outcome(Result.DOWN, Reason.TIMEOUT)
LOCAL = Outcome(Result.UNKNOWN, Reason.NO_ROUTE)
FORBIDDEN = Outcome(Result.UNKNOWN, Reason.NO_PERMISSION)
START = 1_000 * MINUTE


class Book:
    """A journal that keeps what is written."""

    def __init__(self) -> None:
        self.changes: list[Change] = []
        self.events: list[Event] = []
        self.first_answers: dict[int, int] = {}

    def change(self, change: Change) -> None:
        self.changes.append(change)

    def event(self, event: Event) -> None:
        self.events.append(event)

    def answered(self, target: int, at: int) -> None:
        self.first_answers[target] = at

    def states(self) -> list[tuple[int, State]]:
        """What the store would hold: later changes take back earlier ones from their instant on."""
        kept: list[tuple[int, State]] = []
        for change in self.changes:
            kept = [(at, state) for at, state in kept if at < change.at]
            if change.state is not None:
                kept.append((change.at, change.state))
        return [(at - START, state) for at, state in kept]


class Bench:
    """A watch with its journal, fed in seconds since START."""

    def __init__(self, *probes: str, merge: Merge = Merge.ANY, interval: int = 60) -> None:
        specs = tuple(ProbeSpec(p, p, interval * SECOND, 2 * SECOND) for p in (probes or ("icmp",)))
        target = Target("sw-1", Kind.SWITCH, "laxa", "192.0.2.1", specs, merge=merge)
        self.book = Book()
        self.watch = Watch(7, target, self.book)

    def check(self, probe: str = "icmp") -> Check:
        return next(c for c in self.watch.checks if c.spec.name == probe)

    def fold(self, second: float, outcome: Outcome, probe: str = "icmp", blind: bool = False):
        at = START + round(second * SECOND)
        return self.watch.fold(self.check(probe), at, outcome, 2, blind=blind)

    def fail(self, second: float, probe: str = "icmp") -> None:
        """Fail with both retries, and be confirmed."""
        for after in (0, 12, 24):
            step = self.fold(second + after, DOWN, probe)
        assert step is Next.CONFIRM
        self.watch.confirm(self.check(probe), START + round((second + 26) * SECOND))


def seconds(n: float) -> int:
    return round(n * SECOND)


def test_an_outage_begins_at_its_first_failed_sample_and_ends_at_the_first_successful_one():
    bench = Bench()
    bench.fold(0, UP)
    bench.fail(60)
    bench.fold(120, DOWN)
    bench.fold(180, UP)
    assert bench.book.states() == [
        (0, State.UP),
        (seconds(60), State.DOWN),
        (seconds(180), State.UP),
    ]
    assert bench.book.changes[1].confirmed_at == START + seconds(86)


def test_a_failure_is_retried_before_it_counts():
    bench = Bench()
    bench.fold(0, UP)
    steps = [bench.fold(s, DOWN) for s in (60, 72, 84)]
    assert steps == [Next.SUSPECT, Next.RETRY, Next.CONFIRM]
    assert bench.watch.state is State.UP


def test_a_retry_that_succeeds_makes_a_blip_that_counts_as_up():
    bench = Bench()
    bench.fold(0, UP)
    bench.fold(60, DOWN)
    bench.fold(72, UP)
    assert bench.book.states() == [(0, State.UP)]
    (blip,) = bench.book.events
    assert (blip.kind, blip.at, blip.detail["failures"]) == (
        EventKind.BLIP,
        START + seconds(60),
        1,
    )


def test_a_sample_holds_until_the_next_but_at_most_two_and_a_half_intervals():
    bench = Bench()
    bench.fold(0, UP)
    bench.watch.expire(START + seconds(150))
    assert bench.watch.state is State.UP
    bench.watch.expire(START + seconds(151))
    assert bench.book.states() == [(0, State.UP), (seconds(150), State.UNKNOWN)]


def test_a_sample_that_comes_after_the_gap_leaves_the_gap_unknown():
    bench = Bench()
    bench.fold(0, UP)
    bench.fold(400, UP)
    assert bench.book.states() == [
        (0, State.UP),
        (seconds(150), State.UNKNOWN),
        (seconds(400), State.UP),
    ]


def test_a_target_that_never_answered_is_unknown_and_not_retried():
    bench = Bench()
    assert [bench.fold(s, DOWN) for s in (0, 60, 120)] == [Next.WAIT] * 3
    assert bench.book.changes == []
    bench.fold(180, UP)
    assert bench.book.states() == [(seconds(180), State.UP)]
    assert bench.book.first_answers == {7: START + seconds(180)}


def test_a_local_error_is_unknown_at_once():
    bench = Bench()
    bench.fold(0, UP)
    bench.fold(60, LOCAL)
    assert bench.book.states() == [(0, State.UP), (seconds(60), State.UNKNOWN)]


def test_a_failure_that_ends_in_a_local_error_is_unknown_from_its_first_sample():
    bench = Bench()
    bench.fold(0, UP)
    bench.fold(60, DOWN)
    bench.fold(72, LOCAL)
    assert bench.book.states() == [(0, State.UP), (seconds(60), State.UNKNOWN)]


def test_a_failure_still_unconfirmed_when_the_collector_stops_is_unknown_from_its_sample_on():
    bench = Bench()
    bench.fold(0, UP)
    bench.fold(60, DOWN)
    bench.watch.interrupt(START + seconds(70))
    assert bench.book.states() == [(0, State.UP), (seconds(60), State.UNKNOWN)]


def test_a_blind_collector_counts_no_failure_but_believes_an_answer():
    bench = Bench()
    bench.fold(0, UP)
    bench.fold(60, DOWN, blind=True)
    bench.fold(120, UP, blind=True)
    assert bench.book.states() == [
        (0, State.UP),
        (seconds(60), State.UNKNOWN),
        (seconds(120), State.UP),
    ]


def test_a_doubted_outage_is_unknown_from_its_first_failure():
    bench = Bench()
    bench.fold(0, UP)
    for second in (60, 72, 84):
        bench.fold(second, DOWN)
    bench.watch.doubt(bench.check(), START + seconds(86))
    assert bench.book.states() == [(0, State.UP), (seconds(60), State.UNKNOWN)]


def test_any_of_several_probes_keeps_a_target_up():
    bench = Bench("icmp", "snmp")
    bench.fold(0, UP, "icmp")
    bench.fold(0, UP, "snmp")
    bench.fail(60, "snmp")
    assert bench.watch.state is State.UP
    assert bench.watch.degraded


def test_a_target_is_down_from_when_the_last_of_its_probes_failed():
    bench = Bench("icmp", "snmp")
    for probe in ("icmp", "snmp"):
        bench.fold(0, UP, probe)
    bench.fail(60, "icmp")
    bench.fail(61, "snmp")
    assert bench.book.states() == [(0, State.UP), (seconds(61), State.DOWN)]


def test_all_probes_of_an_integration_platform_are_needed():
    bench = Bench("http", "tcp", merge=Merge.ALL)
    for probe in ("http", "tcp"):
        bench.fold(0, UP, probe)
    bench.fail(60, "tcp")
    assert bench.book.states() == [(0, State.UP), (seconds(60), State.DOWN)]


def test_an_outage_found_late_takes_back_what_was_written_after_its_start():
    bench = Bench("http", "tcp", merge=Merge.ALL)
    for probe in ("http", "tcp"):
        bench.fold(0, UP, probe)
    bench.fold(60, DOWN, "http")
    bench.fold(65, LOCAL, "tcp")
    bench.fold(70, UP, "tcp")
    bench.fold(72, DOWN, "http")
    bench.fold(84, DOWN, "http")
    bench.watch.confirm(bench.check("http"), START + seconds(86))
    assert bench.book.states() == [(0, State.UP), (seconds(60), State.DOWN)]


def test_who_looks_while_a_state_is_taken_back_finds_what_held_before():
    bench = Bench("http", "tcp", merge=Merge.ALL)
    for probe in ("http", "tcp"):
        bench.fold(0, UP, probe)
    bench.fold(60, DOWN, "http")
    bench.fold(65, LOCAL, "tcp")
    seen = bench.watch.emitted
    entries = [*seen]
    for second in (72, 84):
        bench.fold(second, DOWN, "http")
    bench.watch.confirm(bench.check("http"), START + seconds(86))
    assert seen == entries == [(START, State.UP), (START + seconds(65), State.UNKNOWN)]
    assert bench.watch.emitted == [(START, State.UP), (START + seconds(60), State.DOWN)]


def test_a_probe_without_rights_takes_no_part_where_another_remains():
    bench = Bench("icmp", "snmp", merge=Merge.ALL)
    bench.fold(0, FORBIDDEN, "icmp")
    bench.fold(0, UP, "snmp")
    assert bench.watch.state is State.UP


def test_a_probe_without_rights_leaves_a_target_unknown_when_it_is_the_only_one():
    bench = Bench("icmp")
    bench.fold(0, FORBIDDEN)
    assert bench.watch.state is State.UNKNOWN


def test_a_clock_set_back_changes_no_state_until_it_has_caught_up():
    bench = Bench()
    bench.fold(0, UP)
    bench.fold(60, UP)
    for second in (30, 42, 54, 60):
        assert bench.fold(second, DOWN) is Next.WAIT
    assert bench.book.states() == [(0, State.UP)]


def test_a_clock_set_forward_leaves_just_the_jump_unknown():
    bench = Bench()
    bench.fold(0, UP)
    bench.fold(60, UP)
    bench.watch.jump(START + seconds(70), START + seconds(3670))
    bench.fold(3720, UP)
    assert bench.book.states() == [
        (0, State.UP),
        (seconds(70), State.UNKNOWN),
        (seconds(3670), State.UP),
    ]


def test_a_changed_pace_keeps_what_is_known():
    bench = Bench("icmp", interval=60)
    bench.fold(0, UP)
    specs = (ProbeSpec("icmp", "icmp", 30 * SECOND, SECOND),)
    target = Target("sw-1", Kind.SWITCH, "laxa", "192.0.2.1", specs)
    gone, new = bench.watch.reconfigure(target, START + seconds(20))
    assert (len(gone), len(new)) == (1, 1)
    bench.fold(40, UP)
    assert bench.book.states() == [(0, State.UP)]


def test_a_state_is_known_as_long_as_its_samples_hold():
    bench = Bench("icmp", "snmp")
    bench.fold(0, UP, "icmp")
    bench.fold(30, UP, "snmp")
    late = START + seconds(10_000)
    assert bench.watch.known_until(late) == START + seconds(180)
    bench.fold(60, DOWN, "icmp")
    bench.fold(90, DOWN, "snmp")
    assert bench.watch.known_until(late) == START + seconds(90)


def test_merging_follows_the_rule_of_the_kind():
    up, down, unknown = State.UP, State.DOWN, State.UNKNOWN
    assert merged([up, down], Merge.ANY) is up
    assert merged([down, unknown], Merge.ANY) is unknown
    assert merged([down, down], Merge.ANY) is down
    assert merged([up, down], Merge.ALL) is down
    assert merged([up, unknown], Merge.ALL) is unknown
    assert merged([up, up], Merge.ALL) is up


POLLS = st.lists(
    st.tuples(
        st.integers(1, 200),
        st.sampled_from(["icmp", "snmp"]),
        st.sampled_from([UP, DOWN, LOCAL]),
        st.booleans(),
    ),
    max_size=40,
)


@given(POLLS, st.sampled_from(Merge))
def test_states_alternate_in_order_and_no_outage_is_shorter_than_its_confirmation(polls, merge):
    bench = Bench("icmp", "snmp", merge=merge)
    now = 0
    for gap, probe, outcome, blind in polls:
        now += gap
        if bench.fold(now, outcome, probe, blind) is Next.CONFIRM:
            bench.watch.confirm(bench.check(probe), START + seconds(now))
    states = bench.book.states()
    assert [at for at, _ in states] == sorted({at for at, _ in states})
    known = [bench.watch.state] if states else []
    assert [state for _, state in states][-1:] == known
    for change in bench.book.changes:
        assert change.confirmed_at >= change.at
        if change.state is State.DOWN:
            assert bench.watch.answered


@given(st.lists(st.sampled_from([UP, DOWN]), min_size=1, max_size=30))
def test_no_run_of_fewer_than_three_failures_ever_makes_an_outage(outcomes):
    bench = Bench()
    bench.fold(0, UP)
    longest = run = 0
    for n, outcome in enumerate(outcomes):
        run = run + 1 if outcome is DOWN else 0
        longest = max(longest, run)
        if bench.fold(10 * (n + 1), outcome) is Next.CONFIRM:
            bench.watch.confirm(bench.check(), START + seconds(10 * (n + 1)))
    was_down = any(state is State.DOWN for _, state in bench.book.states())
    assert was_down is (longest >= 3)


class Cluster:
    """A target that needs some of its members."""

    def __init__(self, nodes: int, needs: int) -> None:
        self.book = Book()
        spec = (ProbeSpec("icmp", "icmp", 60 * SECOND, 2 * SECOND),)
        names = tuple(f"node-{n}" for n in range(nodes))
        self.nodes = [
            Watch(n, Target(name, Kind.SERVER, "laxa", "192.0.2.1", spec), Book())
            for n, name in enumerate(names, 1)
        ]
        target = Target(
            "esb", Kind.INTEGRATION_PLATFORM, "laxa", "", (), members=names, needs=needs
        )
        self.whole = Watch(99, target, self.book)
        self.whole.compose(tuple(self.nodes), START)

    def fold(self, second: float, node: int, outcome: Outcome) -> Next:
        watch = self.nodes[node]
        at = START + round(second * SECOND)
        return watch.fold(watch.checks[0], at, outcome, 2, blind=False)

    def fail(self, second: float, node: int) -> None:
        for after in (0, 12, 24):
            self.fold(second + after, node, DOWN)
        watch = self.nodes[node]
        watch.confirm(watch.checks[0], START + round((second + 26) * SECOND))


def test_one_of_two_nodes_suffices_where_one_is_needed():
    cluster = Cluster(nodes=2, needs=1)
    for node in (0, 1):
        cluster.fold(0, node, UP)
    cluster.fail(60, 0)
    assert cluster.whole.state is State.UP
    assert cluster.whole.degraded
    cluster.fold(100, 1, UP)
    cluster.fail(160, 1)
    assert cluster.book.states() == [(0, State.UP), (seconds(160), State.DOWN)]
    cluster.fold(220, 0, UP)
    assert cluster.book.states()[-1] == (seconds(220), State.UP)


def test_a_cluster_is_unknown_while_its_members_may_or_may_not_be_enough():
    cluster = Cluster(nodes=2, needs=1)
    for node in (0, 1):
        cluster.fold(0, node, UP)
    cluster.fail(60, 0)
    cluster.fold(120, 1, LOCAL)
    assert cluster.whole.state is State.UNKNOWN


def test_a_cluster_is_known_as_long_as_enough_of_its_members_are():
    cluster = Cluster(nodes=3, needs=2)
    for node, second in ((0, 0), (1, 20), (2, 40)):
        cluster.fold(second, node, UP)
    late = START + seconds(10_000)
    assert cluster.whole.known_until(late) == START + seconds(20 + 150)


@given(
    st.lists(st.sampled_from([State.UP, State.DOWN, State.UNKNOWN]), min_size=1, max_size=6),
    st.data(),
)
def test_a_member_that_comes_up_never_makes_the_whole_worse(states, data):
    needs = data.draw(st.integers(1, len(states)))
    order = {State.DOWN: 0, State.UNKNOWN: 1, State.UP: 2}
    before = enough(states, needs)
    for n in range(len(states)):
        better = [*states[:n], State.UP, *states[n + 1 :]]
        assert order[enough(better, needs)] >= order[before]
