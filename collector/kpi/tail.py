"""How far the open intervals are known: what the last samples of a run still say."""

from collections import defaultdict
from collections.abc import Sequence

from collector.domain.batches import Resumption
from collector.domain.instants import Duration, Instant
from collector.domain.samples import Reason, Result, Sample
from collector.domain.states import State
from collector.domain.targets import Merge, max_gap

_SAYS = {
    State.UP: frozenset({Result.UP, Result.DEGRADED}),
    State.DOWN: frozenset({Result.DOWN}),
}


def known_until(resumption: Resumption, now: Instant) -> dict[int, Instant]:
    """For each target with an open interval, the instant past which nothing is known of it.

    A sample holds until the next, at most `max_gap`; the probes are merged as KPI.md "Samples to
    states" says. So a failure still unconfirmed is unknown from its first failed sample on. Where
    no sample holds any more, the last heartbeat is what is known. Never beyond `now`, never before
    the interval's start.
    """
    gaps = {(c.target, c.probe): max_gap(c.interval) for c in resumption.checks}
    merges = {c.target: c.merge for c in resumption.checks}
    samples: defaultdict[int, defaultdict[str, list[Sample]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for sample in resumption.tail:
        if (sample.target, sample.probe) in gaps:
            samples[sample.target][sample.probe].append(sample)
    known: dict[int, Instant] = {}
    for target, (state, start) in resumption.open.items():
        probes = _taking_part(samples[target]) if target in samples else {}
        if probes and state in _SAYS:
            holds = {p: _holds(tail, state, gaps[target, p]) for p, tail in probes.items()}
            until = _merged(holds, state, merges[target])
        else:
            until = start if resumption.heartbeat is None else resumption.heartbeat
        known[target] = max(start, min(until, now))
    return known


def _taking_part(probes: dict[str, list[Sample]]) -> dict[str, list[Sample]]:
    """The probes that the process has the right to run; all where it has it for none."""
    permitted = {
        probe: tail for probe, tail in probes.items() if tail[-1].reason is not Reason.NO_PERMISSION
    }
    return permitted or probes


def _holds(tail: Sequence[Sample], state: State, gap: Duration) -> tuple[bool, Instant]:
    """Whether a probe's samples say `state` at all, and until when they do."""
    following = None
    for sample in reversed(tail):
        if sample.result in _SAYS[state]:
            expires = sample.at + gap
            return True, expires if following is None else min(expires, following)
        following = sample.at
    return False, tail[0].at


def _merged(holds: dict[str, tuple[bool, Instant]], state: State, merge: Merge) -> Instant:
    """The end of a merged state: one probe is enough to keep an `any` up or an `all` down, the
    opposite needs every one of them."""
    one_is_enough = (merge is Merge.ANY) == (state is State.UP)
    saying = [until for says, until in holds.values() if says]
    if one_is_enough and saying:
        return max(saying)
    return min(until for _, until in holds.values())
