"""Mapping: a record of a source becomes a case in our words, or says why it cannot.

What is not mapped stays unmapped and is kept as that; nothing becomes a default.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, TypeVar

from collector.domain.cases import Assignment, CaseStatus, CaseType, Exclusion, ReadCase
from collector.domain.instants import Duration, Instant
from collector.sources.cursors import reader
from collector.sources.declared import DeclaredSource, as_word
from collector.sources.events import Change, statuses_and_groups

LONGEST = 200
"""Characters of a text that is kept: a class or a name of a group, never a description."""

_UNITS = {"ms": 1_000, "s": 1_000_000, "min": 60_000_000, "h": 3_600_000_000}
_TRUE = frozenset({"true", "1", "yes", "y", "ja", "j"})
_T = TypeVar("_T", bound=str)


class Unreadable(Exception):
    """A record that cannot be made into a case; the text says of which, and why."""


class Mapper:
    """Makes cases of records; `lookups` are what ids stand for, field by field."""

    def __init__(self, declared: DeclaredSource, source: str, sites: Collection[str]) -> None:
        self.lookups: Mapping[str, Mapping[str, str]] = {}
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
        self._priorities = _folded(declared.priorities)
        self._severities = _folded(declared.severities)
        self._groups = _folded(declared.group_names)
        self._majors = frozenset(word.casefold() for word in declared.majors)
        self._scale = declared.satisfaction_scale
        self._no_answer = frozenset(declared.no_answer)
        history = declared.history
        self._events = history.fields if history else None
        self._event_hooks = history.hooks if history else ()

    def id(self, record: Any) -> str:
        """A record's id. Unreadable where it has none."""
        found = self._text("id", record)
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
        created = self._instant("created", record, id_)
        if created is None:
            raise Unreadable(f"case {id_}: created is empty")
        status = self._word("status", record, self._statuses, unmapped)
        group = self._name("group", record, self._groups)
        priority = self._name("priority", record, self._priorities)
        statuses, assignments = None, self._listed_groups(record)
        if events is not None and self._events is not None:
            changes = [self._change(event, id_, unmapped) for event in events]
            statuses, assigned = statuses_and_groups(
                changes, self._events, created, (status, group)
            )
            assignments = assignments if assigned is None else assigned
        return ReadCase(
            source=self._source,
            id=id_,
            created=created,
            changed=changed,
            type=self._word("type", record, self._types, unmapped),
            status=status,
            first_response=self._first_response(record, id_, created),
            resolved=self._instant("resolved", record, id_),
            closed=self._instant("closed", record, id_),
            group=group,
            resolving_group=self._name("resolving_group", record, self._groups),
            statuses=statuses,
            assignments=assignments,
            waiting=self._duration("waiting", record, id_),
            scheduled=self._duration("scheduled", record, id_),
            category=self._name("category", record, {}),
            priority=priority,
            channel=self._name("channel", record, {}),
            site=self._site(record, unmapped),
            satisfaction=self._satisfaction(record, unmapped),
            satisfaction_at=self._instant("satisfaction_at", record, id_),
            reopened=self._count("reopened", record, id_),
            reassignments=self._count("reassignments", record, id_),
            change=self._text("caused_by_change", record),
            report=self._text("disruption_report", record),
            severity=self._name("severity", record, self._severities),
            major=priority.casefold() in self._majors
            or self._text("major", record).casefold() in _TRUE,
            excluded=self._excluded(record),
            unmapped=unmapped,
        )

    def _raw(self, field: str, record: Any) -> Any:
        """What a field has; None where that is nothing."""
        find = self._find.get(field)
        value = find(record) if find else None
        return None if value is None or value is False or value in ("", [], {}) else value

    def _text(self, field: str, record: Any) -> str:
        value = self._raw(field, record)
        return "" if value is None else self._as_text(field, value)

    def _as_text(self, field: str, value: Any) -> str:
        if isinstance(value, list | dict):
            kind = "a list" if isinstance(value, list) else "an object"
            raise Unreadable(f"{field} is {kind}, not text; mend its expression in fields")
        text = value.strip() if isinstance(value, str) else as_word(value)
        if text in self._nulls:
            return ""
        if len(text) > LONGEST or not text.isprintable():
            raise Unreadable(
                f"{field} is no name or class: it has more than {LONGEST} characters or lines"
            )
        return text

    def _looked_up(self, field: str, word: str) -> str:
        found = self.lookups.get(field)
        return found.get(word, word) if found else word

    def _name(self, field: str, record: Any, names: Mapping[str, str]) -> str:
        word = self._text(field, record)
        return self._named("group" if field == "resolving_group" else field, word, names)

    def _named(self, field: str, word: str, names: Mapping[str, str]) -> str:
        """A word as it is called here, itself where nothing else is said."""
        word = self._looked_up(field, word)
        return names.get(word.casefold(), word) if names else word

    def _word(
        self, field: str, record: Any, known: Mapping[str, _T], unmapped: dict[str, str]
    ) -> _T | None:
        word = self._looked_up(field, self._text(field, record))
        meant = known.get(word.casefold())
        if word and meant is None:
            unmapped[field] = word
        return meant

    def _site(self, record: Any, unmapped: dict[str, str]) -> str:
        return self._word("site", record, self._sites, unmapped) or "" if self._has_sites else ""

    def _excluded(self, record: Any) -> Exclusion | None:
        value = self._raw("excluded", record)
        for item in value if isinstance(value, list) else [value]:
            found = None
            if item is not None:
                found = self._exclusions.get(self._as_text("excluded", item).casefold())
            if found is not None:
                return found
        return None

    def _instant(self, field: str, record: Any, id_: str) -> Instant | None:
        return self._at(field, self._raw(field, record), id_)

    def _at(self, field: str, value: Any, id_: str) -> Instant | None:
        if value is None or (isinstance(value, str) and value in self._nulls):
            return None
        if as_word(value) in self._nulls:
            return None
        try:
            return self._time(value)
        except (ValueError, OverflowError):
            raise Unreadable(
                f"case {id_}: {field} is no time as `times` says they are written"
            ) from None

    def _first_response(self, record: Any, id_: str, created: Instant) -> Instant | None:
        after = self._duration("first_response_after", record, id_)
        return self._instant("first_response", record, id_) if after is None else created + after

    def _duration(self, field: str, record: Any, id_: str) -> Duration | None:
        number = self._number(field, record, id_)
        return None if number is None else round(number * self._unit)

    def _count(self, field: str, record: Any, id_: str) -> int | None:
        number = self._number(field, record, id_)
        return None if number is None else round(number)

    def _number(self, field: str, record: Any, id_: str) -> float | None:
        text = self._text(field, record)
        try:
            number = float(text.replace(",", ".")) if text else None
        except ValueError:
            number = -1.0
        if number is not None and not 0 <= number < 1e12:
            raise Unreadable(f"case {id_}: {field} is no number from 0")
        return number

    def _satisfaction(self, record: Any, unmapped: dict[str, str]) -> float | None:
        """An answer on its scale, rescaled to 1-5; one outside the scale is not mapped."""
        word = self._text("satisfaction", record)
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
        if value is None:
            return None
        parts = value if isinstance(value, list) else self._as_text("groups", value).split("|")
        words = (self._as_text("groups", part) for part in parts if part is not None)
        names = dict.fromkeys(self._named("group", word, self._groups) for word in words if word)
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
            value = expression.find(event) if expression else None
            return "" if value in (None, False, "", []) else self._as_text(name, value)

        def status(name: str) -> tuple[CaseStatus | None] | None:
            found = self._looked_up("status", word(name))
            if not found:
                return None
            meant = self._statuses.get(found.casefold())
            if meant is None:
                unmapped.setdefault("statuses", found)
            return (meant,)

        def group(name: str) -> str:
            return self._named("group", word(name), self._groups)

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
