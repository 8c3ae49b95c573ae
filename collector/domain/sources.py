"""Sources: where cases and figures are fetched, and how it went."""

from dataclasses import dataclass
from enum import StrEnum

from collector.domain.instants import Instant


class SourceFailure(StrEnum):
    """Why a source could not be read; each is a reason in the log, in metrics and in `doctor`."""

    UNAUTHORISED = "unauthorised"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    RATE_LIMITED = "rate_limited"
    SERVER_ERROR = "server_error"
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    TLS = "tls"
    NOT_JSON = "not_json"
    WRONG_SHAPE = "wrong_shape"
    BAD_CURSOR = "bad_cursor"
    REFUSED = "refused"
    BUG = "bug"


@dataclass(frozen=True, slots=True)
class Covered:
    """That all cases that a source had in [start, end) are kept; start None: all before too."""

    source: str
    start: Instant | None
    end: Instant


@dataclass(frozen=True, slots=True)
class SourceState:
    """Where reading a source stands.

    `watermark` is the cursor to go on from, as the source's own instant; it moves only after a
    whole pass. `place` is where a pass that was cut off goes on, None where none is under way, and
    `pass_started` when that pass began. `complete_at` is the start of the last complete pass,
    `swept_at` that of the last sweep for what is gone. `failure` is None while all is well, else
    why the last attempt failed, since when and in what words (no secrets).
    """

    source: str
    watermark: Instant | None = None
    place: str | None = None
    pass_started: Instant | None = None
    complete_at: Instant | None = None
    swept_at: Instant | None = None
    tried_at: Instant | None = None
    failure: SourceFailure | None = None
    failing_since: Instant | None = None
    message: str = ""
