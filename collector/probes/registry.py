"""Which kinds of probe there are: every module beside this one that has no leading underscore."""

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from time import time_ns
from types import MappingProxyType, ModuleType
from typing import Any, ClassVar, Literal, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict

from collector import probes
from collector.domain.instants import Instant
from collector.ports import Probe, Resolver
from collector.probes._pacing import Pacer
from collector.probes._snmp.credentials import Credential


class ProbeOptions(BaseModel):
    """What the configuration may say of a probe in `{kind: {...}}`; anything else is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _wall_clock() -> Instant:
    return time_ns() // 1000


@dataclass(frozen=True, slots=True)
class ProbeContext:
    """What all probes of a running agent share.

    `pacer` is one for all, since what it protects – the kernel's buffers, the first switch – is.
    `now` is the wall clock, for the days that certificates have left.
    """

    resolver: Resolver
    snmp_profiles: Mapping[str, Credential] = field(default_factory=dict)
    snmp_client: Literal["gufo", "pysnmp"] = "gufo"
    pacer: Pacer = field(default_factory=Pacer)
    now: Callable[[], Instant] = _wall_clock


class ProbeKind(Protocol):
    """A class that makes a probe: what may be configured, and how it is built."""

    Options: ClassVar[type[BaseModel]]

    def __call__(self, context: ProbeContext) -> Probe:
        """A probe that polls with what the context gives."""
        ...


_Class = TypeVar("_Class", bound=type[Any])
_kinds: dict[str, Any] = {}


def register(kind: str) -> Callable[[_Class], _Class]:
    """Make a class the probe of this kind; ValueError where there already is one."""

    def add(probe: _Class) -> _Class:
        known = _kinds.get(kind)
        if known is not None:
            raise ValueError(f"the probe {kind} is defined twice: {known} and {probe}")
        _kinds[kind] = probe
        return probe

    return add


@cache
def probe_kinds() -> Mapping[str, ProbeKind]:
    """Every kind of probe by its name in the configuration; what a broken module raises goes on."""
    load(probes)
    return MappingProxyType(dict(sorted(_kinds.items())))


def load(package: ModuleType) -> None:
    """Import the modules of a package, which register what they define."""
    for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        if not module.name.rpartition(".")[2].startswith("_"):
            importlib.import_module(module.name)
