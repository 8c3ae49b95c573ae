"""Presets: how well-known servicedesks are asked, one YAML file each beside this one."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from collector.domain.naming import unknown

_FOLDER = Path(__file__).parent


@cache
def names() -> tuple[str, ...]:
    """Those that there are."""
    return tuple(sorted(file.stem for file in _FOLDER.glob("*.yaml")))


@cache
def preset(name: str) -> Mapping[str, Any]:
    """What a preset says; ValueError where there is none of that name."""
    if name not in names():
        raise ValueError(unknown("preset", name, names()))
    found: Mapping[str, Any] = yaml.safe_load((_FOLDER / f"{name}.yaml").read_text("utf-8"))
    return found


def with_preset(given: Any) -> Any:
    """What a user says of a source, laid over its preset.

    Mappings are joined key by key, anything else is replaced, and null takes a part of the preset
    away. An `auth` with a type of its own replaces the preset's whole. Keys that the preset has
    among its `variables` may be written beside it (`token: …`).
    """
    if not isinstance(given, Mapping) or not isinstance(given.get("preset"), str):
        return given
    base = dict(preset(given["preset"]))
    variables = base.get("variables") or {}
    own = {key: value for key, value in given.items() if key not in variables}
    short = {key: value for key, value in given.items() if key in variables}
    if short:
        stated = own.get("variables") or {}
        own["variables"] = {**short, **stated} if isinstance(stated, Mapping) else stated
    if isinstance(own.get("auth"), Mapping) and "type" in own["auth"]:
        base.pop("auth", None)
    return _laid_over(base, own)


def _laid_over(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    joined = dict(base)
    for key, value in own.items():
        below = base.get(key)
        if isinstance(below, Mapping) and isinstance(value, Mapping):
            joined[key] = _laid_over(below, value)
        elif value is None:
            joined.pop(key, None)
        else:
            joined[key] = value
    return joined


def preset_variables(name: str | None) -> Mapping[str, Any]:
    """A preset's variables; None stands for one that the user has to give."""
    return (preset(name).get("variables") or {}) if name in names() else {}
