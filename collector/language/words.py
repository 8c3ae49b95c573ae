"""Texts, numbers, durations and dates in one language (DESIGN.md: Swedish, English switchable)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo
from decimal import ROUND_HALF_UP, Decimal
from functools import cache

from collector.domain.instants import DAY, HOUR, MINUTE, SECOND, Duration, Instant, moment
from collector.domain.measurements import DecidedTarget, Outlook, Unit, Verdict
from collector.domain.states import State
from collector.kpi.printing import (
    MINUS,
    NO_BREAK_SPACE,
    printed,
    printed_exactly,
    printed_number,
    printed_target,
)
from collector.language import en, en_desk, sv, sv_desk

LANGUAGES: Mapping[str, Mapping[str, str]] = {
    "sv": sv.TEXTS | sv_desk.TEXTS,
    "en": en.TEXTS | en_desk.TEXTS,
}

_SCALE = ((DAY, "d"), (HOUR, "h"), (MINUTE, "min"), (SECOND, "s"))


@dataclass(frozen=True)
class Words:
    """A language: `words("sv")["verdict.met"]` is a text, the methods format values.

    Rounding is the ordinary one, half away from zero (KPI.md "Printing").
    """

    language: str
    texts: Mapping[str, str]

    def __getitem__(self, key: str) -> str:
        return self.texts[key]

    def get(self, key: str, default: str) -> str:
        """A text, or the default where the language has none for this key."""
        return self.texts.get(key, default)

    def kind(self, kind: str) -> str:
        """One of a kind: Accesspunkt."""
        return self.texts[f"kind.{kind}"]

    def kinds(self, kind: str) -> str:
        """A class by the name of its many: Accesspunkter."""
        return self.texts[f"kinds.{kind}"]

    def state(self, state: State) -> str:
        """A state."""
        return self.texts[f"state.{state}"]

    def reason(self, reason: str) -> str:
        """Why a sample is not up; a text that is no reason of ours is given back."""
        return self.texts.get(f"reason.{reason}", reason)

    def verdict(self, verdict: Verdict | None) -> str:
        """A verdict, a dash for none."""
        return self.texts[f"verdict.{verdict}"] if verdict else self.texts["none"]

    def outlook(self, outlook: Outlook | None) -> str:
        """An outlook, a dash for none."""
        return self.texts[f"outlook.{outlook}"] if outlook else self.texts["none"]

    def number(self, value: float, decimals: int = 0) -> str:
        """A number with the language's signs."""
        exact = Decimal(repr(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
        return printed_number(exact, self.language)

    def percent(self, ratio: float, decimals: int = 1) -> str:
        """A ratio 0-1 in percent: `99,2 %` with a no-break space."""
        return printed(ratio, Unit.RATIO, decimals=decimals, language=self.language)

    def value(self, value: float | None, unit: Unit, target: DecidedTarget | None = None) -> str:
        """A value with its unit, never rounded over its target; a dash for none."""
        return printed(value, unit, target=target, language=self.language)

    def decided(self, target: DecidedTarget | None, unit: Unit) -> str:
        """A decided target as it was decided, `≥ 99,2 %`; a dash for none."""
        return printed_target(target, unit, language=self.language)

    def exactly(self, value: float | None, unit: Unit) -> str:
        """A value as it was decided or entered; a dash for none."""
        return printed_exactly(value, unit, language=self.language)

    def duration(self, duration: Duration) -> str:
        """Microseconds in the two units that say most: `3 h 20 min`, `40 s`, `2 dygn 3 h`."""
        whole = round(abs(duration) / SECOND) * SECOND
        sign = MINUS if duration < 0 and whole else ""
        first = next((place for place, (size, _) in enumerate(_SCALE) if whole >= size), 3)
        smallest = _SCALE[min(first + 1, 3)][0]
        rounded = (whole + smallest // 2) // smallest * smallest
        if first and rounded >= _SCALE[first - 1][0]:
            first -= 1
        parts: list[str] = []
        for size, unit in _SCALE[first : first + 2]:
            count, rounded = divmod(rounded, size)
            if count or (unit == "s" and not parts):
                name = self.texts[f"time.{unit}"]
                parts.append(f"{self.number(count, 0)}{NO_BREAK_SPACE}{name}")
        return sign + " ".join(parts)

    def milliseconds(self, seconds: float) -> str:
        """A round-trip time, given in seconds: `0,35 ms`, `12 ms`."""
        thousandths = seconds * 1000
        return f"{self.number(thousandths, 2 if thousandths < 10 else 0)}{NO_BREAK_SPACE}ms"

    def date(self, at: Instant, zone: tzinfo) -> str:
        """The local date of an instant, ISO 8601: `2026-10-01`."""
        return moment(at).astimezone(zone).strftime("%Y-%m-%d")

    def time(self, at: Instant, zone: tzinfo) -> str:
        """The local date and time of an instant, to the second."""
        return moment(at).astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")


@cache
def words(language: str) -> Words:
    """A language by its two letters; KeyError for one that Driftkoll has not."""
    return Words(language, LANGUAGES[language])
