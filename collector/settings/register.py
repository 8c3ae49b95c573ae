"""The register of indicators: what the board decided to follow, read from YAML."""

import re
from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_type_hints

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    ValidationError,
    create_model,
    model_validator,
)

from collector.domain.measurements import Indicator, Op, Unit
from collector.domain.quantities import parse_duration
from collector.domain.targets import Kind
from collector.indicators._cases import CaseIndicator
from collector.indicators.registry import case_indicators
from collector.kpi.groups import Combine
from collector.kpi.maintenance import MIN_NOTICE
from collector.settings.errors import (
    ConfigurationError,
    KeyPath,
    Problem,
    line_of,
    problems_of,
)
from collector.settings.model import Section, as_label
from collector.settings.yaml_lines import Document, read_yaml

Label = Annotated[str, AfterValidator(as_label)]
Share = Annotated[float, Field(gt=0, le=1)]
Year = Annotated[int, Field(ge=1970, le=9998)]


class Name(Section):
    """What an indicator is called: in Swedish as it was decided, and in English."""

    sv: Label
    en: Label | None = None


class Partial(Section):
    """When a missed target counts as partly met (KPI.md "Targets and verdicts"): one of them."""

    half_way: Share | None = None
    share_of_target: Share | None = None
    tolerance: Annotated[float, Field(ge=0)] | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if len(self.model_dump(exclude_none=True)) != 1:
            raise ValueError("must be one of half_way, share_of_target, tolerance, or none")
        return self


def _no_partial(given: Any) -> Any:
    return None if given == "none" else given


class Definition(Section):
    """The choices that every indicator has."""

    min_coverage: Share = 0.90
    partial: Annotated[Partial | None, BeforeValidator(_no_partial)] = Partial(half_way=0.5)

    def choices(self) -> dict[str, Any]:
        """The definition as the figures take it."""
        return {
            **{name: getattr(self, name) for name in type(self).model_fields},
            "partial": self.partial and self.partial.model_dump(exclude_none=True),
        }


class AvailabilityDefinition(Definition):
    """The choices of KPI.md "Accounting" and "Groups"."""

    classes: Annotated[tuple[Kind, ...], Field(min_length=1)] = (
        Kind.SERVER,
        Kind.ACCESS_POINT,
        Kind.INTEGRATION_PLATFORM,
    )
    combine: Combine = Combine.MEAN
    unreachable: Literal["included", "excluded"] = "included"
    measured_from: dict[Kind, date] = Field(default_factory=dict)
    min_notice: Annotated[int, BeforeValidator(parse_duration)] = MIN_NOTICE

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len(set(self.classes)) < len(self.classes):
            raise ValueError("classes names a class twice; keep one")
        return self


class Entry(Section):
    """An indicator of the register."""

    name: Name
    unit: Unit
    direction: Op
    baseline: float | None = None
    targets: Annotated[dict[Year, float], Field(default_factory=dict)]
    goal: str = ""
    owner: str = ""
    source: str = ""
    definition: Definition = Definition()

    @model_validator(mode="after")
    def _ratios_are_shares(self) -> Self:
        if self.unit is Unit.RATIO:
            for value in (self.baseline, *self.targets.values()):
                if value is not None and not 0 <= value <= 1:
                    raise ValueError(
                        f"a ratio is from 0 to 1, and {value:g} is not: 99.2 % is 0.992"
                    )
        return self


class AvailabilityEntry(Entry):
    """The indicator of availability."""

    definition: AvailabilityDefinition = AvailabilityDefinition()


def _case_entry(indicator: CaseIndicator) -> type[Entry]:
    """The entry of an indicator of cases: its choices are those that its own file has."""
    common, hints = Definition.model_fields, get_type_hints(indicator.Definition)
    own = [each for each in fields(indicator.Definition) if each.name not in common]

    def sound(definition: Definition) -> Definition:
        indicator.Definition.of(definition.choices())
        return definition

    choices: Any = {each.name: (hints[each.name], each.default) for each in own}
    checks: Any = {"sound": model_validator(mode="after")(sound)}
    definition = create_model(
        f"{indicator.ID} definition",
        __base__=Definition,
        __validators__=checks,
        **choices,
    )
    entry: Any = {"definition": (definition, definition())}
    return create_model(f"{indicator.ID} entry", __base__=Entry, **entry)


CASE_ENTRIES: Mapping[str, type[Entry]] = {
    id_: _case_entry(indicator) for id_, indicator in case_indicators().items()
}


class _Entries(Section):
    availability: AvailabilityEntry | None = None
    managed_objects_with_plan: Entry | None = None
    budget_result: Entry | None = None
    employee_engagement: Entry | None = None
    sick_leave: Entry | None = None


_of_cases: Any = {id_: (entry | None, None) for id_, entry in CASE_ENTRIES.items()}
Entries: type[Section] = create_model("Entries", __base__=_Entries, **_of_cases)
"""All indicators that can be in a register; those that are not in it are not followed."""


def _must_be(said: bool) -> bool:
    if not said:
        raise ValueError("must be true of an indicator that Driftkoll does not know")
    return said


class OwnEntry(Entry):
    """An indicator of one's own, which Driftkoll does not work out: it shows what it is told, by a
    source of figures or a person."""

    supplied: Annotated[bool, AfterValidator(_must_be)]


class Register(Section):
    """The file, but for indicators of one's own."""

    indicators: Entries  # type: ignore[valid-type]  # made of what the indicators say


def load_register(file: Path | None = None) -> tuple[Indicator, ...]:
    """The indicators of a register in the order of the file; without a file the shipped ones.

    ConfigurationError with everything that is wrong in it.
    """
    file = shipped_register() if file is None else file
    document = read_yaml(file)
    known, own, found = _apart(document)
    try:
        register = Register.model_validate(known)
    except ValidationError as error:
        found += problems_of(error, file, document.lines, model=Register)
    if found or document.problems:
        raise ConfigurationError([*document.problems, *found])
    order: Mapping[str, Any] = document.value["indicators"]
    entries = {id_: own[id_] if id_ in own else getattr(register.indicators, id_) for id_ in order}
    if not any(entries.values()):
        raise ConfigurationError([Problem(file, 1, ("indicators",), "holds no indicator")])
    return tuple(_indicator(id_, entry) for id_, entry in entries.items() if entry)


def _apart(document: Document) -> tuple[Any, dict[str, OwnEntry], list[Problem]]:
    """What Driftkoll knows of a register, the indicators of one's own, and what is wrong with
    these."""
    value = document.value
    given = value.get("indicators") if isinstance(value, Mapping) else None
    if not isinstance(given, Mapping):
        return value, {}, []
    named = {
        id_: said
        for id_, said in given.items()
        if isinstance(said, Mapping) and "supplied" in said and id_ not in Entries.model_fields
    }
    own: dict[str, OwnEntry] = {}
    found: list[Problem] = []
    for id_, said in named.items():
        at: KeyPath = ("indicators", id_)
        if not _OWN_ID.fullmatch(id_):
            message = f"{id_!r} is no id: write small letters, digits and _, as share_of_phones"
            found.append(Problem(document.file, line_of(at, document.lines), at, message))
        try:
            own[id_] = OwnEntry.model_validate(said)
        except ValidationError as error:
            found += problems_of(error, document.file, document.lines, model=OwnEntry, under=at)
    rest = {id_: said for id_, said in given.items() if id_ not in named}
    return {**value, "indicators": rest}, own, found


_OWN_ID = re.compile(r"[a-z][a-z0-9_]{0,63}")


def shipped_register() -> Path:
    """The register that comes with Driftkoll: beside this module where it is installed, in the
    source tree where it runs from there."""
    packaged = Path(str(files("collector.settings").joinpath("indicators.yaml")))
    in_tree = Path(__file__).parents[2] / "config" / "indicators.yaml"
    return packaged if packaged.is_file() else in_tree


def _indicator(id_: str, entry: Entry) -> Indicator:
    return Indicator(
        id=id_,
        name=entry.name.model_dump(exclude_none=True),
        unit=entry.unit,
        op=entry.direction,
        baseline=entry.baseline,
        targets=entry.targets,
        goal=entry.goal,
        owner=entry.owner,
        source=entry.source,
        definition=entry.definition.choices(),
    )
