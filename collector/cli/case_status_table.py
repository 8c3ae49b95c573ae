"""How the servicedesk stands, as one pastes it into a mail."""

from collections.abc import Iterator, Mapping
from math import ceil

from collector.cli.case_tables import short_time
from collector.cli.opening import Opened
from collector.cli.output import MAIL_WIDTH, Cell, Column, Row, table
from collector.domain.instants import DAY, Duration
from collector.kpi.case_backlog import AGES, OLDEST, SecondLine
from collector.services.case_status import RECENT, CaseList, DeskStatus

_ROWS = 10
"""Rows of a backlog's part; the rest are added up."""


def status_lines(work: Opened, found: DeskStatus) -> list[str]:
    """All of it: first the numbers, then the cases to look at."""
    words = work.words
    whose = f"{work.settings.organisation}, " if work.settings.organisation else ""
    place = words["all"] if found.site is None else work.settings.sites[found.site]
    lines = [
        words["desk_status"],
        f"{whose}{short_time(work, found.at)}, {place}",
        "",
        *_sources(work, found),
        table([Column(""), Column("", "right")], list(_numbers(work, found)), headings=False),
        "",
        f"{words['flow']}:",
        "",
        _flow(work, found),
        *_backlog(work, found),
        *_second_line(work, found.second_line),
    ]
    lists = (
        ("majors", found.majors),
        ("nearing_target", found.nearing),
        ("unanswered", found.unanswered),
        ("unassigned", found.unassigned),
        ("long_wait", found.waiting),
        ("reassigned", found.reassigned),
        ("reopened", found.reopened),
        ("oldest", found.oldest),
    )
    for title, cases in lists:
        if cases is not None and cases.count:
            lines += ["", f"{words[title]}:", "", _cases(work, cases)]
    return lines


def _sources(work: Opened, found: DeskStatus) -> Iterator[str]:
    """From when what is shown is, where a source lags or fails."""
    words = work.words
    if not found.sources:
        yield words["no_case_source"]
        yield ""
    for state in found.sources:
        fetched = short_time(work, state.complete_at) or words["never"]
        failure = f" ({words[f'failure.{state.failure}']})" if state.failure else ""
        yield f"{words['fetched'].format(source=state.source, time=fetched)}{failure}"
    if found.sources:
        yield ""


def _numbers(work: Opened, found: DeskStatus) -> Iterator[Row]:
    words = work.words
    days = len(found.flow) - 1  # but for today, which is not over
    created = sum(day.created for day in found.flow[:-1]) / days
    resolved = sum(day.resolved for day in found.flow[:-1]) / days
    yield words["inflow_a_day"], words.number(created, 1)
    yield words["resolved_a_day"], words.number(resolved, 1)
    yield words["open_cases"], words.number(found.open)
    if found.late is not None:
        yield words["late"], Cell(words.number(found.late), "missed" if found.late else "")
    for title, cases in (
        ("nearing_target", found.nearing),
        ("unanswered", found.unanswered),
        ("unassigned", found.unassigned),
        ("long_wait", found.waiting),
        ("reassigned", found.reassigned),
        ("reopened", found.reopened),
        ("majors", found.majors),
    ):
        yield words[title], words["none"] if cases is None else words.number(cases.count)


def _flow(work: Opened, found: DeskStatus) -> str:
    words = work.words
    return table(
        [
            Column(words["day"]),
            Column(words["inflow"], "right"),
            Column(words["resolved_count"], "right"),
        ],
        [
            (day.day.isoformat(), words.number(day.created), words.number(day.resolved))
            for day in found.flow
        ],
        at_most=MAIL_WIDTH,
    )


def _backlog(work: Opened, found: DeskStatus) -> Iterator[str]:
    """The open cases by what they are, a table each."""
    words = work.words
    ages = [*(name for name, _ in AGES), OLDEST]
    named = {
        "type": {
            words[f"case_type.{key}"] if key else words["unmapped_one"]: count
            for key, count in found.backlog["type"].items()
        },
        "group": found.backlog["group"],
        "age": {
            words[f"age.{age}"]: found.backlog["age"][age]
            for age in ages
            if age in found.backlog["age"]
        },
        "priority": found.backlog["priority"],
        "site": {
            work.settings.sites.get(key, key): count for key, count in found.backlog["site"].items()
        },
    }
    for by, counts in named.items():
        # One that all cases lack says nothing.
        if any(counts):
            yield ""
            yield f"{words[f'backlog.{by}']}:"
            yield ""
            yield _counts(work, counts)


def _counts(work: Opened, counts: Mapping[str, int]) -> str:
    words = work.words
    shown = list(counts.items())
    if len(shown) > _ROWS:
        rest = sum(count for _, count in shown[_ROWS - 1 :])
        shown = [*shown[: _ROWS - 1], (words["other"], rest)]
    return table(
        [Column("", wrap=30), Column("", "right")],
        [(name or words["not_stated"], words.number(count)) for name, count in shown],
        headings=False,
        at_most=MAIL_WIDTH,
    )


def _second_line(work: Opened, found: SecondLine | None) -> Iterator[str]:
    words = work.words
    if found is None:
        return
    months = RECENT / 30
    share = words.percent(found.by_desk / found.resolved)
    yield ""
    yield words["second_line"].format(share=share, days=RECENT)
    if found.missing:
        yield words["missing_a_month"].format(count=words.number(ceil(found.missing / months)))
    if found.categories:
        yield ""
        yield f"{words['others_resolve']}:"
        yield ""
        yield table(
            [
                Column(words["category"], wrap=30),
                Column(words["elsewhere_a_month"], "right", wrap=10),
                Column(words["all_a_month"], "right", wrap=10),
                Column(words["share_then"], "right", wrap=10),
            ],
            [
                (
                    each.category or words["not_stated"],
                    words.number(each.elsewhere / months, 1),
                    words.number(each.resolved / months, 1),
                    words.percent(each.share),
                )
                for each in found.categories
            ],
            at_most=MAIL_WIDTH,
        )


def _cases(work: Opened, found: CaseList) -> str:
    words = work.words
    shown = table(
        [
            Column(words["case"]),
            Column(words["case_type"]),
            Column(words["created"], wrap=10),
            Column(words["age"], "right"),
            Column(words["handled"], "right", wrap=8),
            Column(words["case_status"], wrap=8, optional=True),
            Column(words["group"], wrap=8),
        ],
        [
            (
                f"{each.case.source}:{each.case.id}",
                words[f"case_type.{each.case.type}"] if each.case.type else words["unmapped_one"],
                short_time(work, each.case.created),
                _days(work, each.age),
                _days(work, each.handled),
                words[f"case_status.{each.case.status}"] if each.case.status else "",
                each.case.group,
            )
            for each in found.cases
        ],
        at_most=MAIL_WIDTH,
    )
    more = found.count - len(found.cases)
    return f"{shown}\n{words['more_cases'].format(count=words.number(more))}" if more else shown


def _days(work: Opened, length: Duration) -> str:
    """Days, with a decimal while they are few."""
    days = length / DAY
    return work.words.number(days, 1 if days < 10 else 0)
