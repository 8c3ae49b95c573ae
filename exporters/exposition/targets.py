"""The per-target families: most of /metrics, so they are text joined by us, a slice at a time.

A general client library takes a quarter of a second for the 18,000 lines of 2,000 targets; a scrape
every 15 s is part of what a poll may cost.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from collector.domain.live import LiveTarget
from collector.domain.samples import Result
from collector.domain.states import State
from exporters.exposition.families import (
    PROBE_DURATION,
    PROBE_LOSS,
    PROBE_SUCCESS,
    TARGET_DEGRADED,
    TARGET_RESTARTS,
    TARGET_STATE,
    TARGET_UP,
    TARGETS,
)
from exporters.exposition.text import escape

SLICE = 500
"""Targets in a piece: under a millisecond of work, so that polling never waits for a scrape."""

# Looking a member up in its class costs more than writing the line does.
_UP, _UNKNOWN = State.UP, State.UNKNOWN
_NOT_UP, _NO_ANSWER = Result.DOWN, Result.UNKNOWN


class _Probes(dict[str, str]):
    """The label sets of a target's probes, each made when it is first asked for."""

    def __init__(self, target: str) -> None:
        super().__init__()
        self._target = target

    def __missing__(self, probe: str) -> str:
        made = self[probe] = f'{self._target},probe="{escape(probe)}"'
        return made


class _Labels(NamedTuple):
    """A target's label sets without their closing brace: its own, its name alone, its probes'."""

    name: str
    kind: str
    site: str
    own: str
    bare: str
    probes: _Probes

    def of(self, target: LiveTarget) -> bool:
        """Whether they still say what the target is."""
        return (
            self.name == target.name
            and self.kind == target.kind
            and self.site == target.site
            and len(self.probes) <= len(target.checks)
        )


class _Slice(NamedTuple):
    """Some targets, and the label sets of each."""

    targets: Sequence[LiveTarget]
    labels: list[_Labels]


class TargetText:
    """Writes the per-target families; keeps the label sets of the targets of the last scrape."""

    def __init__(self) -> None:
        self._kept: dict[int, _Labels] = {}

    def pieces(self, targets: Sequence[LiveTarget]) -> Iterator[str]:
        """The families in pieces of SLICE targets; empty ones only give the loop its turn."""
        fresh: dict[int, _Labels] = {}
        slices: list[_Slice] = []
        counted: Counter[tuple[str, str, State]] = Counter()
        for start in range(0, len(targets), SLICE):
            some = targets[start : start + SLICE]
            slices.append(_Slice(some, [self._labels(target) for target in some]))
            fresh.update((target.id, own) for target, own in zip(*slices[-1], strict=True))
            counted.update((target.kind, target.site, target.state) for target in some)
            yield ""
        self._kept = fresh
        yield TARGETS.header + _counts(counted)
        for family, lines in _FAMILIES:
            yield family.header
            for part in slices:
                yield "".join(lines(part))

    def _labels(self, target: LiveTarget) -> _Labels:
        kept = self._kept.get(target.id)
        return kept if kept is not None and kept.of(target) else _labels(target)


def _labels(target: LiveTarget) -> _Labels:
    name, kind, site = target.name, target.kind, target.site
    bare = f'{{target="{escape(name)}"'
    own = f'{bare},kind="{escape(kind)}",site="{escape(site)}"'
    return _Labels(name, kind, site, own, bare, _Probes(bare))


def _counts(counted: Counter[tuple[str, str, State]]) -> str:
    return "".join(
        TARGETS.sample(counted[kind, site, state], kind, site, state)
        for kind, site in sorted({(kind, site) for kind, site, _ in counted})
        for state in State
    )


def _up(some: _Slice) -> list[str]:
    name = TARGET_UP.name
    return [
        f"{name}{labels.own}}} {1 if target.measured is _UP else 0}\n"
        for target, labels in zip(*some, strict=True)
        if target.measured is not _UNKNOWN
    ]


def _state(some: _Slice) -> list[str]:
    name = TARGET_STATE.name
    return [
        f'{name}{labels.own},state="{target.state}"}} 1\n'
        for target, labels in zip(*some, strict=True)
    ]


def _degraded(some: _Slice) -> list[str]:
    name = TARGET_DEGRADED.name
    return [
        f"{name}{labels.own}}} {1 if target.degraded else 0}\n"
        for target, labels in zip(*some, strict=True)
        if target.measured is not _UNKNOWN
    ]


def _restarts(some: _Slice) -> list[str]:
    name = TARGET_RESTARTS.name
    return [
        f"{name}{labels.own}}} {target.restarts}\n" for target, labels in zip(*some, strict=True)
    ]


def _success(some: _Slice) -> list[str]:
    name = PROBE_SUCCESS.name
    return [
        f"{name}{labels.probes[probe]}}} {0 if outcome.result is _NOT_UP else 1}\n"
        for target, labels in zip(*some, strict=True)
        for probe, outcome, _at in target.checks
        if outcome is not None and outcome.result is not _NO_ANSWER
    ]


def _duration(some: _Slice) -> list[str]:
    name = PROBE_DURATION.name
    return [
        f"{name}{labels.probes[probe]}}} {outcome.duration:.6g}\n"
        for target, labels in zip(*some, strict=True)
        for probe, outcome, _at in target.checks
        if outcome is not None and outcome.duration is not None and outcome.result is not _NO_ANSWER
    ]


def _loss(some: _Slice) -> list[str]:
    """Of the first probe that counts packets: the family has no label that tells two apart."""
    name = PROBE_LOSS.name
    lines = []
    for target, labels in zip(*some, strict=True):
        for _probe, outcome, _at in target.checks:
            if (
                outcome is not None
                and outcome.loss is not None
                and outcome.result is not _NO_ANSWER
            ):
                lines.append(f"{name}{labels.bare}}} {outcome.loss:.6g}\n")
                break
    return lines


_FAMILIES = (
    (TARGET_UP, _up),
    (TARGET_STATE, _state),
    (TARGET_DEGRADED, _degraded),
    (TARGET_RESTARTS, _restarts),
    (PROBE_SUCCESS, _success),
    (PROBE_DURATION, _duration),
    (PROBE_LOSS, _loss),
)
