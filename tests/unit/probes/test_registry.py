"""One file is one kind of probe; two of a kind, or a broken one, stop the program."""

import importlib
import sys
from pathlib import Path

import pytest

from collector.probes.registry import load, probe_kinds


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A package of probes beside the real one."""
    folder = tmp_path / "own_probes"
    folder.mkdir()
    (folder / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    yield folder
    for name in [name for name in sys.modules if name.startswith("own_probes")]:
        del sys.modules[name]


def loaded(folder: Path) -> None:
    importlib.invalidate_caches()
    load(importlib.import_module("own_probes"))


def test_the_kinds_that_ship_are_found_by_their_files():
    assert {"icmp", "snmp"} <= set(probe_kinds())


def test_a_file_that_begins_with_an_underscore_is_no_probe(package):
    (package / "_shared.py").write_text("raise RuntimeError('imported')\n")
    loaded(package)


def test_a_second_probe_of_a_kind_stops_the_program(package):
    probe_kinds()
    (package / "ping.py").write_text(
        "from collector.probes.registry import register\n\n"
        "@register('icmp')\nclass Another:\n    pass\n"
    )
    with pytest.raises(ValueError, match="the probe icmp is defined twice"):
        loaded(package)


def test_a_broken_probe_stops_the_program(package):
    (package / "broken.py").write_text("import no_such_library\n")
    with pytest.raises(ModuleNotFoundError, match="no_such_library"):
        loaded(package)
