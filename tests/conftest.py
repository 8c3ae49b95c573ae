"""Fixtures that more than one kind of test uses; what they hand out is in `support`."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path

import pytest
from support.agent import Agent
from support.network import Network
from support.postgres import Postgres
from support.programs import network_only, program
from support.snmpd import Snmpd


@pytest.fixture(scope="session")
def snmpd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snmpd]:
    """One agent for all tests that only ask: every 127/8 address and ::1, all users."""
    program("snmpd")
    agent = Snmpd(tmp_path_factory.mktemp("snmpd"))
    try:
        yield agent.start()
    finally:
        agent.stop()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A server for all tests of the session."""
    if find_spec("psycopg") is None:
        pytest.skip("psycopg is not installed")
    server = Postgres()
    server.start()
    yield server
    server.close()


@pytest.fixture
def start_snmpd(tmp_path: Path) -> Iterator[Callable[..., Snmpd]]:
    """Make agents of one's own, to be paused and stopped; the arguments are Snmpd's."""
    program("snmpd")
    with ExitStack() as stack:
        made = iter(range(1000))

        def start(**options: object) -> Snmpd:
            agent = Snmpd(tmp_path / f"snmpd{next(made)}", **options)  # type: ignore[arg-type]  # as given
            stack.callback(agent.stop)
            return agent.start()

        yield start


@pytest.fixture
def network() -> Iterator[Network]:
    """A network of namespaces to build in; root only."""
    network_only()
    made = Network()
    try:
        yield made
    finally:
        made.close()


@pytest.fixture
def start_agent() -> Iterator[Callable[..., Agent]]:
    """Start `driftkoll run`; the arguments are Agent's."""
    with ExitStack() as stack:

        def start(config: Path, ready: bool = True, **options: object) -> Agent:
            agent = Agent(config, **options)  # type: ignore[arg-type]  # as given
            stack.callback(agent.close)
            return agent.start(ready)

        yield start
