"""The wheel: which checks have their turn in which second of their interval."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Generic, Protocol, TypeVar

from collector.domain.instants import SECOND
from collector.domain.targets import ProbeSpec


class Turning(Protocol):
    """What can be put on the wheel: a probe of a target."""

    @property
    def spec(self) -> ProbeSpec: ...


T = TypeVar("T", bound=Turning)


class Wheel(Generic[T]):
    """Slots of one second for each interval; a newcomer takes the emptiest.

    The checks of a target that share an interval share a slot, so that their results merge at
    the same instants.
    """

    def __init__(self) -> None:
        self._slots: dict[int, list[dict[T, None]]] = {}
        self._places: dict[T, tuple[int, int]] = {}

    def __len__(self) -> int:
        return len(self._places)

    def __iter__(self) -> Iterator[T]:
        return iter(self._places)

    def __contains__(self, check: object) -> bool:
        return check in self._places

    def add(self, checks: Iterable[T], remembered: Mapping[T, int]) -> None:
        """Put a target's checks on the wheel, where they were before if that is remembered."""
        groups: dict[int, list[T]] = defaultdict(list)
        for check in checks:
            groups[max(1, check.spec.interval // SECOND)].append(check)
        for seconds, group in groups.items():
            slots = self._slots.setdefault(seconds, [{} for _ in range(seconds)])
            slot = next((remembered[c] for c in group if c in remembered), None)
            if slot is None or slot >= seconds:
                slot = min(range(seconds), key=lambda i: len(slots[i]))
            for check in group:
                slots[slot][check] = None
                self._places[check] = (seconds, slot)

    def remove(self, check: T) -> None:
        """Take a check off the wheel."""
        seconds, slot = self._places.pop(check)
        del self._slots[seconds][slot][check]

    def slot(self, check: T) -> int:
        """The second of its interval in which a check has its turn."""
        return self._places[check][1]

    def due(self, second: int) -> Iterator[T]:
        """The checks whose turn it is in a second, counted from the epoch."""
        for seconds, slots in self._slots.items():
            yield from slots[second % seconds]
