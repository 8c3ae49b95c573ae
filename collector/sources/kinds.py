"""Which presets of sources there are, and what each of them takes.

A servicedesk that answers over HTTP is one YAML file in the folder `presets`; the others are the
modules named here, imported when one is configured.
"""

from functools import cache
from importlib import import_module

from pydantic import BaseModel

from collector.sources import presets

_OWN = {
    "csv": ("collector.sources.file_options", "FileOptions"),
    "excel": ("collector.sources.file_options", "FileOptions"),
    "json_number": ("collector.sources.json_number", "JsonNumberOptions"),
}
_DECLARED = ("collector.sources.declared", "DeclaredSource")


@cache
def preset_names() -> tuple[str, ...]:
    """All presets, by name."""
    return tuple(sorted({*_OWN, *presets.names()}))


def source_model(preset: str) -> type[BaseModel]:
    """What the configuration may say of a source with this preset."""
    module, name = _OWN.get(preset, _DECLARED)
    found: type[BaseModel] = getattr(import_module(module), name)
    return found
