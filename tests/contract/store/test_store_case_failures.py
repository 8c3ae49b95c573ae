"""A case that was stored is neither lost nor counted twice, however the process ends."""

import signal
import subprocess
import sys

import pytest

from collector.store import SqlStore
from collector.store.cases import STEP

PER_PAGE = STEP + 50  # two transactions

WRITER = """
import sys
from support.stored import NOON, case
from collector.domain.sources import SourceState
from collector.store import open_store

store = open_store(sys.argv[1])
size = int(sys.argv[2])
for number in range(10_000):
    page = [case(str(number * size + n), changed=NOON + number) for n in range(size)]
    print(number, "begun", flush=True)
    store.upsert_cases(page, SourceState("desk", watermark=number + 1))
    print(number, "done", flush=True)
"""


@pytest.mark.parametrize("pages", [1, 6])
def test_after_kill_9_all_that_the_state_says_was_read_is_there(
    store_url: str, store: SqlStore, pages: int
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, store_url, str(PER_PAGE)],
        stdout=subprocess.PIPE,
        text=True,
        env={"PYTHONPATH": ":".join(path for path in sys.path if path)},
    ) as writer:
        assert writer.stdout is not None
        done = 0
        for line in writer.stdout:
            done += "done" in line
            if done == pages:
                writer.send_signal(signal.SIGKILL)
        assert writer.wait() == -signal.SIGKILL
    read = store.source_state("desk").watermark
    assert read is not None
    assert read >= done
    kept = {one.id for one in store.cases()}
    assert {str(n) for n in range(read * PER_PAGE)} <= kept
    # What came after is a whole step of the next page, which comes again.
    assert len(kept) - read * PER_PAGE in {0, STEP}
    assert len(store.case_ids("desk")) == len(kept)
    assert store.check() == []
