"""YAML read with the line of every value, so that a problem can name its place."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from collector.settings.errors import ConfigurationError, KeyPath, Problem

_Loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_WORDS = {"": None, "~": None, "null": None, "true": True, "false": False}
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?[0-9]+\.[0-9]+")


@dataclass(frozen=True, slots=True)
class Document:
    """A YAML file: its value, the line of each part, and keys that are given twice."""

    file: Path
    value: Any
    lines: dict[KeyPath, int]
    problems: tuple[Problem, ...] = ()


def read_yaml(file: Path) -> Document:
    """Read a file of one YAML document; ConfigurationError where it cannot be read at all.

    Keys are always text, and so is what YAML 1.1 takes for a date, a time of day or `no`: a site
    may be called `no`, and `12:30` is not 750.
    """
    text = read_text(file)
    try:
        root = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        raise ConfigurationError([_not_yaml(file, error)]) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, text.find(chr(error.character))) + 1
        message = f"not valid YAML: control character {error.character:#04x}"
        raise ConfigurationError([Problem(file, line, (), message)]) from None
    construction = _Construction(file)
    value = None if root is None else construction.value_of(root, ())
    return Document(file, value, construction.lines, tuple(construction.problems))


def read_text(file: Path) -> str:
    """A UTF-8 file, with or without byte order mark; ConfigurationError where it is not."""
    raw = read_bytes(file)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[: error.start]
        column = error.start - (before.rfind(b"\n") + 1) + 1
        message = f"not UTF-8 at byte {column} of the line; save the file as UTF-8"
        problem = Problem(file, before.count(b"\n") + 1, (), message)
        raise ConfigurationError([problem]) from None


def read_bytes(file: Path) -> bytes:
    """A file's content; ConfigurationError with the system's reason where it cannot be read."""
    try:
        return file.read_bytes()
    except OSError as error:
        message = f"cannot be read: {error.strerror}"
        raise ConfigurationError([Problem(file, None, (), message)]) from None


def _not_yaml(file: Path, error: yaml.MarkedYAMLError) -> Problem:
    fault = error.problem or ""
    if fault.startswith("but "):
        fault = f"{error.context} {fault}"
    mark = error.problem_mark
    return Problem(
        file,
        mark.line + 1 if mark else None,
        (),
        f"not valid YAML: {fault}" + (f" (column {mark.column + 1})" if mark else ""),
    )


class _Construction:
    """Turns YAML's nodes into plain values and remembers where each was."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.lines: dict[KeyPath, int] = {}
        self.problems: list[Problem] = []
        self._open: set[int] = set()

    def value_of(self, node: yaml.Node, path: KeyPath) -> Any:
        self.lines.setdefault(path, node.start_mark.line + 1)
        if not node.tag.startswith("tag:yaml.org"):
            self._complain(node, path, f"the tag {node.tag} means nothing here; remove it")
        if isinstance(node, yaml.ScalarNode):
            return _scalar(node)
        if id(node) in self._open:
            self._complain(node, path, "contains itself; an alias may not lead back to its anchor")
            return None
        self._open.add(id(node))
        if isinstance(node, yaml.MappingNode):
            value: Any = self._mapping(node, path)
        else:
            value = [self.value_of(item, (*path, i)) for i, item in enumerate(node.value)]
        self._open.discard(id(node))
        return value

    def _mapping(self, node: yaml.MappingNode, path: KeyPath) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self._complain(key_node, path, "a key must be text")
                continue
            key = key_node.value
            here = (*path, key)
            if key in mapping:
                first = self.lines[here]
                self._complain(key_node, here, f"given twice, first on line {first}; keep one")
                continue
            self.lines[here] = key_node.start_mark.line + 1
            mapping[key] = self.value_of(value_node, here)
        return mapping

    def _complain(self, node: yaml.Node, path: KeyPath, message: str) -> None:
        self.problems.append(Problem(self.file, node.start_mark.line + 1, path, message))


def _scalar(node: yaml.ScalarNode) -> Any:
    """Null, true and false, decimal numbers; everything else stays the text that it is."""
    text: str = node.value
    if node.style:  # quoted or a block
        return text
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text
