"""The per-target families: most of /metrics, so they are text joined by us, a slice at a time.

A general client library takes a quarter of a second for the 18,000 lines of 2,000 targets; a scrape
every 15 s is part of what a poll may cost. Most values are what they were at the last scrape, and a
slice of a family in which all are is not written again.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from operator import attrgetter
from typing import Any, NamedTuple

from collector.domain.live import LiveTarget
from collector.domain.samples import Result
from collector.domain.states import State
from exporters.exposition.families import (
    PROBE_DURATION,
    PROBE_LOSS,
    PROBE_SUCCESS,
    TARGET_DEGRADED,
    TARGET_FLAPPING,
    TARGET_RESTARTS,
    TARGET_STATE,
    TARGET_UP,
    TARGETS,
)
from exporters.exposition.text import Family, escape

SLICE = 500
"""Targets in a piece: about a millisecond of work, so that polling never waits for a scrape."""

# Looking a member up in its class costs as much as a line.
_UNKNOWN, _NO_ANSWER = State.UNKNOWN, Result.UNKNOWN

_Targets = Sequence[LiveTarget]


class TargetText:
    """Writes the per-target families; keeps the text of the targets of the last scrape alone."""

    def __init__(self) -> None:
        self._slices: list[_Slice] = []

    def pieces(self, targets: _Targets) -> Iterator[bytes]:
        """The families in pieces of SLICE targets; empty ones only give the loop its turn."""
        parts: list[tuple[_Slice, _Targets]] = []
        counted: Counter[tuple[str, str, State]] = Counter()
        for start in range(0, len(targets), SLICE):
            some = targets[start : start + SLICE]
            parts.append((self._slice(len(parts), some), some))
            counted.update([(target.kind, target.site, target.state) for target in some])
            yield b""
        self._slices = [part for part, _ in parts]
        yield _counts(counted)
        for column in _COLUMNS:
            yield column.family.header.encode()
            for part, some in parts:
                yield part.text(column, some)

    def _slice(self, number: int, targets: _Targets) -> "_Slice":
        """The last scrape's slice where it is of the same targets and probes, else a new one."""
        identities = _identities(targets)
        if number < len(self._slices) and self._slices[number].identities == identities:
            return self._slices[number]
        return _Slice(identities)


class _Column(NamedTuple):
    """A family: its label sets in a slice, its value for each, and what follows the label set of a
    value, which is nothing where there is no sample."""

    family: Family
    labels: Callable[["_Slice"], Sequence[str]]
    values: Callable[[_Targets], list[Any]]
    ending: Callable[[Any], str]


class _Slice:
    """Some targets' label sets without their closing brace, and the text last written of them."""

    def __init__(self, identities: list[tuple[str, ...]]) -> None:
        self.identities = identities
        self.bare = [f'{{target="{escape(name)}"' for name, *_ in identities]
        self.own = [
            f'{bare},kind="{escape(kind)}",site="{escape(site)}"'
            for bare, (_, kind, site, *_probes) in zip(self.bare, identities, strict=True)
        ]
        self.probes = [
            f'{bare},probe="{escape(probe)}"'
            for bare, (_, _, _, *probes) in zip(self.bare, identities, strict=True)
            for probe in probes
        ]
        self._written: dict[str, tuple[list[Any], bytes]] = {}

    def text(self, column: _Column, targets: _Targets) -> bytes:
        """The column's lines of the targets as they now are."""
        name = column.family.name
        values = column.values(targets)
        if (written := self._written.get(name)) is None or written[0] != values:
            endings = map(column.ending, values)
            lines = [
                f"{name}{labels}{ending}"
                for labels, ending in zip(column.labels(self), endings, strict=True)
                if ending
            ]
            written = self._written[name] = (values, "".join(lines).encode())
        return written[1]


def _identities(targets: _Targets) -> list[tuple[str, ...]]:
    """All that label sets say of each target: name, kind, site and its probes."""
    return [
        (target.name, target.kind, target.site, *[check.probe for check in target.checks])
        for target in targets
    ]


def _counts(counted: Counter[tuple[str, str, State]]) -> bytes:
    lines = [
        TARGETS.sample(counted[kind, site, state], kind, site, state)
        for kind, site in sorted({(kind, site) for kind, site, _ in counted})
        for state in State
    ]
    return (TARGETS.header + "".join(lines)).encode()


def _measured(targets: _Targets) -> list[State]:
    return [target.measured for target in targets]


def _states(targets: _Targets) -> list[State]:
    return [target.state for target in targets]


def _restarts(targets: _Targets) -> list[int]:
    return [target.restarts for target in targets]


def _flapping(targets: _Targets) -> list[bool | None]:
    return [target.flapping for target in targets]


def _degraded(targets: _Targets) -> list[bool | None]:
    return [None if target.measured is _UNKNOWN else target.degraded for target in targets]


def _results(targets: _Targets) -> list[Result | None]:
    return [
        None if check.outcome is None else check.outcome.result
        for target in targets
        for check in target.checks
    ]


def _durations(targets: _Targets) -> list[float | None]:
    return [
        None if outcome is None or outcome.result is _NO_ANSWER else outcome.duration
        for target in targets
        for _, outcome, _ in target.checks
    ]


def _losses(targets: _Targets) -> list[float | None]:
    """Of the first probe that counted packets: the family has no label that tells two apart."""
    found: list[float | None] = []
    for target in targets:
        loss = None
        for _, outcome, _ in target.checks:
            if outcome is not None and outcome.result is not _NO_ANSWER and loss is None:
                loss = outcome.loss
        found.append(loss)
    return found


def _real(value: float | None) -> str:
    return "" if value is None else f"}} {value:.6g}\n"


_ZERO, _ONE = "} 0\n", "} 1\n"
_OF_UP = {**dict.fromkeys(State, _ZERO), State.UP: _ONE, State.UNKNOWN: ""}
_OF_STATE = {state: f',state="{state}"}} 1\n' for state in State}
_OF_MARK = {None: "", False: _ZERO, True: _ONE}
_OF_RESULT = {
    None: "",
    Result.UNKNOWN: "",
    Result.DOWN: _ZERO,
    Result.UP: _ONE,
    Result.DEGRADED: _ONE,
}

_own, _bare, _probes = attrgetter("own"), attrgetter("bare"), attrgetter("probes")

_COLUMNS = (
    _Column(TARGET_UP, _own, _measured, _OF_UP.__getitem__),
    _Column(TARGET_STATE, _own, _states, _OF_STATE.__getitem__),
    _Column(TARGET_DEGRADED, _own, _degraded, _OF_MARK.__getitem__),
    _Column(TARGET_FLAPPING, _own, _flapping, _OF_MARK.__getitem__),
    _Column(TARGET_RESTARTS, _own, _restarts, "}} {}\n".format),
    _Column(PROBE_SUCCESS, _probes, _results, _OF_RESULT.__getitem__),
    _Column(PROBE_DURATION, _probes, _durations, _real),
    _Column(PROBE_LOSS, _bare, _losses, _real),
)
