"""Tables of cases, as people read them."""

from collections.abc import Sequence

from collector.cli.opening import Opened
from collector.cli.output import Column, table
from collector.domain.cases import Case
from collector.domain.instants import Instant
from collector.services.case_list import group_of
from collector.services.check_cases import Checked


def case_table(work: Opened, cases: Sequence[Case]) -> str:
    """Cases, a row each."""
    words = work.words
    if not cases:
        return words["no_cases"]
    titles = (
        *("case", "case_type", "case_status", "created", "first_response", "resolved", "group"),
        *("site", "left_out_as"),
    )
    rows = [
        (
            f"{case.source}:{case.id}",
            words[f"case_type.{case.type}"] if case.type else _unmapped(case, "type"),
            words[f"case_status.{case.status}"] if case.status else _unmapped(case, "status"),
            short_time(work, case.created),
            short_time(work, case.first_response),
            short_time(work, case.resolved),
            group_of(case),
            work.settings.sites.get(case.site, case.site),
            words[f"excluded.{case.excluded}"] if case.excluded else "",
        )
        for case in cases
    ]
    # A column that would be empty says nothing.
    shown = [n for n in range(len(titles)) if n in (0, 1, 3) or any(row[n] for row in rows)]
    wraps = {"created": 10, "first_response": 10, "resolved": 10, "group": 10, "site": 9}
    return table(
        [
            Column(words[titles[n]], wrap=wraps.get(titles[n], 0), optional=n in (4, 8))
            for n in shown
        ],
        [[row[n] for n in shown] for row in rows],
    )


def short_time(work: Opened, at: Instant | None) -> str:
    """A local time to the minute; nothing where there is none."""
    return "" if at is None else work.words.time(at, work.settings.zone)[:-3]


def _unmapped(case: Case, field: str) -> str:
    """The source's own word, marked, where there is one."""
    word = case.unmapped.get(field)
    return f"?{word}" if word else ""


def check_lines(work: Opened, found: Checked, yaml: str) -> list[str]:
    """What `cases check` found, and what to write in the configuration."""
    words = work.words
    if not found:
        return [words["cases_in_order"].format(count=words.number(found.cases))]
    lines: list[str] = []
    if found.unmapped:
        lines += [f"{words['unmapped']}:", "", _unmapped_table(work, found)]
    if found.unusable:
        lines += ["", f"{words['unusable']}:", "", _unusable_table(work, found)]
    if yaml:
        lines += ["", f"{words['paste']}:", "", yaml]
    return lines[1:] if lines[0] == "" else lines


def _unmapped_table(work: Opened, found: Checked) -> str:
    words = work.words
    return table(
        [
            Column(words["case_source"]),
            Column(words["field"]),
            Column(words["word"], wrap=20),
            Column(words["cases"], "right"),
        ],
        [
            (each.source, words[f"field.{each.field}"], each.value, words.number(each.count))
            for each in found.unmapped
        ],
    )


def _unusable_table(work: Opened, found: Checked) -> str:
    words = work.words
    return table(
        [
            Column(words["case_source"]),
            Column(words["why"], wrap=20),
            Column(words["cases"], "right"),
            Column(words["examples"], wrap=12),
        ],
        [
            (
                each.source,
                words[f"unusable.{each.reason}"],
                words.number(each.count),
                ", ".join(each.examples),
            )
            for each in found.unusable
        ],
    )
