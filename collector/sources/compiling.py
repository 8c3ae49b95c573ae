"""Parsed JMESPath as functions: what the library's interpreter gives, at a fifth of its cost.

A case has some twenty expressions, and there are a hundred thousand cases. What is not compiled
here the interpreter does.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from jmespath.visitor import TreeInterpreter

Search = Callable[[Any], Any]

_INTERPRETER = TreeInterpreter()
"""One for all: it keeps nothing of what it searches, and making one takes as long as a search."""


def compiled(node: Any) -> Search:
    """What a node of the parsed expression gives on a document."""
    make = _MAKERS.get(node["type"])
    search = make(node) if make is not None else None
    return partial(_INTERPRETER.visit, node) if search is None else search


def _field(node: Any) -> Search:
    key = node["value"]
    return lambda found: found.get(key) if isinstance(found, dict) else None


def _in_turn(node: Any) -> Search:
    """Each step on what the one before it gave: `a.b`, `a[0]`, `a | b`."""
    steps = [compiled(child) for child in node["children"]]
    if len(steps) == 2:
        first, second = steps
        return lambda found: second(first(found))

    def search(found: Any) -> Any:
        for step in steps:
            found = step(found)
        return found

    return search


def _index(node: Any) -> Search:
    place = node["value"]

    def search(found: Any) -> Any:
        if not isinstance(found, list) or not -len(found) <= place < len(found):
            return None
        return found[place]

    return search


def _literal(node: Any) -> Search:
    value = node["value"]
    return lambda _: value


def _or(node: Any) -> Search:
    left, right = map(compiled, node["children"])

    def search(document: Any) -> Any:
        found = left(document)
        return right(document) if _is_false(found) else found

    return search


def _and(node: Any) -> Search:
    left, right = map(compiled, node["children"])

    def search(document: Any) -> Any:
        found = left(document)
        return found if _is_false(found) else right(document)

    return search


def _equal(node: Any) -> Search | None:
    """`x == 'text'` and `x != 'text'`: with a number JMESPath's rules are not Python's."""
    other, literal = node["children"]
    wanted = literal["value"] if literal["type"] == "literal" else None
    if node["value"] not in ("eq", "ne") or not isinstance(wanted, str):
        return None
    search = compiled(other)
    if node["value"] == "eq":
        return lambda document: search(document) == wanted
    return lambda document: search(document) != wanted


def _filtered(node: Any) -> Search:
    """`list[?condition].rest`."""
    base, rest, condition = map(compiled, node["children"])

    def search(document: Any) -> Any:
        listed = base(document)
        if not isinstance(listed, list):
            return None
        held = (rest(item) for item in listed if not _is_false(condition(item)))
        return [found for found in held if found is not None]

    return search


def _is_false(found: Any) -> bool:
    """False, nothing, and what is empty; 0 is true."""
    return found is None or found is False or (isinstance(found, str | list | dict) and not found)


_MAKERS: dict[str, Callable[[Any], Search | None]] = {
    "field": _field,
    "subexpression": _in_turn,
    "index_expression": _in_turn,
    "pipe": _in_turn,
    "index": _index,
    "literal": _literal,
    "or_expression": _or,
    "and_expression": _and,
    "comparator": _equal,
    "filter_projection": _filtered,
    "identity": lambda _: lambda found: found,
    "current": lambda _: lambda found: found,
}
