"""Which indicators of cases there are: every module beside this one that says what it `NEEDS`."""

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import cast

from collector import indicators
from collector.indicators._cases import CaseIndicator


@cache
def case_indicators() -> Mapping[str, CaseIndicator]:
    """The indicators of cases by id, in order of id."""
    names = (each.name for each in pkgutil.iter_modules(indicators.__path__))
    modules = (
        importlib.import_module(f"{indicators.__name__}.{name}")
        for name in sorted(names)
        if not name.startswith("_")
    )
    found = (cast("CaseIndicator", module) for module in modules if hasattr(module, "NEEDS"))
    return MappingProxyType({each.ID: each for each in found})
