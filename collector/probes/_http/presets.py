"""Presets: what to ask of well-known platforms, as data in the folder `presets`."""

from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

import yaml

_FOLDER = Path(__file__).parents[1] / "presets"


@cache
def names() -> tuple[str, ...]:
    """Those that there are."""
    return tuple(sorted(file.stem for file in _FOLDER.glob("*.yaml")))


@cache
def _preset(name: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = yaml.safe_load((_FOLDER / f"{name}.yaml").read_text("utf-8"))
    return found


def with_preset(given: Any) -> Any:
    """Options with what their preset says of the rest; ValueError where there is no such preset.

    A preset whose `login` names {username} and {password} takes the two from the options, which
    without it would be sent by basic authentication.
    """
    if not isinstance(given, Mapping) or not isinstance(given.get("preset"), str):
        return given
    name = given["preset"]
    if name not in names():
        near = get_close_matches(name, names(), n=1)
        known = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(names())}"
        raise ValueError(f"unknown preset {name!r}; {known}")
    options = {**_preset(name), **given}
    if "login" in _preset(name) and "login" not in given:
        if not {"username", "password"} <= given.keys():
            del options["login"]
            return options
        login = {key: options.pop(key) for key in ("username", "password")}
        options["login"] = _filled(options["login"], login)
    return options


def _filled(value: Any, texts: Mapping[str, Any]) -> Any:
    """The value with `{name}` replaced where it is a whole text."""
    if isinstance(value, Mapping):
        return {key: _filled(item, texts) for key, item in value.items()}
    if isinstance(value, str) and value.startswith("{") and value[1:-1] in texts:
        return texts[value[1:-1]]
    return value
