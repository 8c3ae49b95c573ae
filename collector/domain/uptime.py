"""Whether a device restarted between two looks at it, from what it says of its uptime."""

from collector.domain.instants import SECOND, Duration, Instant
from collector.domain.targets import DeviceFacts

WRAP = 2**32
"""Where sysUpTime begins again at 0: TimeTicks has 32 bits of hundredths, 497.1 days (RFC 2578)."""

_TICK: Duration = SECOND // 100
_SLACK = 500
"""Hundredths by which two readings may disagree: delays of the way and of the agent."""
_DRIFT = 1000
"""And one in so many of the time between them: the clocks' own pace."""


def restarted(before: DeviceFacts, before_at: Instant, now: DeviceFacts, now_at: Instant) -> bool:
    """Whether the device started between the two readings of sysUpTime.

    It did when it is younger than the time since the first reading and its uptime is not what
    counting on would have given; a wrap counts on. Where snmpEngineTime was read as well and
    sysUpTime went back, the engine decides: one that ran before the first reading has not
    restarted, whatever sysUpTime says (RFC 3414 2.2.2; it does not wrap for 68 years).
    """
    elapsed = max(0, now_at - before_at) // _TICK
    tolerance = _SLACK + elapsed // _DRIFT
    young = now.uptime <= elapsed + tolerance
    if now.engine_time is not None and now.uptime < before.uptime:
        return young and now.engine_time * 100 <= elapsed + tolerance
    behind = (before.uptime + elapsed - now.uptime) % WRAP
    counted_on = behind <= tolerance or behind >= WRAP - tolerance
    return young and not counted_on
