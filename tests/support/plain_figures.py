"""The six indicators of cases worked out plainly from what a real Request Tracker has: with
none of Driftkoll's own arithmetic, to hold its figures against."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import fmean, median

from support.tracked_cases import CHANGE, DESK, RATING, REPORT, SITE, TYPE, Truth

_DAY = 24 * 3600


@dataclass(frozen=True)
class Plain:
    """Cases in [start, end), those of a site where one is given."""

    cases: dict[int, Truth]
    start: datetime
    end: datetime
    site: str = ""

    def handling_time(self, type_: str, target: float) -> dict[str, object]:
        """What `detail` says of a handling time, and its value."""
        done = self._resolved(type_)
        pauses = {"stalled", "ordered"} if type_ == "request" else {"stalled"}
        days = [_days(it, pauses) for it in done]
        return {
            "value": fmean(days),
            "mean_days": fmean(days),
            "median_days": median(days),
            "p90_days": _quantile(days, 0.9),
            "mean_days_with_waiting": fmean(_days(it, set()) for it in done),
            "n": len(done),
            "within_target": sum(it <= target for it in days) / len(days),
            "excluded": self._excluded(type_),
            "open": len([it for it in self._of(type_) if self._is_open(it)]),
            "ids": _ids(done),
        }

    def share(self) -> dict[str, object]:
        """What `detail` says of the share that the servicedesk resolved."""
        done = self._resolved("incident", "request")
        by_desk = [it for it in done if _at_resolution(it) == DESK]
        only = [it for it in by_desk if {queue for _, queue in it.queues} == {DESK}]
        return {
            "value": len(by_desk) / len(done),
            "lenient": len(by_desk) / len(done),
            "strict": len(only) / len(done),
            "n": len(done),
            "no_group": 0,
            "no_history": 0,
        }

    def satisfaction(self) -> dict[str, object]:
        """What `detail` says of satisfaction: RT does not tell when somebody answered."""
        both = [it for it in self._of("incident", "request") if it.status != "rejected"]
        answered = [it for it in both if RATING in it.fields and self._holds(it.resolved)]
        done = self._resolved("incident", "request")
        return {
            "value": fmean(float(it.fields[RATING]) for it in answered),
            "n": len(answered),
            "response_rate": sum(RATING in it.fields for it in done) / len(done),
        }

    def changes(self) -> dict[str, object]:
        """The changes with a report on them, by their own date."""
        named = {it.fields[CHANGE] for it in self.cases.values() if REPORT in it.fields}
        found = [id_ for id_ in named if self._holds(self._date_of(self.cases[int(id_)]))]
        return {"value": len(found), "changes": sorted(found)}

    def security_incidents(self) -> dict[str, object]:
        """Those of the type, by when they were made."""
        found = [it for it in self._of("security_incident") if self._holds(it.created)]
        return {"value": len(found), "ids": _ids(found)}

    def _of(self, *types: str) -> list[Truth]:
        return [
            it
            for it in self.cases.values()
            if it.fields[TYPE] in types and self.site in ("", it.fields.get(SITE))
        ]

    def _resolved(self, *types: str) -> list[Truth]:
        return [it for it in self._of(*types) if self._holds(_resolved(it))]

    def _excluded(self, type_: str) -> dict[str, int]:
        rejected = [it for it in self._of(type_) if it.status == "rejected"]
        return dict(Counter("cancelled" for it in rejected if self._holds(it.resolved)))

    def _is_open(self, case: Truth) -> bool:
        resolved = _resolved(case)
        before = case.created < self.end and case.status != "rejected"
        return before and (resolved is None or resolved >= self.end)

    def _date_of(self, change: Truth) -> datetime:
        return _resolved(change) or change.created

    def _holds(self, at: datetime | None) -> bool:
        return at is not None and self.start <= at < self.end


def _resolved(case: Truth) -> datetime | None:
    """When it last was resolved, if it still is."""
    if case.status != "resolved":
        return None
    return max(at for at, status in case.statuses if status == "resolved")


def _at_resolution(case: Truth) -> str:
    resolved = _resolved(case)
    assert resolved is not None
    return [queue for at, queue in case.queues if at <= resolved][-1]


def _days(case: Truth, pauses: set[str]) -> float:
    resolved = _resolved(case)
    assert resolved is not None
    seconds = (resolved - case.created).total_seconds()
    for (at, status), (until, _) in zip(case.statuses, case.statuses[1:], strict=False):
        if status in pauses:
            seconds -= (min(until, resolved) - at).total_seconds()
    return seconds / _DAY


def _quantile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def _ids(cases: Iterable[Truth]) -> list[str]:
    return sorted(f"desk:{it.id}" for it in cases)
