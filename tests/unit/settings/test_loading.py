"""What a sound configuration becomes."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from collector.domain.instants import DAY, HOUR, MINUTE, SECOND, instant
from collector.domain.targets import Kind, Merge, Polling, Target
from collector.kpi.service_hours import OFFICE, Calendar, OpenDay, Opening
from collector.ports import Retention
from collector.probes.registry import probe_kinds
from collector.settings.errors import ConfigurationError
from collector.settings.load import load
from collector.settings.settings import Settings

EXAMPLE = Path(__file__).parents[3] / "config" / "driftkoll.example.yaml"


def loaded(folder: Path, text: str, env: dict[str, str] | None = None, **options: Any) -> Settings:
    path = folder / "driftkoll.yaml"
    path.write_text(text, "utf-8")
    return load(path, env or {}, **options)


def target(folder: Path, text: str, more: str = "") -> Target:
    return loaded(folder, f"{more}\ntargets:\n  - {{{text}}}\n").targets[0]


def test_an_empty_file_is_a_configuration(tmp_path: Path) -> None:
    settings = loaded(tmp_path, "# nothing yet\ntargets:\n")
    assert settings.targets == ()
    assert settings.database == f"sqlite:///{tmp_path}/var/driftkoll.db"
    assert (settings.listen, settings.language, settings.snmp_client) == (
        ("127.0.0.1", 9780),
        "sv",
        "gufo",
    )
    assert settings.polling == Polling(confirmations=2, retry_interval=10 * SECOND)
    assert settings.retention == Retention(48 * HOUR, 2 * 10**9, 90 * DAY, None, None)
    assert settings.register[0].id == "availability"


def test_cases_are_kept_for_as_long_as_is_said(tmp_path: Path) -> None:
    settings = loaded(tmp_path, "retention: {cases: 1826d}\ntargets:\n")
    assert settings.retention.cases == 1826 * DAY
    assert loaded(tmp_path, "retention: {cases: forever}\ntargets:\n").retention.cases is None
    with pytest.raises(ConfigurationError, match=r"retention\.cases: '30d' must be at least 60d"):
        loaded(tmp_path, "retention: {cases: 30d}\ntargets:\n")


def test_the_example_loads_without_a_warning() -> None:
    env = {"SNMP_COMMUNITY": "public", "SNMP_AUTH": "a-long-word", "SNMP_PRIV": "another-word"}
    settings = load(EXAMPLE, env)
    assert settings.warnings == ()
    assert settings.organisation == "Sydnärkes IT"
    assert settings.population == {Kind.ACCESS_POINT: 1500, Kind.SWITCH: 400}
    assert settings.snmp_profiles["saker"].priv_key == "another-word"
    assert settings.places["esb"].startswith(f"{EXAMPLE}:")
    assert settings.places["fw-hallsberg"] == f"{EXAMPLE.parent / 'targets.example.csv'}:2"
    assert {each.site for each in settings.targets} == settings.sites.keys()


def test_nothing_secret_is_in_the_repr() -> None:
    env = {"SNMP_COMMUNITY": "hemligt-1", "SNMP_AUTH": "hemligt-2", "SNMP_PRIV": "hemligt-3"}
    assert "hemligt" not in repr(load(EXAMPLE, env))


def test_a_password_in_the_database_url_is_not_in_the_repr(tmp_path: Path) -> None:
    url = "postgresql+psycopg://driftkoll:hemligt@db/driftkoll"
    settings = loaded(tmp_path, "database: ${DATABASE}\n", {"DATABASE": url})
    assert settings.database == url
    assert "hemligt" not in repr(settings)


def test_secrets_come_from_variables_and_files(tmp_path: Path) -> None:
    (tmp_path / "auth").write_text("from-a-file\n")
    text = """
snmp:
  profiles:
    default: {community: "${PREFIX}-$${literal}"}
    secure: {version: 3, user: drift, auth: sha1, auth_key: "file:auth"}
"""
    profiles = loaded(tmp_path, text, {"PREFIX": "x"}).snmp_profiles
    assert profiles["default"].community == "x-${literal}"
    assert profiles["secure"].auth_key == "from-a-file"


@pytest.mark.parametrize(
    ("text", "listen"),
    [
        ("0.0.0.0:80", ("0.0.0.0", 80)),
        ("[::1]:9780", ("::1", 9780)),
        ("drift.example:1", ("drift.example", 1)),
    ],
)
def test_listen_takes_a_host_and_a_port(tmp_path: Path, text: str, listen: tuple[str, int]) -> None:
    assert loaded(tmp_path, f"listen: '{text}'\n").listen == listen


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    (tmp_path / "web.yml").write_text("")
    text = "database: sqlite:///../drift.db?timeout=5\nweb: {config_file: web.yml}\n"
    settings = loaded(tmp_path, text)
    assert settings.database == f"sqlite:///{tmp_path}/../drift.db?timeout=5"
    assert settings.web_config_file == tmp_path / "web.yml"
    assert loaded(tmp_path, "database: sqlite:////srv/a.db\n").database == "sqlite:////srv/a.db"


def test_words_that_yaml_takes_for_something_else_stay_words(tmp_path: Path) -> None:
    text = "sites: {no: Norge, 2026-10-01: on}\n"
    assert loaded(tmp_path, text).sites == {"no": "Norge", "2026-10-01": "on"}


def test_a_target_has_icmp_at_the_common_pace(tmp_path: Path) -> None:
    found = target(tmp_path, "name: a, kind: server, address: 10.0.0.1")
    [probe] = found.probes
    assert (probe.name, probe.kind, probe.interval, probe.timeout) == (
        "icmp",
        "icmp",
        MINUTE,
        2 * SECOND,
    )
    assert found.merge is Merge.ANY


def test_an_integration_platform_is_up_only_when_all_its_probes_are(tmp_path: Path) -> None:
    found = target(tmp_path, "name: a, kind: integration_platform, address: 10.0.0.1")
    assert found.merge is Merge.ALL
    found = target(tmp_path, "name: a, kind: integration_platform, address: a.b, merge: any")
    assert found.merge is Merge.ANY


def test_a_probes_own_pace_comes_before_the_targets(tmp_path: Path) -> None:
    probes = "[icmp, {snmp: {interval: 5m, port: 1161}}, {snmp: {timeout: 3s}}, snmp]"
    found = target(
        tmp_path,
        f"name: a, kind: server, address: '::1', interval: 90s, snmp_port: 16100, probes: {probes}",
        "snmp: {profiles: {default: {community: public}}}",
    )
    assert [(each.name, each.interval, each.timeout) for each in found.probes] == [
        ("icmp", 90 * SECOND, 2 * SECOND),
        ("snmp", 5 * MINUTE, 2 * SECOND),
        ("snmp-2", 90 * SECOND, 3 * SECOND),
        ("snmp-3", 90 * SECOND, 2 * SECOND),
    ]
    options: list[Any] = [each.options for each in found.probes[1:]]
    assert [each.port for each in options] == [1161, 16100, 16100]
    assert isinstance(options[0], probe_kinds()["snmp"].Options)


def test_a_retired_targets_last_day_is_included(tmp_path: Path) -> None:
    found = target(
        tmp_path,
        "name: a, kind: server, address: 10.0.0.1, "
        "in_service_from: 2026-10-01T08:00, retired_at: 2026-10-31",
    )
    assert found.in_service_from == instant(datetime(2026, 10, 1, 6, tzinfo=UTC))
    assert found.retired_at == instant(datetime(2026, 10, 31, 23, tzinfo=UTC))


def test_probes_that_are_alike_are_one_object(tmp_path: Path) -> None:
    text = "targets:\n" + "".join(
        f"  - {{name: t{i}, kind: server, address: 10.0.0.{i}}}\n" for i in range(3)
    )
    assert len({id(each.probes) for each in loaded(tmp_path, text).targets}) == 1


def test_a_clustered_service_is_made_of_its_nodes_and_is_not_polled(tmp_path: Path) -> None:
    text = """
targets:
  - {name: esb, kind: integration_platform, members: [esb-1, esb-2], parent: sw}
  - {name: pair, kind: switch, members: [esb-1, esb-2], needs: 2}
  - {name: esb-1, kind: server, address: 10.0.0.1}
  - {name: esb-2, kind: server, address: 10.0.0.2}
  - {name: sw, kind: switch, address: 10.0.0.3}
"""
    esb, pair, node, *_ = loaded(tmp_path, text).targets
    assert (esb.members, esb.needs, esb.parent) == (("esb-1", "esb-2"), 1, "sw")
    assert (esb.probes, esb.address) == ((), "")
    assert pair.needs == 2
    assert (node.members, node.needs) == ((), 1)


def test_how_often_a_target_changes_that_flaps_can_be_said(tmp_path: Path) -> None:
    polling = loaded(tmp_path, "polling: {flapping: {changes: 4, within: 30m}}\n").polling
    assert (polling.flapping_changes, polling.flapping_within) == (4, 30 * MINUTE)
    polling = loaded(tmp_path, "polling: {flapping: {within: 24h}}\n").polling
    assert (polling.flapping_changes, polling.flapping_within) == (6, DAY)


class Url(BaseModel):
    url: str


class UrlProbe:
    """A probe that carries its own address."""

    Options = Url
    needs_address = False


def test_a_probe_with_its_own_url_needs_no_address(tmp_path: Path) -> None:
    text = "targets:\n  - {name: esb, kind: server, probes: [{http: {url: 'https://esb/'}}]}\n"
    [found] = loaded(tmp_path, text, kinds={"http": UrlProbe}).targets
    assert (found.address, found.probes[0].options) == ("", Url(url="https://esb/"))


def test_unknown_options_are_refused_whatever_the_probe_itself_allows(tmp_path: Path) -> None:
    text = "targets:\n  - {name: esb, kind: server, probes: [{http: {url: a, ulr: b}}]}\n"
    with pytest.raises(ConfigurationError, match=r"http\.ulr: unknown key; did you mean 'url'\?"):
        loaded(tmp_path, text, kinds={"http": UrlProbe})


def test_a_probe_has_to_be_told_nothing_but_where_and_what_to_ask() -> None:
    needed = {
        kind: {name for name, field in each.Options.model_fields.items() if field.is_required()}
        for kind, each in probe_kinds().items()
    }
    assert needed == {
        "dns": {"name"},
        "http": {"url"},
        "icmp": set(),
        "snmp": set(),
        "tcp": {"port"},
    }


@pytest.mark.parametrize(
    ("sentinels", "parent", "warnings"),
    [
        pytest.param("[a, b]", "c", [], id="two with nothing behind them"),
        pytest.param(
            "[]",
            "c",
            [
                "none are given; without two targets beside the collector, its own loss of "
                "network counts as downtime of them all"
            ],
            id="none",
        ),
        pytest.param(
            "[a]",
            "c",
            [
                "only 'a' is given; name at least two, or its outage alone makes all failures "
                "unknown"
            ],
            id="one",
        ),
        pytest.param(
            "[a, b]",
            "a",
            [
                "'a' has 1 target behind it; choose one with none, or its outage makes theirs "
                "unknown"
            ],
            id="one with a target behind it",
        ),
    ],
)
def test_sentinels_that_are_worth_little_deserve_a_warning(
    tmp_path: Path, sentinels: str, parent: str, warnings: list[str]
) -> None:
    settings = loaded(
        tmp_path,
        f"""
polling: {{sentinels: {sentinels}}}
targets:
  - {{name: a, kind: server, address: 10.0.0.1}}
  - {{name: b, kind: server, address: 10.0.0.2}}
  - {{name: c, kind: server, address: 10.0.0.3}}
  - {{name: d, kind: server, address: 10.0.0.4, parent: {parent}}}
""",
    )
    place = f"{tmp_path}/driftkoll.yaml:2: polling.sentinels: "
    assert list(settings.warnings) == [place + warning for warning in warnings]


CALENDARS = """
calendars:
  office: {days: "mon-thu, sat", from: "07:30", until: 16:30, holidays: sv, closed: [2026-06-05]}
  jour:
    hours: [{days: mon-fri, from: "18:00", until: "24:00"}, {days: sat sun}]
    open: [{day: 2026-06-06, from: "09:00", until: "12:00"}]
service_hours: {default: always, kinds: {server: office, switch: jour}}
targets:
  - {name: a, kind: server, address: 10.0.0.1}
  - {name: b, kind: server, address: 10.0.0.2, service_hours: always}
  - {name: c, kind: ups, address: 10.0.0.3, service_hours: jour}
"""


def test_calendars_hold_for_kinds_and_for_targets(tmp_path: Path) -> None:
    service = loaded(tmp_path, CALENDARS).service
    office = Calendar(
        (Opening(frozenset({0, 1, 2, 3, 5}), 450, 990),), "SE", frozenset({date(2026, 6, 5)})
    )
    jour = Calendar(
        (Opening(frozenset(range(5)), 1080, 1440), Opening(frozenset({5, 6}), 0, 1440)),
        open=(OpenDay(date(2026, 6, 6), 540, 720),),
    )
    assert service.calendar(Kind.SERVER, "a") == office
    assert service.calendar(Kind.SERVER, "b") is None
    assert service.calendar(Kind.UPS, "c") == service.calendar(Kind.SWITCH) == jour
    assert service.calendar(Kind.OTHER) is None
    assert service.zone.key == "Europe/Stockholm"


def test_service_is_around_the_clock_or_the_built_in_office_hours(tmp_path: Path) -> None:
    assert not loaded(tmp_path, "").service
    assert loaded(tmp_path, "service_hours: {default: office}").service.default == OFFICE
