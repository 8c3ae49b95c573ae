"""Figures as people read them (KPI.md "Printing")."""

from decimal import ROUND_HALF_UP, Decimal

from collector.domain.measurements import DecidedTarget, Op, Unit
from collector.kpi.verdict import satisfies

NO_BREAK_SPACE = "\u00a0"
MINUS = "\u2212"
NOTHING = "–"
"""Stands where there is no value."""

_DECIMALS = {
    Unit.RATIO: 2,
    Unit.DAYS: 1,
    Unit.SCORE: 1,
    Unit.NUMBER: 0,
    Unit.KSEK: 0,
    Unit.INDEX: 0,
}
_MOST_DECIMALS = 17
_SIGNS = {
    "sv": {Unit.RATIO: "%", Unit.DAYS: "dagar", Unit.NUMBER: "st", Unit.KSEK: "tkr"},
    "en": {Unit.RATIO: "%", Unit.DAYS: "days", Unit.KSEK: "kSEK"},
}
_OPS = {Op.AT_LEAST: "≥", Op.AT_MOST: "≤", Op.EQUAL: "="}


def printed(
    value: float | None,
    unit: Unit,
    *,
    target: DecidedTarget | None = None,
    language: str = "sv",
    decimals: int | None = None,
) -> str:
    """A measured value with its unit: rounded half away from zero.

    Ratios are printed in per cent. Decimals are added only where rounding would put the value on
    the other side of `target`.
    """
    if value is None:
        return NOTHING
    places = _DECIMALS[unit] if decimals is None else decimals
    return _with_unit(_rounded(value, unit, target, places), unit, language)


def printed_exactly(value: float | None, unit: Unit, *, language: str = "sv") -> str:
    """A value as it was decided or entered, with its unit."""
    if value is None:
        return NOTHING
    return _with_unit(_scaled(value, unit).normalize(), unit, language)


def printed_target(target: DecidedTarget | None, unit: Unit, *, language: str = "sv") -> str:
    """A decided target as the board wrote it: `≥ 99,2 %`."""
    if target is None:
        return NOTHING
    figure = printed_exactly(target.value, unit, language=language)
    return f"{_OPS[target.op]}{NO_BREAK_SPACE}{figure}"


def printed_number(number: Decimal, language: str = "sv") -> str:
    """A number with the language's decimal mark and thousands apart."""
    text = f"{abs(number):,f}"
    if language == "sv":
        text = text.translate({ord(","): NO_BREAK_SPACE, ord("."): ","})
    return MINUS + text if number < 0 else text


def _rounded(value: float, unit: Unit, target: DecidedTarget | None, places: int) -> Decimal:
    exact = _scaled(value, unit)
    for decimals in range(places, _MOST_DECIMALS + 1):
        rounded = exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
        if target is None or _same_side(rounded, value, unit, target):
            return rounded
    return exact


def _same_side(rounded: Decimal, value: float, unit: Unit, target: DecidedTarget) -> bool:
    as_printed = float(rounded / 100 if unit is Unit.RATIO else rounded)
    return satisfies(as_printed, target) == satisfies(value, target)


def _scaled(value: float, unit: Unit) -> Decimal:
    """The decimal that a float stands for, in per cent for a ratio."""
    exact = Decimal(repr(float(value)))
    return exact * 100 if unit is Unit.RATIO else exact


def _with_unit(number: Decimal, unit: Unit, language: str) -> str:
    figure = printed_number(number, language)
    sign = _SIGNS[language].get(unit)
    return f"{figure}{NO_BREAK_SPACE}{sign}" if sign else figure
