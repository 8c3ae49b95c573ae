"""Sends are spread, waits end together, and local errors are told apart."""

import asyncio
import errno

import pytest

from collector.domain.samples import Reason, Result
from collector.probes._deadlines import Deadlines
from collector.probes._failures import errno_of, local_failure
from collector.probes._pacing import Pacer


def test_no_more_than_a_burst_goes_at_once_and_the_rest_in_order():
    async def run() -> tuple[list[int], list[int]]:
        pacer = Pacer(burst=10, every=0.02)
        sent: list[int] = []

        async def send(number: int) -> None:
            if not pacer.free():
                await pacer.turn()
            sent.append(number)

        sends = [asyncio.ensure_future(send(number)) for number in range(35)]
        await asyncio.sleep(0)
        at_once = list(sent)
        await asyncio.gather(*sends)
        return at_once, sent

    at_once, sent = asyncio.run(run())
    assert at_once == list(range(10))
    assert sent == list(range(35))


def test_a_turn_that_nobody_waits_for_any_more_is_given_to_the_next():
    async def run() -> list[int]:
        pacer = Pacer(burst=1, every=0.01)
        sent: list[int] = []

        async def send(number: int) -> None:
            if not pacer.free():
                await pacer.turn()
            sent.append(number)

        sends = [asyncio.ensure_future(send(number)) for number in range(4)]
        await asyncio.sleep(0)
        sends[1].cancel()
        sends[2].cancel()
        await asyncio.wait(sends)
        return sent

    assert asyncio.run(run()) == [0, 3]


def test_waits_of_different_lengths_each_end_in_their_time():
    async def run() -> list[str]:
        ended: list[str] = []
        deadlines: Deadlines[str] = Deadlines(ended.append)
        for name, seconds in (("long", 0.15), ("short", 0.05), ("short too", 0.05), ("mid", 0.1)):
            deadlines.add(name, seconds)
        while len(ended) < 4:
            await asyncio.sleep(0.01)
        deadlines.add("again", 0.02)
        while len(ended) < 5:
            await asyncio.sleep(0.01)
        return ended

    assert asyncio.run(run()) == ["short", "short too", "mid", "long", "again"]


def test_no_wait_ends_after_the_close():
    async def run() -> list[str]:
        ended: list[str] = []
        deadlines: Deadlines[str] = Deadlines(ended.append)
        deadlines.add("waiting", 0.01)
        deadlines.close()
        await asyncio.sleep(0.05)
        return ended

    assert asyncio.run(run()) == []


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (OSError(errno.ENETUNREACH, "x"), Reason.NO_ROUTE),
        (OSError("Network is unreachable (os error 101)"), Reason.NO_ROUTE),
        (OSError("Permission denied (os error 13)"), Reason.NO_PERMISSION),
        (PermissionError("permission denied"), Reason.NO_PERMISSION),
        (OSError(errno.ENOBUFS, "x"), Reason.NO_BUFFERS),
        (BlockingIOError("blocked"), Reason.NO_BUFFERS),
        (OSError("Too many open files (os error 24)"), Reason.NO_DESCRIPTORS),
        (OSError(errno.EMSGSIZE, "x"), Reason.LOCAL_ERROR),
        (OSError("invalid address"), Reason.LOCAL_ERROR),
    ],
)
def test_an_error_of_our_own_system_is_unknown_with_its_reason(error, reason):
    outcome = local_failure(error)
    assert (outcome.result, outcome.reason) == (Result.UNKNOWN, reason)
    assert outcome.message


def test_the_number_of_an_error_is_found_where_the_libraries_put_it():
    assert errno_of(ConnectionRefusedError("refused")) == errno.ECONNREFUSED
    assert errno_of(OSError("invalid address")) is None
