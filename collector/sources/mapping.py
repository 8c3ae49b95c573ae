"""Mapping: a record of a source becomes a case in our words, or says why it cannot.

What is not mapped stays unmapped and is kept as that; nothing becomes a default.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, TypeVar

from collector.domain.cases import Assignment, CaseStatus, CaseType, Exclusion, ReadCase
from collector.domain.instants import Instant
from collector.sources.cursors import reader
from collector.sources.declared import DeclaredSource, as_word
from collector.sources.events import Change, statuses_and_groups

LONGEST = 200
"""Characters of a text that is kept: a class or a name of a group, never a description."""

_WORDS = 10_000
"""Texts that are remembered as they were read; ids go through too, and are not to pile up."""

_TIMES = ("created", "first_response", "resolved", "closed", "satisfaction_at")
_NAMES = (
    *("group", "resolving_group", "category", "priority", "channel", "severity"),
    *("caused_by_change", "disruption_report"),
)
_DURATIONS = ("waiting", "scheduled", "first_response_after")
_NUMBERS = (*_DURATIONS, "reopened", "reassignments")
_ATTRIBUTES = {"caused_by_change": "change", "disruption_report": "report"}
"""Fields by the name that ReadCase has for them, where it is another."""

_UNITS = {"ms": 1_000, "s": 1_000_000, "min": 60_000_000, "h": 3_600_000_000}
_TRUE = frozenset({"true", "1", "yes", "y", "ja", "j"})
_T = TypeVar("_T", bound=str)


class Unreadable(Exception):
    """A record that cannot be made into a case; the text says of which, and why."""


class Mapper:
    """Makes cases of records."""

    def __init__(self, declared: DeclaredSource, source: str, sites: Collection[str]) -> None:
        self._lookups: Mapping[str, Mapping[str, str]] = {}
        self._source = source
        self._find = {name: expression.find for name, expression in declared.fields.given()}
        self._cursor = declared.cursor.field.find if declared.cursor else None
        self._time = reader(declared.times)
        self._nulls = frozenset(declared.null_values)
        self._unit = _UNITS[declared.duration_unit]
        self._types = _known(CaseType, declared.types)
        self._statuses = _known(CaseStatus, declared.statuses)
        self._exclusions = {
            word.casefold(): None if meant == "none" else Exclusion(meant)
            for word, meant in declared.excluded.items()
        }
        self._has_sites = bool(sites or declared.sites)
        self._sites = {site.casefold(): site for site in sites} | _folded(declared.sites)
        self._groups = _folded(declared.group_names)
        self._called = {
            "group": self._groups,
            "resolving_group": self._groups,
            "priority": _folded(declared.priorities),
            "severity": _folded(declared.severities),
        }
        self._majors = frozenset(word.casefold() for word in declared.majors)
        self._scale = declared.satisfaction_scale
        self._no_answer = frozenset(declared.no_answer)
        history = declared.history
        self._events = history.fields if history else None
        self._event_hooks = history.hooks if history else ()
        self._times = self._mapped(_TIMES)
        self._names = self._mapped(_NAMES)
        self._numbers = self._mapped(_NUMBERS)
        self._plain: dict[Any, str] = {}

    def look_up(self, lookups: Mapping[str, Mapping[str, str]]) -> None:
        """What ids stand for from now on, field by field."""
        self._lookups = lookups

    def id(self, record: Any) -> str:
        """A record's id. Unreadable where it has none."""
        found = self._as_text("id", self._raw("id", record))
        if not found:
            raise Unreadable("a record has no id")
        return found

    def changed(self, record: Any, id_: str) -> Instant | None:
        """When the source changed a record last; None where it does not tell of any."""
        if self._cursor is None:
            return None
        at = self._at("cursor.field", self._cursor(record), id_)
        if at is None:
            raise Unreadable(f"case {id_}: the cursor's field is empty")
        return at

    def case(
        self, record: Any, id_: str, changed: Instant, events: Sequence[Any] | None
    ) -> ReadCase:
        """The case that a record tells of; `events` are its history, None where there is none."""
        unmapped: dict[str, str] = {}
        said: dict[str, Any] = {
            name: self._at(name, find(record), id_) for name, find in self._times
        }
        created = said["created"]
        if created is None:
            raise Unreadable(f"case {id_}: created is empty")
        for name, find in self._names:
            word = self._as_text(name, find(record))
            said[_ATTRIBUTES.get(name, name)] = self._named(name, word) if word else ""
        for name, find in self._numbers:
            said[name] = self._number(name, find(record), id_)
        after = said.pop("first_response_after", None)
        if after is not None:
            said["first_response"] = created + after
        status = said["status"] = self._word("status", record, self._statuses, unmapped)
        group = said.get("group", "")
        assignments = self._listed_groups(record)
        if events is not None and self._events is not None:
            changes = [self._change(event, id_, unmapped) for event in events]
            said["statuses"], assigned = statuses_and_groups(
                changes, self._events, created, (status, group)
            )
            assignments = assignments if assigned is None else assigned
        return ReadCase(
            source=self._source,
            id=id_,
            changed=changed,
            type=self._word("type", record, self._types, unmapped),
            assignments=assignments,
            site=self._site(record, unmapped),
            satisfaction=self._satisfaction(record, unmapped),
            major=self._is_major(record, said.get("priority", "")),
            excluded=self._excluded(record),
            unmapped=unmapped,
            **said,
        )

    def _mapped(self, names: Collection[str]) -> list[tuple[str, Callable[[Any], Any]]]:
        return [(name, self._find[name]) for name in names if name in self._find]

    def _raw(self, field: str, record: Any) -> Any:
        find = self._find.get(field)
        return find(record) if find is not None else None

    def _as_text(self, field: str, value: Any) -> str:
        """A value as text, "" for nothing; most are words that come again and again."""
        if type(value) is str:
            known = self._plain.get(value)
            if known is not None:
                return known
        if value is None or value is False or value in ([], {}):
            return ""
        if isinstance(value, list | dict):
            kind = "a list" if isinstance(value, list) else "an object"
            raise Unreadable(f"{field} is {kind}, not text; mend its expression in fields")
        text = value.strip() if isinstance(value, str) else as_word(value)
        if text in self._nulls:
            text = ""
        if len(text) > LONGEST or not text.isprintable():
            raise Unreadable(
                f"{field} is no name or class: it has more than {LONGEST} characters or lines"
            )
        if type(value) is str:
            if len(self._plain) >= _WORDS:
                self._plain.clear()
            self._plain[value] = text
        return text

    def _looked_up(self, field: str, word: str) -> str:
        found = self._lookups.get(field)
        return found.get(word, word) if found else word

    def _named(self, field: str, word: str) -> str:
        """A word as it is called here, itself where nothing else is said."""
        word = self._looked_up("group" if field == "resolving_group" else field, word)
        names = self._called.get(field)
        return names.get(word.casefold(), word) if names else word

    def _word(
        self, field: str, record: Any, known: Mapping[str, _T], unmapped: dict[str, str]
    ) -> _T | None:
        word = self._looked_up(field, self._as_text(field, self._raw(field, record)))
        meant = known.get(word.casefold())
        if word and meant is None:
            unmapped[field] = word
        return meant

    def _site(self, record: Any, unmapped: dict[str, str]) -> str:
        return self._word("site", record, self._sites, unmapped) or "" if self._has_sites else ""

    def _is_major(self, record: Any, priority: str) -> bool:
        if self._majors and priority.casefold() in self._majors:
            return True
        return self._as_text("major", self._raw("major", record)).casefold() in _TRUE

    def _excluded(self, record: Any) -> Exclusion | None:
        value = self._raw("excluded", record)
        for item in value if isinstance(value, list) else [value]:
            found = self._exclusions.get(self._as_text("excluded", item).casefold())
            if found is not None:
                return found
        return None

    def _at(self, field: str, value: Any, id_: str) -> Instant | None:
        if value is None or value is False or value == "":
            return None
        if (value if isinstance(value, str) else as_word(value)) in self._nulls:
            return None
        try:
            return self._time(value)
        except (ValueError, OverflowError):
            raise Unreadable(
                f"case {id_}: {field} is no time as `times` says they are written"
            ) from None

    def _number(self, field: str, value: Any, id_: str) -> int | None:
        text = self._as_text(field, value)
        if not text:
            return None
        try:
            number = float(text.replace(",", "."))
        except ValueError:
            number = -1.0
        if not 0 <= number < 1e12:
            raise Unreadable(f"case {id_}: {field} is no number from 0")
        return round(number * self._unit) if field in _DURATIONS else round(number)

    def _satisfaction(self, record: Any, unmapped: dict[str, str]) -> float | None:
        """An answer on its scale, rescaled to 1-5; one outside the scale is not mapped."""
        word = self._as_text("satisfaction", self._raw("satisfaction", record))
        if not word or word in self._no_answer:
            return None
        worst, best = self._scale
        try:
            answer = float(word.replace(",", "."))
        except ValueError:
            answer = worst - 1
        if not worst <= answer <= best:
            unmapped["satisfaction"] = word
            return None
        return 1 + 4 * (answer - worst) / (best - worst)

    def _listed_groups(self, record: Any) -> tuple[Assignment, ...] | None:
        value = self._raw("groups", record)
        if not value:
            return None
        parts = value if isinstance(value, list) else self._as_text("groups", value).split("|")
        words = (self._as_text("groups", part) for part in parts)
        names = dict.fromkeys(self._named("group", word) for word in words if word)
        return tuple(Assignment(name) for name in names) or None

    def _change(self, event: Any, id_: str, unmapped: dict[str, str]) -> Change:
        """An event of a history, in our words."""
        fields = self._events
        assert fields is not None
        for hook in self._event_hooks:
            event = hook(event)
        at = self._at("history.fields.at", fields.at.find(event), id_)
        if at is None:
            raise Unreadable(f"case {id_}: an event of its history has no time")

        def word(name: str) -> str:
            expression = getattr(fields, name)
            return self._as_text(name, expression.find(event)) if expression else ""

        def status(name: str) -> tuple[CaseStatus | None] | None:
            found = word(name)
            if not found:
                return None
            found = self._looked_up("status", found)
            meant = self._statuses.get(found.casefold())
            if meant is None:
                unmapped.setdefault("statuses", found)
            return (meant,)

        def group(name: str) -> str:
            found = word(name)
            return self._named("group", found) if found else ""

        return Change(
            at, status("status"), status("status_before"), group("group"), group("group_before")
        )


def _folded(words: Mapping[str, str]) -> dict[str, str]:
    return {word.casefold(): meant for word, meant in words.items()}


def _known(own: type[_T], mapped: Mapping[str, _T]) -> dict[str, _T]:
    """Our own words and those of the declaration, which come first."""
    make: Callable[[Any], Any] = own
    listed: Any = own
    return {str(word): make(word) for word in listed} | {
        word.casefold(): make(meant) for word, meant in mapped.items()
    }
