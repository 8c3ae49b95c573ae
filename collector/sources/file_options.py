"""What the configuration may say of cases that come as files (`preset: csv` or `excel`)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    ValidationInfo,
    model_validator,
)

from collector.domain.cases import CaseStatus, CaseType, Exclusion
from collector.domain.naming import unknown

REQUIRED = ("id", "type", "created")
OPTIONAL = (
    *("first_response", "resolved", "closed", "status", "group", "groups"),
    *("waiting_seconds", "scheduled_seconds", "category", "priority", "channel", "site"),
    *("satisfaction", "satisfaction_at", "reopened", "reassignments", "caused_by_change"),
    *("disruption_report", "severity", "excluded"),
)
"""The columns of DESIGN.md "CSV files", by their own names."""

NOT_EXCLUDED = "none"
"""What a word of the column `excluded` is mapped to that says that a case is not left out."""


def _columns(given: Any) -> Any:
    known = (*REQUIRED, *OPTIONAL)
    for name in given if isinstance(given, Mapping) else ():
        if name not in known:
            raise ValueError(unknown("column", str(name), known))
    return given


def _words(given: Any) -> Any:
    """A word list may be numbers in the file."""
    return tuple(str(word) for word in given) if isinstance(given, list | tuple) else given


def _absolute(path: Path, info: ValidationInfo) -> Path:
    return Path((info.context or {}).get("folder", ".")).absolute() / path


Words = Annotated[tuple[str, ...], BeforeValidator(_words)]


class FileOptions(BaseModel):
    """How files of a source are read; all of it may be left out.

    `columns` maps our names to the file's headings: then columns that are not named are not read.
    `types`, `statuses`, `excluded` and `sites` map the file's words to ours, which are known
    without it. `majors` are the priorities that make a case a major one.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    columns: Annotated[dict[str, str], BeforeValidator(_columns)] = {}
    types: dict[str, CaseType] = {}
    statuses: dict[str, CaseStatus] = {}
    excluded: dict[str, Exclusion | Literal["none"]] = {}
    sites: dict[str, str] = {}
    majors: Words = ()
    satisfaction_scale: tuple[float, float] = (1, 5)
    sheet: str = ""
    folder: Annotated[Path, AfterValidator(_absolute)] | None = None

    @model_validator(mode="after")
    def _sound(self) -> Self:
        worst, best = self.satisfaction_scale
        if worst >= best:
            raise ValueError("satisfaction_scale must be [worst, best], as [1, 10]")
        if self.columns and (lacking := [name for name in REQUIRED if name not in self.columns]):
            raise ValueError(f"columns must say which column is {', '.join(lacking)}")
        return self
