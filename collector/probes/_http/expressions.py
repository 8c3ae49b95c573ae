"""JMESPath expressions of the configuration."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Annotated, Any

from pydantic import PlainValidator

from collector.domain.samples import Reason, Result
from collector.probes._stream import Failure


@dataclass(frozen=True, slots=True)
class Expression:
    """A JMESPath expression that was found sound."""

    text: str
    _parsed: Any = field(compare=False, repr=False)

    def find(self, document: Any) -> Any:
        """What it gives on a document. Failure, of our own, where its functions do not fit."""
        # The module is there since the configuration was read.
        from jmespath.exceptions import JMESPathError  # noqa: PLC0415

        try:
            return self._parsed.search(document)
        except JMESPathError as error:
            kind = type(error).__name__
            raise Failure(Result.UNKNOWN, Reason.BAD_ASSERTION, f"{self.text!r}: {kind}") from error

    def holds(self, document: Any) -> bool | None:
        """Whether it is true; None where it gives nothing, as where a path is not there. Failure,
        of our own, where it gives anything else: that is no assertion."""
        found = self.find(document)
        if found is None or isinstance(found, bool):
            return found
        message = f"{self.text!r} gives {_kind(found)}, neither true nor false"
        raise Failure(Result.UNKNOWN, Reason.BAD_ASSERTION, message)


def _kind(value: Any) -> str:
    words = {str: "text", int: "a number", float: "a number", list: "a list", dict: "an object"}
    return words.get(type(value), "something")


def as_expression(text: object) -> Expression:
    """ValueError for text that is no JMESPath or calls a function that there is none of."""
    if not isinstance(text, str):
        raise ValueError("must be text")  # noqa: TRY004 - pydantic wants this one
    # Both late: 5 MB that only the http probe needs.
    import jmespath  # noqa: PLC0415
    from jmespath.exceptions import JMESPathError  # noqa: PLC0415

    try:
        parsed = jmespath.compile(text)
    except JMESPathError as error:
        reason = " ".join(str(error).split())
        raise ValueError(f"{text!r} is no JMESPath expression: {reason}") from None
    for name in _functions(parsed.parsed):
        if name not in _known_functions():
            raise ValueError(f"{text!r}: there is no function {name}() in JMESPath")
    return Expression(text, parsed)


@cache
def _known_functions() -> frozenset[str]:
    from jmespath.functions import Functions  # noqa: PLC0415

    return frozenset(Functions.FUNCTION_TABLE)


def _functions(node: Any) -> Iterator[str]:
    if node["type"] == "function_expression":
        yield node["value"]
    for child in node["children"]:
        yield from _functions(child)


Jmespath = Annotated[Expression, PlainValidator(as_expression)]
