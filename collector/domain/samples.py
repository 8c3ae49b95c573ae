"""What a probe found at an instant."""

from enum import IntEnum, StrEnum
from typing import NamedTuple

from collector.domain.instants import Instant
from collector.domain.service_facts import ServiceFacts
from collector.domain.targets import DeviceFacts


class Result(IntEnum):
    """What a sample says of its target; the numbers are what the store keeps."""

    UP = 1
    DEGRADED = 2
    DOWN = 3
    UNKNOWN = 4


class Reason(StrEnum):
    """Why a sample is not up: each a word that logs, tables and metrics share.

    Those that are the target's fault make it down, those that are the collector's own make it
    unknown (KPI.md "Not knowing"); one that answers, but not as well as it should, is degraded.
    """

    # down: the target, or the way to it
    TIMEOUT = "timeout"
    REFUSED = "refused"
    HOST_NOT_FOUND = "host_not_found"
    WRONG_COMMUNITY = "wrong_community"
    UNKNOWN_USER = "unknown_user"
    WRONG_KEY = "wrong_key"
    NO_SUCH_OBJECT = "no_such_object"
    FOREIGN_REPLY = "foreign_reply"
    MALFORMED_REPLY = "malformed_reply"
    HOST_UNREACHABLE = "host_unreachable"
    CONNECTION_LOST = "connection_lost"
    TLS_FAILURE = "tls_failure"
    CERTIFICATE_EXPIRED = "certificate_expired"
    CERTIFICATE_INVALID = "certificate_invalid"
    STATUS_NOT_EXPECTED = "status_not_expected"
    HEADER_MISMATCH = "header_mismatch"
    BODY_MISMATCH = "body_mismatch"
    BODY_TOO_LARGE = "body_too_large"
    ASSERTION_FAILED = "assertion_failed"
    REDIRECT_LOOP = "redirect_loop"
    BANNER_MISMATCH = "banner_mismatch"
    NAME_NOT_FOUND = "name_not_found"
    NO_SUCH_RECORD = "no_such_record"
    ANSWER_MISMATCH = "answer_mismatch"
    SERVER_ERROR = "server_error"
    # degraded, or down past a second limit
    SLOW = "slow"
    CERTIFICATE_EXPIRING = "certificate_expiring"
    # degraded
    SERVICE_WARNS = "service_warns"
    SERVERS_DIFFER = "servers_differ"
    # unknown: the collector itself
    NO_ROUTE = "no_route"
    NO_PERMISSION = "no_permission"
    NO_BUFFERS = "no_buffers"
    NO_DESCRIPTORS = "no_descriptors"
    RESOLVER_SILENT = "resolver_silent"
    LOCAL_ERROR = "local_error"
    TOKEN_UNAVAILABLE = "token_unavailable"  # noqa: S105 - a reason, no secret
    BAD_ASSERTION = "bad_assertion"
    BUG = "bug"
    BLIND = "collector_blind"
    NEVER_ANSWERED = "never_answered"


class Outcome(NamedTuple):
    """What one call of a probe found; a tuple, since one is made for each poll.

    `duration` is in seconds (the mean round-trip time where several packets were sent), `loss` a
    ratio 0-1 where the probe counts packets. A result of UNKNOWN with NO_PERMISSION takes no part
    in the target's state where another probe remains.
    """

    result: Result
    reason: Reason | None = None
    duration: float | None = None
    loss: float | None = None
    facts: DeviceFacts | None = None
    message: str = ""
    service: ServiceFacts | None = None


class Sample(NamedTuple):
    """A stored outcome: one row of the samples, at the instant when the first packet was sent."""

    target: int
    probe: str
    at: Instant
    result: Result
    reason: Reason | None
    duration: float | None
    loss: float | None
