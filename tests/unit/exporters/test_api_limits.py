"""How often one may ask, and fail."""

import pytest

from exporters.web.api.limits import Allowance, Failures, place


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_failure_counts_for_a_minute() -> None:
    clock = Clock()
    failures = Failures(2, clock)
    failures.count("a")
    clock.now += 20
    assert failures.wait("a") == 0
    failures.count("a")
    assert failures.wait("a") == 40
    assert failures.wait("b") == 0
    clock.now += 39.5
    assert failures.wait("a") == 1
    clock.now += 0.5
    assert failures.wait("a") == 0
    failures.count("a")
    assert failures.wait("a") == 20


def test_a_flood_of_names_is_not_remembered_for_good() -> None:
    failures = Failures(1, Clock())
    for n in range(20_000):
        failures.count(n)
    assert failures.wait(0) == 0
    assert failures.wait(19_999) == 60


def test_an_allowance_is_a_burst_and_then_a_pace() -> None:
    clock = Clock()
    allowance = Allowance(0.5, 3, clock)
    assert [allowance.wait("a") for _ in range(4)] == [0, 0, 0, 2]
    assert allowance.wait("b") == 0
    clock.now += 2
    assert [allowance.wait("a") for _ in range(2)] == [0, 2]
    clock.now += 1000
    assert [allowance.wait("a") for _ in range(4)] == [0, 0, 0, 2]


@pytest.mark.parametrize(
    ("address", "known_as"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb::9", "2001:db8:1:2::/64"),
        ("testclient", "testclient"),
    ],
)
def test_one_client_is_an_address_or_the_network_that_one_gets(address: str, known_as: str) -> None:
    assert place(address) == known_as
