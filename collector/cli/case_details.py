"""What lies behind a figure of cases, as rows and tables."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from collector.cli.opening import Opened
from collector.cli.output import MAIL_WIDTH, Column, Row, table
from collector.domain.measurements import Indicator, Measurement, Unit
from collector.indicators.registry import case_indicators

_DAYS = (
    "mean_days",
    "median_days",
    "p90_days",
    "mean_working_days",
    "mean_days_with_waiting",
)
_RATIOS = ("within_target", "lenient", "strict", "response_rate")
_COUNTS = ("n", "resolved", "no_history", "without_change")
_TROUBLES = ("no_group", "unmapped_group", "unknown_severity")
"""Said only where there are any."""


def case_rows(work: Opened, indicator: Indicator, measurement: Measurement) -> list[Row]:
    """The figures beside the value, and by which choices it is worked out."""
    if indicator.id not in case_indicators():
        return []
    words, detail = work.words, measurement.detail
    rows: list[Row] = []
    if so_far := detail.get("year_to_date"):
        value = words.value(so_far["value"], measurement.unit, measurement.target)
        rows.append((words["detail.year_to_date"], value))
    if choices := _choices(work, indicator):
        rows.append((words["counted_as"], ", ".join(choices)))
    for keys, unit in ((_DAYS, Unit.DAYS), (_RATIOS, Unit.RATIO)):
        rows += [
            (words[f"detail.{key}"], words.value(detail[key], unit))
            for key in keys
            if key in detail
        ]
    rows += [(_label(work, indicator, key), words.number(detail[key])) for key in _numbers(detail)]
    if detail.get("changes"):
        rows.append((words["detail.changes"], ", ".join(detail["changes"])))
    if "attested" in detail:
        rows.append((words["detail.attested"], words["yes" if detail["attested"] else "no"]))
    rows += _open(work, detail.get("open"))
    return rows


def case_parts(work: Opened, measurement: Measurement) -> list[str]:
    """What was left out and why, what is to be noted, and which cases lie behind the figure."""
    words, detail = work.words, measurement.detail
    parts: list[str] = []
    for title, prefix, counts in (
        ("left_out_cases", "excluded", detail.get("excluded") or {}),
        ("noted_cases", "flag", detail.get("flags") or {}),
    ):
        if some := {reason: count for reason, count in counts.items() if count}:
            parts += ["", f"{words[title]}:", "", _counts(work, prefix, some)]
    if "cases" in detail:
        parts += ["", f"{words['cases']}:", "", *(detail["cases"] or [words["no_cases"]])]
    return parts


def _choices(work: Opened, indicator: Indicator) -> Sequence[str]:
    """The choices in force that there are words for, in the order of the definition."""
    keys = (f"choice.{name}.{value}" for name, value in indicator.definition.items())
    said = (work.words.get(key, "") for key in keys)
    return [each for each in said if each]


def _numbers(detail: Mapping[str, Any]) -> Iterator[str]:
    yield from (key for key in _COUNTS if key in detail)
    yield from (key for key in _TROUBLES if detail.get(key))


def _label(work: Opened, indicator: Indicator, key: str) -> str:
    return work.words.get(f"detail.{key}.{indicator.id}", work.words[f"detail.{key}"])


def _open(work: Opened, backlog: Mapping[str, Any] | None) -> list[Row]:
    words = work.words
    if backlog is None:
        return []
    rows: list[Row] = [(words["open_now"], words.number(backlog["n"]))]
    if backlog["n"]:
        rows += [
            (words["open_median"], words.value(backlog["median_days"], Unit.DAYS)),
            (words["open_oldest"], words.value(backlog["oldest_days"], Unit.DAYS)),
        ]
    return rows


def _counts(work: Opened, prefix: str, counts: Mapping[str, int]) -> str:
    words = work.words
    return table(
        [Column("", "right"), Column("", wrap=20)],
        [
            (words.number(count), words.get(f"{prefix}.{reason}", reason))
            for reason, count in counts.items()
        ],
        headings=False,
        at_most=MAIL_WIDTH,
    )
