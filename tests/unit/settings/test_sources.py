"""Sources of cases and figures, as the configuration has them."""

from pathlib import Path
from typing import Any

from support.figures import ZONE

from collector.domain.cases import Membership
from collector.domain.desks import Feed
from collector.settings.load import load
from collector.settings.quantities import parse_moment
from collector.settings.settings import Settings
from collector.settings.sources import SourceSettings


def loaded(folder: Path, *lines: str, env: dict[str, str] | None = None) -> Settings:
    path = folder / "driftkoll.yaml"
    text = "\n".join(["sites: {laxa: Laxå}", "sources:", *(f"  {line}" for line in lines), ""])
    path.write_text(text, encoding="utf-8")
    return load(path, env or {})


def only(settings: Settings) -> SourceSettings:
    (source,) = settings.sources.values()
    return source


def test_a_configuration_without_sources_has_no_desk(tmp_path: Path) -> None:
    path = tmp_path / "driftkoll.yaml"
    path.write_text("sites: {laxa: Laxå}\n", encoding="utf-8")
    settings = load(path, {})
    assert not settings.sources
    assert not settings.desk


def test_a_preset_needs_an_address_a_credential_and_groups(tmp_path: Path) -> None:
    source = only(
        loaded(
            tmp_path,
            'desk: {preset: zammad, base_url: "https://desk.example/", token: "${TOKEN}",',
            "  groups: {servicedesk: [Servicedesk]}, sites: {Laxå kommun: laxa}}",
            env={"TOKEN": "hemligt-token"},
        )
    )
    assert (source.name, source.preset) == ("desk", "zammad")
    options: Any = source.options
    assert options.base_url == "https://desk.example"
    assert options.variables["token"].get_secret_value() == "hemligt-token"
    assert options.paginator.type == "keyset"
    assert source.memberships == (Membership("servicedesk", "Servicedesk"),)
    assert "hemligt" not in repr(source)


def test_a_credential_may_lie_in_a_file_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("hemligt-token\n", encoding="utf-8")
    line = 'desk: {preset: zammad, base_url: "https://desk.example", token: "file:token"}'
    options: Any = only(loaded(tmp_path, line)).options
    assert options.variables["token"].get_secret_value() == "hemligt-token"


def test_what_a_user_says_is_laid_over_the_preset(tmp_path: Path) -> None:
    line = (
        "desk: {preset: rt, base_url: 'https://rt.example', token: x, page_size: 50, since: "
        "2026-01-01, statuses: {stalled: open, parkerad: scheduled}, every: 15m, sweep_at: '02:30'}"
    )
    options: Any = only(loaded(tmp_path, line)).options
    assert options.statuses["stalled"] == "open"
    assert options.statuses["parkerad"] == "scheduled"
    assert options.statuses["resolved"] == "resolved"
    assert (options.page_size, options.since) == (50, "2026-01-01")
    assert (options.every, options.sweep_at) == (15 * 60 * 1_000_000, "02:30")


def test_a_group_belongs_to_its_team_from_one_day_to_the_end_of_another(tmp_path: Path) -> None:
    settings = loaded(
        tmp_path,
        "desk: {preset: csv, groups: {servicedesk: [Servicedesk, {name: IT-support, from: "
        "2026-03-01, to: 2026-09-30}], second_line: [{name: IT-support, from: 2026-10-01}]}}",
    )
    march, october = (parse_moment(text, ZONE) for text in ("2026-03-01", "2026-10-01"))
    assert settings.desk.memberships == (
        Membership("servicedesk", "Servicedesk"),
        Membership("servicedesk", "IT-support", march, october),
        Membership("second_line", "IT-support", october),
    )


def test_the_figures_know_what_each_source_of_cases_vouches_for(tmp_path: Path) -> None:
    api = "base_url: 'https://rt.example', token: x"
    settings = loaded(
        tmp_path,
        f"plain: {{preset: rt, {api}}}",
        f"alarms: {{preset: rt, {api}, supplies: [security_incidents]}}",
        f"changes: {{preset: rt, {api}, fields: {{caused_by_change: A, disruption_report: B}}}}",
        "files: {preset: csv}",
        "mdm: {preset: json_number, url: 'https://mdm.example', value: share, unit: ratio, "
        "indicator: sick_leave}",
    )
    assert settings.desk.feeds == (
        Feed("plain"),
        Feed("alarms", frozenset({"security_incidents"})),
        Feed("changes", frozenset({"changes_causing_disruption"})),
        Feed("files"),
    )


def test_a_watched_folder_is_relative_to_the_file(tmp_path: Path) -> None:
    source = only(loaded(tmp_path, "desk: {preset: excel, folder: exports, sheet: Ärenden}"))
    assert source.files is not None
    assert source.files.folder == tmp_path / "exports"


def test_two_sources_may_share_a_group_at_different_times(tmp_path: Path) -> None:
    settings = loaded(
        tmp_path,
        "old: {preset: csv, groups: {servicedesk: [{name: Support, to: 2026-05-31}]}}",
        "new: {preset: csv, groups: {servicedesk: [{name: Support, from: 2026-06-01}]}}",
    )
    assert len(settings.desk.memberships) == 2
