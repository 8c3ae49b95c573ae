"""What went wrong on our own side of a poll: the collector's fault makes a sample unknown."""

import errno
import os
import re

from collector.domain.samples import Outcome, Reason, Result

_REASONS = {
    errno.EHOSTUNREACH: Reason.NO_ROUTE,
    errno.ENETUNREACH: Reason.NO_ROUTE,
    errno.ENETDOWN: Reason.NO_ROUTE,
    errno.EADDRNOTAVAIL: Reason.NO_ROUTE,
    errno.EAFNOSUPPORT: Reason.NO_ROUTE,
    errno.EPERM: Reason.NO_PERMISSION,
    errno.EACCES: Reason.NO_PERMISSION,
    errno.ENOBUFS: Reason.NO_BUFFERS,
    errno.ENOMEM: Reason.NO_BUFFERS,
    errno.EAGAIN: Reason.NO_BUFFERS,
    errno.EMFILE: Reason.NO_DESCRIPTORS,
    errno.ENFILE: Reason.NO_DESCRIPTORS,
}
_IN_TEXT = re.compile(r"\(os error (\d+)\)")


def errno_of(error: OSError) -> int | None:
    """The number of an error of the operating system; the Rust clients give it in the text alone,
    or in the class."""
    if error.errno is not None:
        return error.errno
    found = _IN_TEXT.search(str(error))
    if found:
        return int(found[1])
    if isinstance(error, PermissionError):
        return errno.EPERM
    if isinstance(error, BlockingIOError):
        return errno.EAGAIN
    return errno.ECONNREFUSED if isinstance(error, ConnectionRefusedError) else None


def local_failure(error: OSError) -> Outcome:
    """The unknown sample that a local error gives (KPI.md "Not knowing")."""
    number = errno_of(error)
    if number is None:
        return Outcome(Result.UNKNOWN, Reason.LOCAL_ERROR, message=str(error))
    reason = _REASONS.get(number, Reason.LOCAL_ERROR)
    return Outcome(Result.UNKNOWN, reason, message=os.strerror(number))
