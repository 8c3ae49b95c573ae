"""One agent at a time polls into a database."""

import subprocess
import sys
from pathlib import Path

import pytest

from collector.store import StoreError
from collector.store.holding import hold


def test_a_database_is_held_by_one_agent_at_a_time(store_url: str) -> None:
    with (
        hold(store_url),
        pytest.raises(StoreError, match="polls into it, or copies it"),
        hold(store_url),
    ):
        pass
    with hold(store_url):
        pass


def test_the_lock_of_a_killed_agent_is_free(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'driftkoll.db'}"
    code = f"from collector.store.holding import hold\nwith hold({url!r}): print(1); input()"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()
        with pytest.raises(StoreError, match=rf"another process \({other.pid}\)"), hold(url):
            pass
        other.kill()
    with hold(url):
        pass
