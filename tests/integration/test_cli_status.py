"""`driftkoll status`, `indicator list` and `check-config`."""

from pathlib import Path

import pytest
from support.command_line import CommandLine


@pytest.fixture
def driftkoll(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    made = CommandLine(tmp_path, capsys)
    made.targets("srv-1,server,laxa,192.0.2.3,,,", "srv-2,server,hallsberg,192.0.2.4,,,")
    made.import_outages(
        "srv-1,up,2025-10-01,2025-11-01,",
        "srv-1,down,2025-10-10,2025-10-11,",
        "srv-2,up,2025-10-01,2025-11-01,",
    )
    return made


REGISTER = """\
indicators:
  availability:
    name: {sv: Tillgänglighet för servrar, en: Availability of servers}
    unit: ratio
    direction: ">="
    targets: {2025: 0.992}
    definition: {classes: [server]}
  sick_leave:
    name: {sv: Sjukfrånvaro, en: Sick leave}
    unit: ratio
    direction: "<="
    baseline: 0.0267
    targets: {2025: 0.04}
"""


def judge(driftkoll: CommandLine, *lines: str) -> None:
    driftkoll.write("indicators.yaml", [REGISTER])
    driftkoll.configure("indicators: indicators.yaml", *lines)


def text(said: str) -> list[str]:
    return said.replace("\N{NO-BREAK SPACE}", " ").splitlines()


def test_status_is_a_table_for_a_mail(driftkoll: CommandLine) -> None:
    judge(driftkoll)
    assert text(driftkoll("status", "--period", "2025-10").out) == [
        "2025-10, Alla",
        "",
        "Indikator                     Värde       Mål  Täckning  Måluppfyllelse  Prognos",
        "--------------------------------------------------------------------------------",
        "Tillgänglighet för servrar  98,39 %  ≥ 99,2 %  100,00 %  Ej uppnått      –",
        "Sjukfrånvaro                      –     ≤ 4 %         –  Ej mätbart      –",
    ]


def test_status_of_a_site_in_english(driftkoll: CommandLine) -> None:
    judge(driftkoll, "language: en")
    lines = text(driftkoll("status", "--period", "2025-10", "--site", "hallsberg").out)
    assert lines[0] == "2025-10, Hallsberg"
    assert lines[4] == "Availability of servers  100.00 %  ≥ 99.2 %  100.00 %  Met             –"


def test_status_as_json_has_each_indicator_s_name_and_figures(driftkoll: CommandLine) -> None:
    judge(driftkoll)
    first, second = driftkoll("status", "--period", "2025-10", "--format", "json").json
    assert first["name"] == "Tillgänglighet för servrar"
    assert first["detail"]["seconds"]["down"] == 24 * 3600
    assert (second["indicator"], second["value"], second["detail"]) == ("sick_leave", None, {})
    assert second["target"] == {"op": "<=", "value": 0.04}


def test_no_period_is_the_running_month(driftkoll: CommandLine) -> None:
    figure = driftkoll.figure()
    assert figure["final"] is False
    assert len(figure["period"]) == len("2025-10")


def test_a_figure_of_one_class_or_object_is_that_ones(driftkoll: CommandLine) -> None:
    judge(driftkoll)
    of_object = driftkoll.figure("--period", "2025-10", "--target", "srv-1")
    assert of_object["detail"]["seconds"]["up"] == 721 * 3600
    assert of_object["value"] == 721 / 745
    of_class = driftkoll.figure("--period", "2025-10", "--kind", "server", "--site", "hallsberg")
    assert (of_class["site"], of_class["value"]) == ("hallsberg", 1.0)


def test_the_whole_of_a_figure_as_a_table(driftkoll: CommandLine) -> None:
    judge(driftkoll)
    said = driftkoll("indicator", "show", "availability", "--period", "2025-10")
    assert text(said.out) == [
        "Tillgänglighet för servrar",
        "2025-10, Alla",
        "",
        "Värde                              98,39 %",
        "Mål                                ≥ 99,2 %",
        "Täckning                           100,00 %",
        "Måluppfyllelse                     Ej uppnått",
        "Prognos                            –",
        "Tillåten nertid kvar               −6 h 2 min",
        "Med planerat underhåll som nertid  98,39 %",
        "Före rättelser                     98,39 %",
        "Avbrott                            1",
        "Längsta avbrott                    1 dygn (srv-1)",
        "Tid till återställning, i snitt    1 dygn",
        "Tid mellan avbrott, i snitt        61 dygn 2 h",
        "",
        "Så blev tiden:",
        "",
        "All tid               62 dygn 2 h  100,00 %  ██████████████████████████████",
        "− Planerat underhåll          0 s    0,00 %",
        "− Okänt                       0 s    0,00 %",
        "= Mätt tid            62 dygn 2 h  100,00 %  ██████████████████████████████",
        "− Onåbar                      0 s    0,00 %",
        "− Nere                     1 dygn    1,61 %                               ▒",
        "= Uppe                61 dygn 2 h   98,39 %  █████████████████████████████",
        "",
        "Klass    Tillgänglighet  Täckning  Nertid",
        "-----------------------------------------",
        "Servrar         98,39 %  100,00 %  1 dygn",
        "",
        "Plats      Tillgänglighet  Täckning  Nertid",
        "-------------------------------------------",
        "Hallsberg        100,00 %  100,00 %     0 s",
        "Laxå              96,78 %  100,00 %  1 dygn",
        "",
        "Lägst tillgänglighet:",
        "",
        "Objekt  Tillgänglighet  Täckning  Nertid",
        "----------------------------------------",
        "srv-1          96,78 %  100,00 %  1 dygn",
        "",
        "Största avbrotten:",
        "",
        "Början            Objekt   Längd  Antal objekt  Objekttid  Orsak",
        "----------------------------------------------------------------",
        "2025-10-10 00:00  srv-1   1 dygn             1     1 dygn",
    ]


SHOW = ("indicator", "show", "availability")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["indicator", "show", "availabilty"],
            "indicator 'availabilty'; did you mean 'availability'?",
        ),
        ([*SHOW, "--site", "lax"], "site 'lax'; did you mean 'laxa'?"),
        ([*SHOW, "--target", "srv1"], "target 'srv1'; did you mean 'srv-1'?"),
        ([*SHOW, "--kind", "servr"], "kind 'servr'; did you mean 'server'?"),
    ],
)
def test_an_unknown_word_is_one_line_with_the_nearest(
    driftkoll: CommandLine, arguments: list[str], message: str
) -> None:
    said = driftkoll(*arguments)
    assert (said.status, said.out, said.err) == (2, "", f"unknown {message}\n")


def test_a_period_that_is_none_names_the_forms_there_are(driftkoll: CommandLine) -> None:
    said = driftkoll("status", "--period", "2025-13")
    assert (said.status, said.out) == (2, "")
    assert said.err == (
        "'2025-13' is no period: write 2026-10, 2026, 2026-T2, 2026-W43, 2026-01..2026-08, "
        "2026-10-01..2026-10-15 or 30d\n"
    )


def test_the_register_is_listed_with_the_names_as_decided(driftkoll: CommandLine) -> None:
    listed = driftkoll("indicator", "list", "--format", "json").json
    assert [each["indicator"] for each in listed] == [
        "availability",
        "incident_handling_time",
        "request_handling_time",
        "servicedesk_resolution_share",
        "user_satisfaction",
        "changes_causing_disruption",
        "managed_objects_with_plan",
        "security_incidents",
        "budget_result",
        "employee_engagement",
        "sick_leave",
    ]
    assert listed[0]["targets"]["2026"] == 0.992
    assert "99,9\N{NO-BREAK SPACE}%" in driftkoll("indicator", "list").out


def test_a_sound_configuration_says_what_is_in_it(driftkoll: CommandLine) -> None:
    said = driftkoll("check-config")
    assert (said.status, said.out) == (0, "OK: 2 targets, 2 probes, 2 sites, 11 indicators\n")


def test_a_configuration_with_faults_tells_them_all(driftkoll: CommandLine) -> None:
    driftkoll.configure("langauge: sv", "timezone: Europe/Stokholm")
    said = driftkoll("check-config")
    file = driftkoll.configuration
    assert (said.status, said.out) == (2, "")
    assert said.err.splitlines() == [
        f"{file}:4: langauge: unknown key; did you mean 'language'?",
        f"{file}:5: timezone: 'Europe/Stokholm' is no time zone; did you mean 'Europe/Stockholm'?",
    ]
