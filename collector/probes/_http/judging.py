"""An answer against what was expected of it; no word of the answer gets into a message."""

import json
import re
from collections.abc import Mapping
from functools import cached_property, lru_cache
from math import isfinite
from typing import TYPE_CHECKING, Any

from collector.domain.samples import Reason, Result
from collector.domain.service_facts import Messages
from collector.probes._http.expressions import Expression
from collector.probes._http.options import Counts, Metric, Step
from collector.probes._stream import Failure, down

if TYPE_CHECKING:
    from collector.probes._http.conversation import Answer

_VALUE = re.compile(r"\s+(\S+)")
_LABELS = r'(\{(?:[^"}]|"(?:[^"\\]|\\.)*")*\})?'


class Judged:
    """An answer that is looked at: its body is decoded and parsed when something asks for it."""

    def __init__(self, answer: "Answer") -> None:
        self._answer = answer

    @cached_property
    def text(self) -> str:
        """The body, or what was read of it."""
        return self._answer.body.decode("utf-8", "replace")

    @cached_property
    def document(self) -> Any:
        """The body as JSON. Failure where it is none."""
        if not self._answer.whole:
            raise down(Reason.BODY_TOO_LARGE, "JSON was expected, and max_body does not hold it")
        try:
            return json.loads(self._answer.body)
        except (ValueError, RecursionError):
            kind = self._answer.headers.get("content-type", "").partition(";")[0]
            told = f", the answer says {kind}" if re.fullmatch(r"[\w.+-]+/[\w.+-]+", kind) else ""
            raise down(Reason.MALFORMED_REPLY, f"JSON was expected{told}") from None

    def meets(self, step: Step) -> None:
        """Failure where the answer is not what the step expects."""
        expect, answer = step.expect, self._answer
        if not any(low <= answer.status <= high for low, high in expect.status):
            wanted = ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in expect.status)
            raise down(Reason.STATUS_NOT_EXPECTED, f"status {answer.status}, expected {wanted}")
        for name, pattern in expect.headers.items():
            if not pattern.search(answer.headers.get(name, "")):
                message = f"header {name} does not match {pattern.pattern!r}"
                raise down(Reason.HEADER_MISMATCH, message)
        if expect.body is not None and not expect.body.search(self.text):
            reason = Reason.BODY_MISMATCH if answer.whole else Reason.BODY_TOO_LARGE
            raise down(reason, f"nothing matches {expect.body.pattern!r}")
        for assertion in expect.assertions:
            if not assertion.holds(self.document):
                raise down(Reason.ASSERTION_FAILED, assertion.text)

    def degraded(self, step: Step) -> Failure | None:
        """The step's own sign that the service is not well, where it shows."""
        if step.degraded is not None and step.degraded.holds(self.document):
            return Failure(Result.DEGRADED, Reason.SERVICE_WARNS, step.degraded.text)
        return None

    def saved(self, wanted: Mapping[str, Expression]) -> dict[str, str]:
        """What later steps are to have. Failure where it is not there."""
        found = {}
        for name, expression in wanted.items():
            value = expression.find(self.document)
            if isinstance(value, bool) or not isinstance(value, str | int | float):
                raise down(Reason.ASSERTION_FAILED, f"nothing to save as {name}")
            found[name] = str(value)
        return found

    def messages(self, counts: Counts) -> Messages | None:
        """What it tells of messages; None where that was not asked for or nothing is there."""
        places = (counts.sent, counts.failed, counts.waiting)
        if places == (None, None, None):
            return None
        found = Messages(*(None if place is None else self._number(place) for place in places))
        return None if found == Messages() else found

    def _number(self, place: Metric | Expression) -> int | None:
        value = total(self.text, place) if isinstance(place, Metric) else place.find(self.document)
        if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
            return None
        return round(value) if value >= 0 else None


def total(text: str, metric: Metric) -> float | None:
    """The sum of a metric's series in Prometheus's text format; None where there is none."""
    wanted = [f'{name}="{value}"' for name, value in metric.labels.items()]
    values = []
    for series in _series(metric.metric).finditer(text):
        labels = re.split(r"[{},]", series[1] or "")
        found = _VALUE.match(text, series.end())
        if found and all(label in labels for label in wanted):
            try:
                values.append(float(found[1]))
            except ValueError:
                continue
    return sum(values) if values else None


@lru_cache(maxsize=256)
def _series(names: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"^(?:{'|'.join(map(re.escape, names))}){_LABELS}(?=\s)", re.MULTILINE)
