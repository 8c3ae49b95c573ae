"""One agent at a time polls into a database."""

import subprocess
import sys
from pathlib import Path

import pytest
from support.postgres import Postgres
from support.programs import wait_until

from collector.store import StoreError
from collector.store.holding import LOOK_AGAIN, hold


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


def test_a_server_that_was_away_is_held_again(postgres: Postgres) -> None:
    url = postgres.new_database()

    def refused() -> bool:
        try:
            with hold(url):
                return False
        except StoreError:
            return True

    with hold(url):
        postgres.stop()
        postgres.start()
        wait_until(refused, "the database is held again", 3 * LOOK_AGAIN)
    assert not refused()
