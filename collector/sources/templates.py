"""Placeholders `{name}` in what is asked for: what a pass, a user or a login puts there."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

_PLACE = re.compile(r"\{([a-z_][a-z0-9_]*)\}")


class Nothing:
    """Stands for a value that is left out together with its key."""


_NOTHING = Nothing()


def placeholders(value: Any) -> Iterator[str]:
    """The names in a text, or in all texts of a mapping or a list."""
    if isinstance(value, str):
        yield from _PLACE.findall(value)
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from placeholders(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from placeholders(item)


def fill(value: Any, values: Mapping[str, Any]) -> Any:
    """A value with everything in its place.

    A text that is one placeholder and nothing else becomes the value itself, so that numbers and
    lists stay what they are; where that is None, its key is left out. Within a longer text a list
    is joined by commas.
    """
    filled = _fill(value, values)
    return None if filled is _NOTHING else filled


def _fill(value: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(value, str):
        if "{" not in value:
            return value
        whole = _PLACE.fullmatch(value)
        if whole and whole[1] in values:
            found = values[whole[1]]
            return _NOTHING if found is None else found
        return _PLACE.sub(lambda it: as_text(values.get(it[1], it[0])), value)
    if isinstance(value, Mapping):
        filled = {key: _fill(item, values) for key, item in value.items()}
        return {key: item for key, item in filled.items() if item is not _NOTHING}
    if isinstance(value, list | tuple):
        return [item for part in value if (item := _fill(part, values)) is not _NOTHING]
    return value


def as_text(value: Any) -> str:
    """A value within a longer text."""
    if value is None:
        return ""
    return ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
