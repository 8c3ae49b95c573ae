"""What is wrong with a configuration, said so that the reader can mend it."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

KeyPath = tuple[str | int, ...]
"""The keys and list indices that lead to a value; () is the whole file."""

Lines = Mapping[KeyPath, int]
"""The line, from 1, on which each value of a file begins."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, at a key path or in a column; its text is one line."""

    file: Path
    line: int | None
    path: KeyPath
    message: str

    def __str__(self) -> str:
        place = str(self.file) if self.line is None else f"{self.file}:{self.line}"
        return ": ".join(part for part in (place, dotted(self.path), self.message) if part)


class ConfigurationError(Exception):
    """A configuration that is refused; `problems` has a line for everything that is wrong."""

    def __init__(self, problems: Iterable[Problem | str]) -> None:
        self.problems = [str(problem) for problem in problems]
        super().__init__("\n".join(self.problems))


class Problems:
    """What is found wrong while a configuration is read: one problem a key, in file order."""

    def __init__(self) -> None:
        self._found: dict[object, Problem] = {}
        self._told: list[str] = []
        self._files: dict[Path, int] = {}

    def __bool__(self) -> bool:
        return bool(self._found or self._told)

    def add(self, *problems: Problem) -> None:
        """The first that is said of a key stands: those after it follow from it."""
        for problem in problems:
            self._files.setdefault(problem.file, len(self._files))
            place = (problem.file, problem.line, problem.path)
            self._found.setdefault(place if problem.path else problem, problem)

    def absorb(self, error: ConfigurationError) -> None:
        """Take over what a reader of another file found."""
        self._told += error.problems

    def lines(self) -> list[str]:
        """All of it, by file in the order they were read, and by line."""
        found = sorted(self._found.values(), key=lambda it: (self._files[it.file], it.line or 0))
        return [str(problem) for problem in found] + self._told


def dotted(path: KeyPath) -> str:
    """A key path as people write it: `targets[2].probes[0].snmp`."""
    keys = (key if isinstance(key, int) or key.isprintable() else repr(key) for key in path)
    text = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys)
    return text.removeprefix(".")


def line_of(path: KeyPath, lines: Lines) -> int:
    """The line of a path or, where it is not in the file, of the nearest one above it."""
    for length in range(len(path), -1, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return 1


def hint(word: str, words: Collection[str]) -> str:
    """`; did you mean 'x'?` with the nearest of `words`, or nothing where none is near."""
    folded = {known.casefold(): known for known in words}
    nearest = get_close_matches(word.casefold(), folded, n=1)
    return f"; did you mean '{folded[nearest[0]]}'?" if nearest else ""


def none_of(word: str, words: Collection[str]) -> str:
    """Says that a word is not among the valid ones, with them or the nearest of them."""
    return f"{word!r} is none of {', '.join(words)}{hint(word, words)}"


def unknown(what: str, word: str, words: Collection[str], where: str) -> str:
    """Says that `where` has nothing of that name, with the nearest that it has, or all."""
    near = hint(word, words) or f"; {where} has {_some(words)}"
    return f"unknown {what} {word!r}{near}"


def _some(words: Collection[str], most: int = 12) -> str:
    listed = list(words)[:most]
    more = [f"{len(words) - most} more"] if len(words) > most else []
    return ", ".join([*listed, *more]) or "none"


def problems_of(
    error: ValidationError,
    file: Path,
    lines: Lines,
    *,
    model: type[BaseModel] | None = None,
    under: KeyPath = (),
) -> list[Problem]:
    """Pydantic's findings as problems.

    `model` is what the value was held against and gives the valid keys for hints; `under` is where
    the value lies in the file. No value of a secret is repeated, since none of another type is.
    """
    return [_problem(detail, file, lines, model, under) for detail in error.errors()]


def _problem(
    detail: ErrorDetails, file: Path, lines: Lines, model: type[BaseModel] | None, under: KeyPath
) -> Problem:
    location = tuple(part for part in detail["loc"] if part != "[key]")
    path = under + location
    if detail["type"] == "extra_forbidden":
        known = _keys(model, location[:-1])
        near = hint(str(location[-1]), known)
        message = "unknown key" + (near or (f"; known are {', '.join(known)}" if known else ""))
    else:
        message = _message(detail)
    return Problem(file, line_of(path, lines), path, message)


_PLAIN = {
    "missing": "is missing",
    "string_type": "must be text",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "model_type": "must be a mapping (key: value)",
    "dict_type": "must be a mapping (key: value)",
    "list_type": "must be a list",
    "tuple_type": "must be a list",
    "path_type": "must be a file's name",
}


def _message(detail: ErrorDetails) -> str:
    """What is wrong in this project's words."""
    kind, context = detail["type"], detail.get("ctx", {})
    if kind in ("enum", "literal_error"):
        words = re.findall(r"'([^']*)'", context["expected"])
        value = detail["input"]
        return none_of(value if isinstance(value, str) else str(value), words)
    if kind == "value_error":
        return str(context["error"])
    if kind == "string_type" and isinstance(detail["input"], int | float):
        return "must be text; put it in quotes"
    return _PLAIN.get(kind) or detail["msg"].replace("Input should", "must").replace(
        "String should", "must"
    )


def _keys(model: type[BaseModel] | None, location: KeyPath) -> list[str]:
    """The keys that a model knows at a location, through lists, mappings and optional parts."""
    annotation: Any = model
    for key in location:
        annotation = _section(annotation)
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            annotation = _fields(annotation).get(str(key))
        else:
            inner = [part for part in get_args(annotation) if part is not Ellipsis]
            annotation = inner[-1] if inner else None
    section = _section(annotation)
    known = isinstance(section, type) and issubclass(section, BaseModel)
    return list(_fields(section)) if known else []


def _fields(model: type[BaseModel]) -> dict[str, Any]:
    """Each key of a model, as the file spells it, and what it takes."""
    return {field.alias or name: field.annotation for name, field in model.model_fields.items()}


def _section(annotation: Any) -> Any:
    """The model in `X | None`; anything else as it is; the element of `tuple[X, ...]` stays."""
    if isinstance(annotation, type):
        return annotation
    models = [
        part for part in get_args(annotation) if isinstance(part, type) and part is not type(None)
    ]
    return models[0] if type(None) in get_args(annotation) and models else annotation
