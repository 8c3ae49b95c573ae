"""JMESPath expressions of a source's declaration."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Annotated, Any

import jmespath
from jmespath.exceptions import JMESPathError
from jmespath.functions import Functions
from pydantic import PlainValidator

from collector.domain.sources import SourceFailure
from collector.ports import SourceFailed
from collector.sources.compiling import compiled


@dataclass(frozen=True, slots=True)
class Expression:
    """A JMESPath expression that was found sound; `columns` are the keys it looks up first."""

    text: str
    columns: frozenset[str]
    _search: Callable[[Any], Any] = field(compare=False, repr=False)

    def find(self, document: Any) -> Any:
        """What it gives on a document. SourceFailed where a function does not fit what is there."""
        try:
            return self._search(document)
        except JMESPathError as error:
            message = f"{self.text!r} does not fit the answer ({type(error).__name__})"
            raise SourceFailed(SourceFailure.WRONG_SHAPE, message) from error


def as_expression(text: object) -> Expression:
    """ValueError for text that is no JMESPath or calls a function that there is none of."""
    if isinstance(text, Expression):
        return text
    if not isinstance(text, str):
        raise ValueError("must be text")  # noqa: TRY004 - pydantic wants this one
    try:
        parsed = jmespath.compile(text)
    except JMESPathError as error:
        reason = " ".join(str(error).split())
        raise ValueError(f"{text!r} is no JMESPath expression: {reason}") from None
    for name in _functions(parsed.parsed):
        if name not in _known_functions():
            raise ValueError(f"{text!r}: there is no function {name}() in JMESPath")
    return Expression(text, frozenset(_roots(parsed.parsed)), compiled(parsed.parsed))


Jmespath = Annotated[Expression, PlainValidator(as_expression)]


@cache
def _known_functions() -> frozenset[str]:
    return frozenset(Functions.FUNCTION_TABLE)


def _functions(node: Any) -> Iterator[str]:
    if not isinstance(node, dict):
        return
    if node["type"] == "function_expression":
        yield node["value"]
    for child in node["children"]:
        yield from _functions(child)


_FIRST_ONLY = frozenset(
    {
        *("subexpression", "index_expression", "projection", "value_projection", "flatten"),
        *("filter_projection", "pipe", "slice"),
    }
)
"""Nodes all but whose first child is held against what the first one gave."""


def _roots(node: Any) -> Iterator[str]:
    if not isinstance(node, dict):
        return
    if node["type"] == "field":
        yield node["value"]
    children = node["children"]
    for child in children[:1] if node["type"] in _FIRST_ONLY else children:
        yield from _roots(child)
