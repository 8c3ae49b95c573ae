"""Lists of properties, `[{name: Status, content: Löst}, …]`, as a mapping by name.

Where several have the same name, the first that is not empty stands: a view may show two columns
under one heading (Easit GO), and the later one would hide the former.
"""

from typing import Any

from pydantic import BaseModel, ConfigDict


class Options(BaseModel):
    """`at` is the record's key that holds the list, `name` what names a property, `values` what
    may be its value: empty where all of these are."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    at: str = "property"
    name: str = "name"
    values: tuple[str, ...] = ("content", "rawValue")


def apply(record: Any, options: Options) -> Any:
    """The record with the mapping in the list's place; each property stays as it is in it."""
    listed = record.get(options.at) if isinstance(record, dict) else None
    if not isinstance(listed, list):
        return record
    named: dict[str, Any] = {}
    for item in listed:
        name = item.get(options.name) if isinstance(item, dict) else None
        if isinstance(name, str) and not any(
            named.get(name, {}).get(key) for key in options.values
        ):
            named[name] = item
    return {**record, options.at: named}
