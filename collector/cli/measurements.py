"""A measurement as JSON and as tables."""

from collections.abc import Mapping, Sequence
from textwrap import wrap
from typing import Any

from collector.cli.case_details import case_parts, case_rows
from collector.cli.opening import ALL_SITES, Opened
from collector.cli.output import MAIL_WIDTH, Cell, Column, Row, table
from collector.cli.waterfall import waterfall
from collector.domain.instants import SECOND
from collector.domain.measurements import DecidedTarget, Indicator, Measurement, Op, Unit, Verdict

_MIN_COVERAGE = 0.90
"""KPI.md "Availability", where the register's entry states no other."""


def name_of(work: Opened, indicator: Indicator) -> str:
    """An indicator's name as decided."""
    return indicator.name.get(work.words.language) or indicator.name.get("sv") or indicator.id


def heading(work: Opened, measurement: Measurement) -> str:
    """What a figure is of: `Sydnärkes IT, 2026-10, Alla (preliminärt, perioden pågår)`."""
    words, site = work.words, measurement.site
    place = words["all"] if site == ALL_SITES else work.settings.sites.get(site, site)
    running = "" if measurement.final else f" ({words['preliminary']})"
    whose = f"{work.settings.organisation}, " if work.settings.organisation else ""
    return f"{whose}{measurement.period}, {place}{running}"


def overview(work: Opened, measured: Sequence[tuple[Indicator, Measurement]]) -> str:
    """All indicators, a row each."""
    words = work.words
    return table(
        [
            Column(words["indicator"], wrap=22),
            Column(words["value"], "right"),
            Column(words["target"], "right"),
            Column(words["coverage"], "right"),
            Column(words["verdict"]),
            Column(words["outlook"], wrap=8),
        ],
        [
            (
                name_of(work, indicator),
                words.value(each.value, each.unit, each.target),
                words.decided(each.target, each.unit),
                _coverage(work, indicator, each.coverage),
                Cell(words.verdict(each.verdict), each.verdict or ""),
                Cell(words.outlook(each.outlook), each.outlook or ""),
            )
            for indicator, each in measured
        ],
        at_most=MAIL_WIDTH,
    )


def judged_on_year(work: Opened, measured: Sequence[tuple[Indicator, Measurement]]) -> list[str]:
    """What the verdicts in an overview rest on that are not on the value beside them."""
    words, lines = work.words, []
    for indicator, each in measured:
        so_far = each.detail.get("year_to_date")
        if so_far and each.verdict and so_far["value"] != each.value:
            said = "judged_on_year_unknown" if so_far["value"] is None else "judged_on_year"
            value = words.value(so_far["value"], each.unit, each.target)
            line = words[said].format(name=name_of(work, indicator), value=value)
            lines += ["", *wrap(line, MAIL_WIDTH)]
    return lines


def details(work: Opened, indicator: Indicator, measurement: Measurement) -> list[str]:
    """One indicator in full: its figures, then its classes, then its worst objects."""
    words, detail = work.words, measurement.detail
    unit, target = measurement.unit, measurement.target
    rows: list[Row] = [
        (words["value"], words.value(measurement.value, unit, target)),
        (words["target"], words.decided(target, unit)),
        (words["coverage"], _coverage(work, indicator, measurement.coverage)),
        (words["verdict"], Cell(words.verdict(measurement.verdict), measurement.verdict or "")),
        (words["outlook"], Cell(words.outlook(measurement.outlook), measurement.outlook or "")),
    ]
    budget = detail.get("budget")
    if budget:
        rows.append((words["budget_left"], words.duration(round(budget["left_seconds"] * SECOND))))
    rows += [
        (words[key], words.value(detail[key], unit, target))
        for key in ("with_planned_work", "before_corrections")
        if key in detail
    ]
    if "outages" in detail:
        rows.append((words["outages"], words.number(detail["outages"])))
    rows += _times(work, detail)
    if detail.get("left_out"):
        rows.append((words["left_out"], ", ".join(map(words.kinds, detail["left_out"]))))
    rows += case_rows(work, indicator, measurement)
    rows += _frozen(work, measurement)
    parts = [
        name_of(work, indicator),
        heading(work, measurement),
        "",
        table([Column(""), Column("", wrap=20)], rows, headings=False),
    ]
    parts += case_parts(work, measurement)
    if any(detail.get("seconds", {}).values()):
        parts += ["", f"{words['five_parts']}:", "", waterfall(work, detail["seconds"])]
    classes: Mapping[str, Any] = detail.get("classes") or {}
    if classes:
        named = [(words.kinds(kind), figures) for kind, figures in classes.items()]
        parts += ["", _objects(work, indicator, "class", named, target)]
    if len(detail.get("sites") or {}) > 1:
        named = [(_site(work, site), figures) for site, figures in detail["sites"].items()]
        parts += ["", _objects(work, indicator, "site", named, target)]
    if detail.get("frozen_differences"):
        parts += ["", f"{words['frozen_differences']}:", "", _differences(work, measurement)]
    if detail.get("worst"):
        named = [(figures["target"], figures) for figures in detail["worst"]]
        parts += ["", f"{words['worst']}:", "", _objects(work, indicator, "object", named, target)]
    if detail.get("largest_outages"):
        parts += ["", f"{words['largest_outages']}:", "", _largest(work, detail)]
    if detail.get("further_outage"):
        parts += ["", *_further(work, indicator, measurement)]
    return parts


def _times(work: Opened, detail: Mapping[str, Any]) -> list[Row]:
    """What the outages come to."""
    words = work.words
    rows: list[Row] = []
    if detail.get("consequences"):
        rows.append((words["of_these_consequences"], words.number(detail["consequences"])))
    if longest := detail.get("longest_outage"):
        length = words.duration(round(longest["seconds"] * SECOND))
        rows.append((words["longest_outage"], f"{length} ({longest['target']})"))
    rows += [
        (words[key], words.duration(round(detail[f"{key}_seconds"] * SECOND)))
        for key in ("time_to_restore", "time_between_failures")
        if detail.get(f"{key}_seconds") is not None
    ]
    return rows


def _site(work: Opened, site: str) -> str:
    return work.settings.sites.get(site, site) or work.words["none"]


def _largest(work: Opened, detail: Mapping[str, Any]) -> str:
    """The outages that cost most, and why they happened."""
    words = work.words
    return table(
        [
            Column(words["start"], wrap=10),
            Column(words["object"], wrap=12),
            Column(words["duration"], "right", wrap=8),
            Column(words["objects"], "right"),
            Column(words["object_time"], "right", wrap=10),
            Column(words["cause"], wrap=12),
        ],
        [
            (
                each["start"][:16].replace("T", " "),
                each["target"],
                words.duration(round(each["seconds"] * SECOND)),
                words.number(each["objects"]),
                words.duration(round(each["object_seconds"] * SECOND)),
                _cause(work, each),
            )
            for each in detail["largest_outages"]
        ],
        at_most=MAIL_WIDTH,
    )


def _cause(work: Opened, each: Mapping[str, Any]) -> str:
    cause = work.words[f"cause.{each['cause']}"] if each["cause"] else ""
    return ": ".join(filter(None, (cause, each["name"])))


def _further(work: Opened, indicator: Indicator, measurement: Measurement) -> list[str]:
    """What a further outage would do, to what is shown and to the indicator."""
    words, would = work.words, measurement.detail["further_outage"]
    length = words.duration(round(would["seconds"] * SECOND))
    objects = words.number(would["objects"])
    rows: list[Row] = []
    figures = {words["what_is_shown"]: would["scope"], name_of(work, indicator): would["indicator"]}
    if would["scope"] == would["indicator"]:
        figures = {name_of(work, indicator): would["indicator"]}
    for name, its in figures.items():
        rows.append((name, "", ""))
        both = its["before"], its["after"]
        value = (_value_and_verdict(work, measurement, each) for each in both)
        rows.append((f"  {words['value']}", *value))
        if all(each["budget"] for each in both):
            left = (round(each["budget"]["left_seconds"] * SECOND) for each in both)
            rows.append((f"  {words['budget_left']}", *map(words.duration, left)))
    return [
        f"{words['further_outage'].format(length=length, objects=objects)}:",
        "",
        table(
            [Column("", wrap=24), Column(words["before"]), Column(words["after"])],
            rows,
            at_most=MAIL_WIDTH,
        ),
    ]


def _frozen(work: Opened, measurement: Measurement) -> list[Row]:
    """When a figure was frozen, and what it would be now where that differs."""
    words, version = work.words, measurement.frozen
    if version is None:
        return []
    when = words.time(version.at, work.settings.zone)
    rows: list[Row] = [(words["frozen"], f"{words['version']} {version.version}, {when}")]
    if version.reason:
        rows.append((words["frozen_because"], version.reason))
    live = measurement.detail["live"]
    if live["differs"]:
        rows.append((words["would_be_now"], _value_and_verdict(work, measurement, live)))
    return rows


def _differences(work: Opened, measurement: Measurement) -> str:
    """The frozen months that what is known now does not agree with."""
    words = work.words
    return table(
        [Column(words["month"]), Column(words["frozen"]), Column(words["would_be_now"])],
        [
            (
                each["period"],
                _value_and_verdict(work, measurement, each["frozen"]),
                _value_and_verdict(work, measurement, each["live"]),
            )
            for each in measurement.detail["frozen_differences"]
        ],
    )


def _value_and_verdict(work: Opened, measurement: Measurement, its: Mapping[str, Any]) -> str:
    words, verdict = work.words, its["verdict"]
    value = words.value(its["value"], measurement.unit, measurement.target)
    return value if verdict is None else f"{value} ({words.verdict(Verdict(verdict))})"


def _objects(
    work: Opened,
    indicator: Indicator,
    title: str,
    named: Sequence[tuple[str, Mapping[str, Any]]],
    target: DecidedTarget | None,
) -> str:
    """Classes or objects with their availability, coverage and downtime."""
    words = work.words
    titles = ("availability", "coverage", "downtime")
    return table(
        [Column(words[title], wrap=16), *(Column(words[each], "right") for each in titles)],
        [
            (
                name,
                words.value(figures["value"], Unit.RATIO, target),
                _coverage(work, indicator, figures["coverage"]),
                words.duration(_downtime(figures["seconds"])),
            )
            for name, figures in named
        ],
    )


def _downtime(seconds: Mapping[str, float]) -> int:
    return round((seconds["down"] + seconds["unreachable"]) * SECOND)


def _coverage(work: Opened, indicator: Indicator, coverage: float | None) -> str:
    """Never rounded over what is needed for a verdict."""
    needed = float(indicator.definition.get("min_coverage", _MIN_COVERAGE))
    return work.words.value(coverage, Unit.RATIO, DecidedTarget(Op.AT_LEAST, needed))
