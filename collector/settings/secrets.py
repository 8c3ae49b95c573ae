"""`${VARIABLE}` in a configuration, without ever showing what it holds."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from collector.settings.errors import KeyPath, Problem, line_of
from collector.settings.yaml_lines import Document

_REFERENCE = re.compile(r"\$?\$\{([^}]*)\}")


@dataclass(frozen=True, slots=True)
class Expansion:
    """A document with variables' values in it, and how to tell of them without showing them."""

    document: Document
    written: Mapping[str, str]

    def conceal(self, message: str) -> str:
        """A message with every quoted value as it was written in the file."""
        for value, written in self.written.items():
            message = message.replace(repr(value), repr(written))
        return message


def expand(document: Document, env: Mapping[str, str]) -> Expansion:
    """Put variables' values for `${VARIABLE}` in every text (`$${` stands for `${` itself).

    One that is not set is a problem that names it, and its text stays as it was.
    """
    problems: list[Problem] = []
    written: dict[str, str] = {}

    def text_of(text: str, path: KeyPath) -> str:
        def value_of(reference: re.Match[str]) -> str:
            if reference[0].startswith("$$"):
                return reference[0][1:]
            value = env.get(reference[1])
            if value is None:
                message = f"environment variable {reference[1]} is not set"
                line = line_of(path, document.lines)
                problems.append(Problem(document.file, line, path, message))
                return reference[0]
            written[value] = reference[0]
            return value

        expanded = _REFERENCE.sub(value_of, text)
        written[expanded] = text
        return expanded

    def walk(value: Any, path: KeyPath) -> Any:
        if isinstance(value, str):
            return text_of(value, path) if "${" in value else value
        if isinstance(value, list):
            return [walk(item, (*path, i)) for i, item in enumerate(value)]
        if isinstance(value, dict):
            return {key: walk(item, (*path, key)) for key, item in value.items()}
        return value

    value = walk(document.value, ())
    told = (*document.problems, *problems)
    return Expansion(replace(document, value=value, problems=told), written)
