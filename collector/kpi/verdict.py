"""Whether a value meets its decided target (KPI.md "Targets and verdicts")."""

from collections.abc import Mapping
from fractions import Fraction

from collector.domain.measurements import DecidedTarget, Op, Outlook, Verdict

_OUTLOOKS = {
    Verdict.MET: Outlook.ON_TRACK,
    Verdict.PARTLY: Outlook.AT_RISK,
    Verdict.MISSED: Outlook.OFF_TRACK,
    Verdict.NOT_MEASURABLE: Outlook.UNKNOWN,
}


def satisfies(value: float, target: DecidedTarget) -> bool:
    """Whether the unrounded value is as the target wants it."""
    if target.op is Op.AT_LEAST:
        return value >= target.value
    if target.op is Op.AT_MOST:
        return value <= target.value
    return value == target.value


def judge(
    value: float | None,
    target: DecidedTarget | None,
    *,
    baseline: float | None = None,
    partial: Mapping[str, float] | None = None,
    measurable: bool = True,
) -> Verdict | None:
    """The verdict; None where no target is decided.

    `partial` is the rule for partly: {"half_way": share}, {"share_of_target": share},
    {"tolerance": distance}, or None for never. `measurable` is False for too little coverage, a
    missing class or a value that is too old.
    """
    if target is None:
        return None
    if value is None or not measurable:
        return Verdict.NOT_MEASURABLE
    if satisfies(value, target):
        return Verdict.MET
    if baseline is not None and satisfies(baseline, target):
        return Verdict.MISSED
    if partial and _partly(value, target, baseline, partial):
        return Verdict.PARTLY
    return Verdict.MISSED


def outlook(verdict_of_forecast: Verdict | None) -> Outlook | None:
    """How the year looks, from the verdict that its forecast would get."""
    return None if verdict_of_forecast is None else _OUTLOOKS[verdict_of_forecast]


def _partly(
    value: float, target: DecidedTarget, baseline: float | None, partial: Mapping[str, float]
) -> bool:
    """Whether a value that misses its target still counts for something; in exact decimals, so
    that half of the way from 0.51 to 0.70 is 0.605."""
    (rule, limit), *_ = partial.items()
    at, wanted, least = (Fraction(repr(float(it))) for it in (value, target.value, limit))
    if rule == "tolerance":
        return abs(at - wanted) <= least
    if rule == "share_of_target":
        part, whole = (at, wanted) if target.op is Op.AT_LEAST else (wanted, at)
        return whole > 0 and part / whole >= least
    if baseline is None:
        return False
    way = abs(wanted - Fraction(repr(float(baseline))))
    return way > 0 and 1 - abs(wanted - at) / way >= least
