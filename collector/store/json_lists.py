"""Columns of very many rows, each put together by the database: a row of Python for each group of
them, where one for each of the table's takes most of the time of reading."""

from collections.abc import Sequence
from typing import Any

from pydantic_core import from_json
from sqlalchemy import Column, Double, Text, func
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


def listed(column: Column[Any], *, json_text: bool = False) -> FunctionElement[str]:
    """A column's values in a group, for `values_of`; several of a statement are in the same order.

    `json_text` is for columns whose texts are JSON already.
    """
    value: Any = column if json_text else _AsJson(column)
    return func.aggregate_strings(func.coalesce(value, "null") if column.nullable else value, ",")


def values_of(lists: Sequence[str]) -> list[Any]:
    """The values of some groups, one group after the other."""
    # Half of what the standard library's parser takes for the same.
    found: list[Any] = from_json(f"[{','.join(lists)}]")
    return found


class _AsJson(FunctionElement[str]):
    """A column's value as JSON."""

    type = Text()
    inherit_cache = True


@compiles(_AsJson, "sqlite")
def _in_sqlite(element: _AsJson, compiler: SQLCompiler, **named: Any) -> str:
    (column,) = element.clauses
    value = compiler.process(column, **named)
    if isinstance(column.type, Text):
        return f"json_quote({value})"
    if isinstance(column.type, Double):
        # As it stands a text of it would have fifteen digits, and seventeen take long.
        whole = f"CAST({value} AS INTEGER)"
        return f"iif({value} = {whole}, {whole}, printf('%!.17g', {value}))"
    return value


@compiles(_AsJson, "postgresql")
def _in_postgresql(element: _AsJson, compiler: SQLCompiler, **named: Any) -> str:
    (column,) = element.clauses
    value = compiler.process(column, **named)
    if isinstance(column.type, Text):
        return f"CAST(to_json({value}) AS TEXT)"
    return f"CAST({value} AS TEXT)"
