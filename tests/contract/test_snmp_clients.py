"""Both SNMP clients against a real agent, and against peers that are none."""

import asyncio
import random
from collections.abc import Callable, Iterable

import pytest
from support.peers import answering, answering_from_elsewhere, reply_to
from support.probing import probing, snmp_poll
from support.snmpd import AUTH_KEY, COMMUNITY, PRIV_KEY, SECURE, USERS, Snmpd, User

from collector.domain.samples import Outcome, Reason, Result
from collector.probes._snmp.client import SnmpClient
from collector.probes._snmp.credentials import Credential
from collector.probes._snmp.gufo import GufoClient
from collector.probes._snmp.pysnmp import PysnmpClient
from collector.probes.snmp import ENGINE_TIME, NAME, UPTIME

CLIENTS = {"gufo": GufoClient, "pysnmp": PysnmpClient}
V2C = Credential("2c", COMMUNITY)
ABSENT = "1.3.6.1.2.1.1.99.0"
CISCO = [
    User(f"{auth}-{priv}", auth, priv)
    for auth in ("md5", "sha1", "sha224")
    for priv in ("aes192c", "aes256c")
]


@pytest.fixture(params=CLIENTS)
def client(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def agent(tmp_path_factory: pytest.TempPathFactory) -> Iterable[Snmpd]:
    """An agent that knows users whose keys are expanded as Cisco's devices do, too."""
    create = {"md5": "MD5", "sha1": "SHA", "sha224": "SHA-224"}
    extra = "".join(
        f"createUser {user.name} {create[user.auth]} {AUTH_KEY} "
        f"AES-{user.priv[3:6]}-C {PRIV_KEY}\nrouser {user.name} priv\n"
        for user in CISCO
    )
    agent = Snmpd(tmp_path_factory.mktemp("snmpd"), extra=extra)
    try:
        yield agent.start()
    finally:
        agent.stop()


def credential(user: User) -> Credential:
    return Credential(
        "3",
        user=user.name,
        auth=user.auth or "none",
        auth_key=AUTH_KEY if user.auth else "",
        priv=user.priv or "none",
        priv_key=PRIV_KEY if user.priv else "",
    )


def poll(
    client: str,
    port: int,
    credential: Credential,
    *,
    attempts: Iterable[int] = (0,),
    address: str = "127.0.0.1",
    seconds: float = 2,
) -> list[Outcome]:
    """One poll for each attempt, by the same probe."""

    async def polls() -> list[Outcome]:
        async with probing("snmp", {"default": credential}, client) as probe:
            return [
                await snmp_poll(probe, port, address=address, attempt=attempt, seconds=seconds)
                for attempt in attempts
            ]

    return asyncio.run(polls())


def with_client(kind: str, use: Callable[[SnmpClient], object]) -> object:
    async def run() -> object:
        client = CLIENTS[kind]()
        try:
            return await use(client)
        finally:
            await client.close()

    return asyncio.run(run())


def up(outcomes: list[Outcome]) -> bool:
    return all(outcome.result is Result.UP and outcome.facts is not None for outcome in outcomes)


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
@pytest.mark.parametrize("version", ["1", "2c"])
def test_a_community_reads_what_the_device_says_of_itself(client, agent, version, address):
    port, community = agent.port, Credential(version, COMMUNITY)
    for outcome in poll(client, port, community, attempts=(0, 0, 1), address=address):
        assert (outcome.result, outcome.reason) == (Result.UP, None)
        assert outcome.facts.name == "test-device"
        assert outcome.facts.object_id == "1.3.6.1.4.1.8072.3.2.10"
        assert outcome.facts.uptime > 0
        assert outcome.duration > 0


@pytest.mark.parametrize("user", [*USERS, *CISCO], ids=lambda user: user.name)
def test_every_way_to_authenticate_and_encrypt_is_understood(client, agent, user):
    assert up(poll(client, agent.port, credential(user), attempts=(0, 0, 1), seconds=5))


def test_version_3_is_spoken_over_ipv6(client, agent):
    outcomes = poll(client, agent.port, credential(SECURE), attempts=(0, 1), address="::1")
    assert up(outcomes)


WRONG = {
    "community 2c": (Credential("2c", "nobody-knows"), Reason.WRONG_COMMUNITY),
    "community 1": (Credential("1", "nobody-knows"), Reason.WRONG_COMMUNITY),
    "user": (Credential("3", user="stranger"), Reason.UNKNOWN_USER),
    "user with a key": (
        Credential("3", user="stranger", auth="sha1", auth_key=AUTH_KEY),
        Reason.UNKNOWN_USER,
    ),
    "auth_key": (
        Credential("3", user="sha1", auth="sha1", auth_key="not-the-key"),
        Reason.WRONG_KEY,
    ),
    "auth": (Credential("3", user="sha1", auth="sha256", auth_key=AUTH_KEY), Reason.WRONG_KEY),
    "priv_key": (
        Credential("3", "", "sha1-aes128", "sha1", AUTH_KEY, "aes128", "not-the-key"),
        Reason.WRONG_KEY,
    ),
    "priv": (
        Credential("3", "", "sha1-aes128", "sha1", AUTH_KEY, "des", PRIV_KEY),
        Reason.WRONG_KEY,
    ),
    "level too low": (Credential("3", user="sha1-aes128"), Reason.WRONG_KEY),
    "level too high": (
        Credential("3", "", "sha1", "sha1", AUTH_KEY, "aes128", PRIV_KEY),
        Reason.WRONG_KEY,
    ),
}


@pytest.mark.parametrize(("wrong", "reason"), WRONG.values(), ids=WRONG)
def test_a_wrong_credential_has_its_own_reason_from_the_first_retry_on(
    client, agent, wrong, reason
):
    first, retry = poll(client, agent.port, wrong, attempts=(0, 1), seconds=0.6)
    assert first.result is Result.DOWN
    assert first.reason in (reason, Reason.TIMEOUT)
    assert (retry.result, retry.reason) == (Result.DOWN, reason)
    assert "not-the-key" not in retry.message
    assert "nobody-knows" not in retry.message


def test_an_object_that_the_device_lacks_is_absent_and_the_others_are_there(client, agent):
    async def ask(client: SnmpClient) -> object:
        return await client.get("127.0.0.1", agent.port, V2C, [UPTIME, ABSENT, NAME], 2)

    values = with_client(client, ask)
    assert values.keys() == {UPTIME, NAME}
    assert isinstance(values[UPTIME], int)
    assert values[NAME] == b"test-device"


@pytest.mark.parametrize("version", ["1", "2c"])
def test_a_device_without_any_of_the_objects_is_degraded_since_it_answered(client, version):
    async def polls() -> Outcome:
        def answer(request: bytes) -> list[bytes]:
            return [reply_to(request, status=2)]

        async with (
            answering(answer) as port,
            probing("snmp", {"default": Credential(version, COMMUNITY)}, client) as probe,
        ):
            return await snmp_poll(probe, port)

    outcome = asyncio.run(polls())
    assert (outcome.result, outcome.reason) == (Result.DEGRADED, Reason.NO_SUCH_OBJECT)


def test_an_agent_that_refuses_access_does_not_know_the_community(client):
    async def polls() -> Outcome:
        async with (
            answering(lambda request: [reply_to(request, status=16)]) as port,
            probing("snmp", {"default": V2C}, client) as probe,
        ):
            return await snmp_poll(probe, port)

    assert asyncio.run(polls()).reason is Reason.WRONG_COMMUNITY


@pytest.mark.parametrize("user", [None, SECURE], ids=["2c", "3"])
def test_a_reply_from_another_address_is_told_with_that_address(client, agent, user):
    async def polls() -> list[Outcome]:
        profile = credential(user) if user else V2C
        async with (
            answering_from_elsewhere(agent.port, "127.0.7.1", "127.0.7.2") as port,
            probing("snmp", {"default": profile}, client) as probe,
        ):
            return [
                await snmp_poll(probe, port, address="127.0.7.1", attempt=attempt)
                for attempt in (0, 1)
            ]

    first, retry = asyncio.run(polls())
    assert first.result is Result.DOWN
    assert (retry.result, retry.reason) == (Result.DOWN, Reason.FOREIGN_REPLY)
    assert "127.0.7.2" in retry.message


NONSENSE: dict[str, Callable[[bytes], list[bytes]]] = {
    "one byte": lambda request: [b"\x00"],
    "text": lambda request: [b"HTTP/1.0 400 Bad Request\r\n\r\n"],
    "cut off": lambda request: [reply_to(request)[:-7]],
    "lengths that lie": lambda request: [b"\x30\x84\xff\xff\xff\xff" + request],
    "nested without end": lambda request: [b"\x30\x80" * 700],
    "another's request": lambda request: [reply_to(request, number=1)],
    "its own request": lambda request: [request],
    "a flood": lambda request: [bytes([i % 256]) * 1000 for i in range(200)],
}


@pytest.mark.parametrize("answer", NONSENSE.values(), ids=NONSENSE)
def test_nonsense_is_a_malformed_reply(client, answer):
    async def polls() -> list[Outcome]:
        async with (
            answering(answer) as port,
            probing("snmp", {"default": V2C}, client) as probe,
        ):
            return [await snmp_poll(probe, port, attempt=attempt) for attempt in (0, 1)]

    first, retry = asyncio.run(polls())
    assert first.result is Result.DOWN
    assert (retry.result, retry.reason) == (Result.DOWN, Reason.MALFORMED_REPLY)


def test_whatever_comes_back_is_an_outcome_and_never_an_exception(client):
    chance = random.Random(20261123)

    def damaged(request: bytes) -> list[bytes]:
        reply = bytearray(reply_to(request))
        for _ in range(chance.randint(1, 4)):
            reply[chance.randrange(len(reply))] = chance.randrange(256)
        return [bytes(reply)]

    async def polls() -> list[Outcome]:
        async with (
            answering(damaged) as port,
            probing("snmp", {"default": V2C}, client) as probe,
        ):
            return [await snmp_poll(probe, port, attempt=i % 2, seconds=0.02) for i in range(200)]

    outcomes = asyncio.run(polls())
    assert {outcome.result for outcome in outcomes} >= {Result.DOWN, Result.UP}
    assert Result.UNKNOWN not in {outcome.result for outcome in outcomes}


@pytest.mark.parametrize("user", [None, SECURE], ids=["2c", "3"])
@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_a_closed_port_is_refused(client, user, address):
    profile = credential(user) if user else V2C
    for outcome in poll(client, 9, profile, attempts=(0, 1), address=address):
        assert (outcome.result, outcome.reason) == (Result.DOWN, Reason.REFUSED)


def test_a_silent_agent_is_a_timeout(client, start_snmpd):
    agent = start_snmpd()
    agent.pause()
    for outcome in poll(client, agent.port, V2C, attempts=(0, 1), seconds=0.3):
        assert (outcome.result, outcome.reason) == (Result.DOWN, Reason.TIMEOUT)


def test_a_retry_asks_again_within_its_time(client):
    asked: list[bytes] = []

    def answer(request: bytes) -> list[bytes]:
        asked.append(request)
        return [reply_to(request)] if asked.count(request) == 3 else []

    async def polls() -> Outcome:
        async with (
            answering(answer) as port,
            probing("snmp", {"default": V2C}, client) as probe,
        ):
            return await snmp_poll(probe, port, attempt=1, seconds=0.6)

    assert asyncio.run(polls()).result is Result.UP


def test_the_late_answer_to_a_former_poll_is_not_taken_for_the_next_one(client):
    held: list[bytes] = []

    def answer(request: bytes) -> list[bytes]:
        late, held[:] = [reply_to(one) for one in held], [request]
        return late

    async def polls() -> list[Outcome]:
        async with (
            answering(answer) as port,
            probing("snmp", {"default": V2C}, client) as probe,
        ):
            return [await snmp_poll(probe, port, seconds=0.1) for _ in range(3)]

    assert {outcome.result for outcome in asyncio.run(polls())} == {Result.DOWN}


def test_a_device_replaced_by_another_is_known_again_by_the_retry(client, start_snmpd):
    """Another device has another engine id, by which the keys are made anew."""

    async def polls() -> list[Outcome]:
        former = start_snmpd()
        async with probing("snmp", {"default": credential(SECURE)}, client) as probe:
            outcomes = [await snmp_poll(probe, former.port, seconds=2)]
            former.stop()
            start_snmpd(port=former.port)
            return [
                *outcomes,
                *[
                    await snmp_poll(probe, former.port, attempt=attempt, seconds=2)
                    for attempt in (0, 1, 0)
                ],
            ]

    before, _, retry, after = asyncio.run(polls())
    assert up([before, retry, after])


@pytest.mark.parametrize("user", [None, SECURE], ids=["2c", "3"])
def test_an_uptime_that_goes_back_comes_with_the_engine_time(client, start_snmpd, user):
    profile = credential(user) if user else V2C

    async def polls() -> list[Outcome]:
        agent = start_snmpd()
        async with probing("snmp", {"default": profile}, client) as probe:
            await asyncio.sleep(1)
            before = await snmp_poll(probe, agent.port, seconds=2)
            agent.stop()
            agent.start()
            return [before, await snmp_poll(probe, agent.port, seconds=2)]

    before, after = asyncio.run(polls())
    assert up([before, after])
    assert after.facts.uptime < before.facts.uptime
    assert before.facts.engine_time is None
    assert after.facts.engine_time is not None


def test_engine_time_is_read_as_whole_seconds(client, agent):
    async def ask(client: SnmpClient) -> object:
        return await client.get("127.0.0.1", agent.port, V2C, [ENGINE_TIME], 2)

    assert isinstance(with_client(client, ask)[ENGINE_TIME], int)


def test_many_devices_are_polled_at_once_and_none_is_lost(client, agent):
    async def polls() -> list[Outcome]:
        async with probing("snmp", {"default": V2C}, client) as probe:
            return await asyncio.gather(
                *(
                    snmp_poll(probe, agent.port, address=f"127.0.9.{i}", seconds=10)
                    for i in range(1, 101)
                )
            )

    assert up(asyncio.run(polls()))


def test_a_credential_prints_no_secret():
    shown = repr(
        Credential("3", "a-community", "drift", "sha1", "an-auth-key", "des", "a-priv-key")
    )
    for secret in ("a-community", "an-auth-key", "a-priv-key"):
        assert secret not in shown


def test_privacy_without_authentication_is_no_credential():
    with pytest.raises(ValueError, match="priv needs auth"):
        Credential("3", user="drift", priv="aes128", priv_key=PRIV_KEY)
    with pytest.raises(ValueError, match="auth_key is shorter"):
        Credential("3", user="drift", auth="sha1", auth_key="short")
