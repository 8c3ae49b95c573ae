"""The register of indicators: the shipped one, and what is refused."""

import pytest

from collector.domain.measurements import Op, Unit
from collector.domain.targets import Kind
from collector.indicators.availability import Definition
from collector.indicators.registry import case_indicators
from collector.settings.errors import ConfigurationError
from collector.settings.register import load_register

SHIPPED = {it.id: it for it in load_register()}


@pytest.mark.parametrize(
    ("id_", "unit", "op", "baseline", "targets"),
    [
        ("availability", Unit.RATIO, Op.AT_LEAST, 0.999, (0.992, 0.992, 0.992)),
        ("incident_handling_time", Unit.DAYS, Op.AT_MOST, 10, (7, 5, 5)),
        ("request_handling_time", Unit.DAYS, Op.AT_MOST, 15, (15, 10, 10)),
        ("servicedesk_resolution_share", Unit.RATIO, Op.AT_LEAST, 0.51, (0.70, 0.80, 0.85)),
        ("user_satisfaction", Unit.SCORE, Op.AT_LEAST, 3.9, (3.5, 4, 4)),
        ("changes_causing_disruption", Unit.NUMBER, Op.AT_MOST, 4, (5, 5, 5)),
        ("managed_objects_with_plan", Unit.NUMBER, Op.AT_LEAST, 9, (17, 17, 17)),
        ("security_incidents", Unit.NUMBER, Op.AT_MOST, 0, (0, 0, 0)),
        ("budget_result", Unit.KSEK, Op.AT_LEAST, 0, (0, 0, 0)),
        ("employee_engagement", Unit.INDEX, Op.AT_LEAST, 61, (80, 80, 80)),
        ("sick_leave", Unit.RATIO, Op.AT_MOST, 0.0267, (0.04, 0.04, 0.04)),
    ],
)
def test_the_shipped_register_is_what_the_board_decided(id_, unit, op, baseline, targets):
    found = SHIPPED[id_]
    assert (found.unit, found.op, found.baseline) == (unit, op, baseline)
    assert tuple(found.targets[year] for year in (2026, 2027, 2028)) == targets
    assert found.name["sv"]
    assert found.name["en"]
    assert found.goal
    assert "2025-11-25" in found.source


def test_the_shipped_register_has_eleven_indicators_and_states_the_defaults():
    assert len(SHIPPED) == 11
    assert Definition.of(SHIPPED["availability"].definition) == Definition()


def write(tmp_path, text):
    file = tmp_path / "indicators.yaml"
    file.write_text(text, encoding="utf-8")
    return file


AVAILABILITY = """\
indicators:
  availability:
    name: {{sv: Tillgänglighet}}
    unit: ratio
    direction: ">="
    {}
"""


def test_a_register_of_ones_own_states_its_choices(tmp_path):
    file = write(
        tmp_path,
        AVAILABILITY.format(
            "definition: {classes: [server, switch], combine: worst_class, unreachable: excluded, "
            "min_coverage: 0.5, partial: none, measured_from: {server: 2026-10-01}}"
        ),
    )
    (indicator,) = load_register(file)
    definition = Definition.of(indicator.definition)
    assert definition.classes == (Kind.SERVER, Kind.SWITCH)
    assert not definition.unreachable_included
    assert (definition.min_coverage, definition.partial) == (0.5, None)
    assert str(definition.measured_from[Kind.SERVER]) == "2026-10-01"
    assert indicator.target_for(2026) is None


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "targts: {2026: 0.992}",
            "indicators.availability.targts: unknown key; did you mean 'targets'?",
        ),
        (
            "definition: {combine: meen}",
            "indicators.availability.definition.combine: 'meen' is none of mean, object_time, "
            "worst_class; did you mean 'mean'?",
        ),
        (
            "definition: {clases: [server]}",
            "indicators.availability.definition.clases: unknown key; did you mean 'classes'?",
        ),
        (
            "definition: {classes: [server, servr]}",
            "indicators.availability.definition.classes[1]: 'servr' is none of server, "
            "access_point, switch, firewall, link, integration_platform, ups, other; "
            "did you mean 'server'?",
        ),
        (
            "definition: {classes: [server, server]}",
            "indicators.availability.definition: classes names a class twice; keep one",
        ),
        (
            "definition: {partial: {half_way: 0.5, tolerance: 1}}",
            "indicators.availability.definition.partial: must be one of half_way, "
            "share_of_target, tolerance, or none",
        ),
        (
            "targets: {2026: 99.2}",
            "indicators.availability: a ratio is from 0 to 1, and 99.2 is not: 99.2 % is 0.992",
        ),
    ],
)
def test_what_is_wrong_is_said_in_one_line(tmp_path, text, problem):
    file = write(tmp_path, AVAILABILITY.format(text))
    with pytest.raises(ConfigurationError) as refusal:
        load_register(file)
    (line,) = refusal.value.problems
    assert line.startswith(f"{file}:")
    assert line.partition(": ")[2] == problem


def test_everything_that_is_wrong_is_said_at_once(tmp_path):
    file = write(
        tmp_path,
        AVAILABILITY.format("baseline: high")
        + "  sick_leav: {}\n"
        + "  budget_result: {name: {sv: Budget}, direction: '>='}\n",
    )
    with pytest.raises(ConfigurationError) as refusal:
        load_register(file)
    assert [line.partition(": ")[2] for line in refusal.value.problems] == [
        "indicators.availability.baseline: must be a number",
        "indicators.budget_result.unit: is missing",
        "indicators.sick_leav: unknown key; did you mean 'sick_leave'?",
    ]


@pytest.mark.parametrize("text", ["", "indicators: {}", "indicators:\n", "- a\n", "indikators: {}"])
def test_a_register_of_nothing_is_refused(tmp_path, text):
    with pytest.raises(ConfigurationError):
        load_register(write(tmp_path, text))


def test_a_key_given_twice_is_refused(tmp_path):
    with pytest.raises(ConfigurationError) as refusal:
        load_register(write(tmp_path, AVAILABILITY.format("unit: days")))
    assert "given twice" in str(refusal.value)


OWN = """\
indicators:
  share_of_phones:
    supplied: true
    name: {sv: Telefoner med enhetshantering}
    unit: ratio
    direction: ">="
    targets: {2026: 0.95}
"""


def test_an_indicator_of_ones_own_shows_what_it_is_told(tmp_path):
    (own,) = load_register(write(tmp_path, OWN))
    assert (own.id, own.unit, own.targets) == ("share_of_phones", Unit.RATIO, {2026: 0.95})


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (
            "    supplied: false",
            ":3: indicators.share_of_phones.supplied: must be true of an indicator",
        ),
        ("    suplied: true", ":2: indicators.share_of_phones: unknown key"),
    ],
)
def test_an_unknown_indicator_that_is_not_told_to_be_supplied_is_refused(tmp_path, line, text):
    with pytest.raises(ConfigurationError) as error:
        load_register(write(tmp_path, OWN.replace("    supplied: true", line)))
    assert text in str(error.value)


def test_an_indicator_of_ones_own_needs_what_every_other_does(tmp_path):
    with pytest.raises(ConfigurationError) as error:
        load_register(write(tmp_path, OWN.replace("share_of_phones", "Telefoner %")))
    assert "'Telefoner %' is no id" in str(error.value)
    with pytest.raises(ConfigurationError) as error:
        load_register(write(tmp_path, OWN.replace("unit: ratio", "unit: share")))
    assert "indicators.share_of_phones.unit: 'share' is none of ratio" in str(error.value)


CASES = """\
indicators:
  {id}:
    name: {{sv: Namn}}
    unit: {unit}
    direction: "<="
    definition: {{{definition}}}
"""


@pytest.mark.parametrize(
    ("id_", "unit", "definition", "said"),
    [
        (
            "incident_handling_time",
            "days",
            "statistik: median",
            ".statistik: unknown key; did you mean 'statistic'?",
        ),
        (
            "request_handling_time",
            "days",
            "clock: workin",
            ".clock: 'workin' is none of calendar, working; did you mean 'working'?",
        ),
        ("user_satisfaction", "score", "min_answers: 0", ": min_answers must be 1 or more"),
        (
            "security_incidents",
            "number",
            "severity: hög, severities: [låg, medel]",
            ": severity 'hög' must be one of severities, which go from the lowest to the highest: "
            "låg, medel",
        ),
        (
            "servicedesk_resolution_share",
            "ratio",
            "clock: working",
            ".clock: unknown key; known are min_coverage, partial",
        ),
    ],
)
def test_a_choice_that_an_indicator_of_cases_does_not_have_is_refused(
    tmp_path, id_, unit, definition, said
):
    file = tmp_path / "indicators.yaml"
    file.write_text(CASES.format(id=id_, unit=unit, definition=definition), encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        load_register(file)
    assert caught.value.problems == [f"{file}:6: indicators.{id_}.definition{said}"]


@pytest.mark.parametrize("id_", sorted(case_indicators()))
def test_the_choices_of_an_indicator_of_cases_are_those_of_its_file(id_):
    indicator = case_indicators()[id_]
    assert indicator.Definition.of(SHIPPED[id_].definition) == indicator.Definition()
