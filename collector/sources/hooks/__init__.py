"""Hooks: what a declaration cannot say of a record, one file each beside this one.

A hook's module has `Options` (pydantic) and `apply(record, options)`, which gives the record as the
expressions are to see it.
"""

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import BaseModel

from collector.domain.naming import unknown


@dataclass(frozen=True, slots=True)
class Hook:
    """A hook with its options, as a source uses it."""

    name: str
    options: BaseModel
    apply: Callable[[Any, Any], Any]

    def __call__(self, record: Any) -> Any:
        """The record as the expressions are to see it."""
        return self.apply(record, self.options)


@cache
def names() -> tuple[str, ...]:
    """Those that there are."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))


def as_hooks(given: object) -> tuple[Hook, ...]:
    """Hooks as they are written, `[name, {name: {option: …}}]`; ValueError for anything else."""
    if not isinstance(given, list | tuple):
        raise ValueError("must be a list")  # noqa: TRY004 - pydantic wants this one
    return tuple(map(_hook, given))


def _hook(item: object) -> Hook:
    match item:
        case Hook():
            return item
        case str():
            return _hook({item: {}})
        case Mapping() if len(item) == 1:
            name, options = next(iter(item.items()))
        case _:
            raise ValueError("must be a hook's name or one name with its options")
    if name not in names():
        raise ValueError(unknown("hook", str(name), names()))
    module = importlib.import_module(f"{__name__}.{name}")
    return Hook(name, module.Options.model_validate(options or {}), module.apply)
