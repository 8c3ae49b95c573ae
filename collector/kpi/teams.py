"""Which groups are the servicedesk's, and when (KPI.md "Resolved by the servicedesk")."""

from collections.abc import Iterable, Sequence
from functools import cached_property

from collector.domain.cases import SERVICEDESK, Membership
from collector.domain.instants import Instant
from collector.kpi.spans import ALWAYS, Span

_EVER = [(-ALWAYS, ALWAYS)]


class Teams:
    """Tells whether a group is the servicedesk's at an instant."""

    def __init__(self, memberships: Iterable[Membership]) -> None:
        self._desk: dict[str, list[Span]] = {}
        self._known: set[str] = set()
        teams: set[str] = set()
        for each in memberships:
            teams.add(each.team)
            self._known.add(each.group)
            if each.team == SERVICEDESK:
                start = -ALWAYS if each.start is None else each.start
                end = ALWAYS if each.end is None else each.end
                self._desk.setdefault(each.group, []).append((start, end))
        self._alone = teams <= {SERVICEDESK}

    def __bool__(self) -> bool:
        """Whether any group is the servicedesk's."""
        return bool(self._desk)

    @cached_property
    def change(self) -> bool:
        """Whether any group was the servicedesk's for some of the time only."""
        return any(spans != _EVER for spans in self._desk.values())

    def maps(self, group: str) -> bool:
        """Whether a group is in a team or, where the servicedesk is the only one, outside it."""
        return self._alone or group in self._known

    def in_desk(self, group: str, at: Instant) -> bool:
        """Whether a group is the servicedesk's then."""
        return any(start <= at < end for start, end in self._desk.get(group, ()))

    def all_in_desk(self, groups: Sequence[str], at: Sequence[Instant]) -> bool | None:
        """Whether all of some groups are, each at its instant; None where that hangs on one that is
        in no team."""
        mapped = [self.maps(group) for group in groups]
        within = map(self.in_desk, groups, at)
        if any(known and not inside for known, inside in zip(mapped, within, strict=True)):
            return False
        return True if all(mapped) else None
