"""JSON that the database puts together of rows: where there are very many, a row of Python for each
of them takes most of the time of reading."""

from collections.abc import Iterable, Sequence
from functools import reduce
from typing import Any

from pydantic_core import from_json
from sqlalchemy import Column, ColumnElement, Double, Text, func
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


def as_json(column: Column[Any], *, json_text: bool = False) -> ColumnElement[str]:
    """A column's value; `json_text` is for columns whose texts are JSON already."""
    value: ColumnElement[str] = column if json_text else _AsJson(column)
    return func.coalesce(value, "null") if column.nullable else value


def listed(value: ColumnElement[str]) -> ColumnElement[str]:
    """The values `as_json` in a group, for `values_of`; several of a statement are in the same
    order."""
    return func.aggregate_strings(value, ",")


def row_as_json(values: Iterable[ColumnElement[str]]) -> ColumnElement[str]:
    """Several values `as_json` as a list, itself a value for `values_of`."""
    return "[" + reduce(lambda before, value: before + "," + value, values) + "]"


def values_of(texts: Sequence[str]) -> list[Any]:
    """The values of some texts, those of one after those of the other."""
    # Half of what the standard library's parser takes for the same.
    found: list[Any] = from_json(f"[{','.join(texts)}]")
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
        # As it stands a text of it would have fifteen digits, and seventeen take long; nothing must
        # be left to printf, which makes a zero of it.
        whole = f"CAST({value} AS INTEGER)"
        return f"CASE WHEN {value} <> {whole} THEN printf('%!.17g', {value}) ELSE {whole} END"
    return value


@compiles(_AsJson, "postgresql")
def _in_postgresql(element: _AsJson, compiler: SQLCompiler, **named: Any) -> str:
    (column,) = element.clauses
    value = compiler.process(column, **named)
    if isinstance(column.type, Text):
        return f"CAST(to_json({value}) AS TEXT)"
    return f"CAST({value} AS TEXT)"
