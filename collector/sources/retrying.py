"""What a failed request means, and when another attempt is worth it."""

import email.utils
import ssl
from datetime import UTC, datetime

import httpx

from collector.domain.instants import Duration
from collector.domain.quantities import format_duration
from collector.domain.sources import SourceFailure
from collector.sources.answers import Raw

_MAY_PASS = frozenset(
    {
        SourceFailure.RATE_LIMITED,
        SourceFailure.SERVER_ERROR,
        SourceFailure.TIMEOUT,
        SourceFailure.UNREACHABLE,
    }
)


def may_pass(failure: SourceFailure) -> bool:
    """Whether it may be over in a moment; a refused credential will not."""
    return failure in _MAY_PASS


_OF_ERROR: tuple[tuple[tuple[type[Exception], ...], SourceFailure, str], ...] = (
    (
        (httpx.ProxyError,),
        SourceFailure.UNREACHABLE,
        "the proxy refuses the connection",
    ),
    ((httpx.ConnectError,), SourceFailure.UNREACHABLE, "no connection"),
    (
        (httpx.NetworkError, httpx.RemoteProtocolError),
        SourceFailure.UNREACHABLE,
        "the connection was lost before the answer was whole",
    ),
    (
        (httpx.DecodingError,),
        SourceFailure.NOT_JSON,
        "a compressed body that cannot be unpacked",
    ),
)


def failure_of(error: Exception, timeout: Duration) -> tuple[SourceFailure, str]:
    """What an error of httpx is to a source, and in what words; never the error's own, which may
    quote the request."""
    if isinstance(error, TimeoutError | httpx.TimeoutException):
        return SourceFailure.TIMEOUT, f"no whole answer within {format_duration(timeout)}"
    if isinstance(error, httpx.ConnectError) and _of_tls(error):
        return SourceFailure.TLS, f"TLS: {_tls_words(error)}"
    for kinds, failure, words in _OF_ERROR:
        if isinstance(error, kinds):
            return failure, words
    return SourceFailure.REFUSED, f"cannot be asked ({type(error).__name__})"


def retry_after(raw: Raw | None) -> float | None:
    """The seconds that an answer asks to wait: Retry-After (RFC 9110 10.2.3), as seconds or as a
    date held against the answer's own."""
    value = raw.headers.get("retry-after", "") if raw is not None else ""
    if not value or raw is None or raw.status < 400:
        return None
    if value.strip().isdigit():
        return float(value)
    until, now = _date(value), _date(raw.headers.get("date", "")) or datetime.now(UTC)
    return max((until - now).total_seconds(), 0.0) if until else None


def _date(text: str) -> datetime | None:
    try:
        found = email.utils.parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _chain(error: BaseException | None) -> list[BaseException]:
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.append(error)
        error = error.__cause__ or error.__context__
    return found


def _of_tls(error: BaseException) -> bool:
    return any(isinstance(it, ssl.SSLError) for it in _chain(error))


def _tls_words(error: BaseException) -> str:
    for it in _chain(error):
        if isinstance(it, ssl.SSLCertVerificationError):
            return f"the certificate is not accepted, {it.verify_message}; state ca: FILE"
    return "no handshake"
