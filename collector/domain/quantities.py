"""Durations and sizes as people write them."""

import re

from collector.domain.instants import DAY, HOUR, MINUTE, SECOND, Duration

_DURATIONS = {"ms": SECOND // 1000, "s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY}
_LONGEST = 100 * 366 * DAY
_SIZES = {
    **{"B": 1, "kB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12},
    **{"KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40},
}
_QUANTITY = re.compile(r"([0-9]{1,12}) ?([A-Za-z]+)")


def parse_duration(value: object) -> Duration:
    """`500ms`, `60s`, `5m`, `48h` or `90d` in microseconds; ValueError for anything else."""
    amount, unit = _split(value)
    if unit not in _DURATIONS or amount * _DURATIONS[unit] > _LONGEST:
        raise ValueError(f"{value!r} is no duration; write a number and ms, s, m, h or d, as 60s")
    return amount * _DURATIONS[unit]


def parse_size(value: object) -> int:
    """`500MB`, `2GB` (powers of 1000) or `2GiB` (of 1024) in bytes; ValueError for another."""
    amount, unit = _split(value)
    units = {known.casefold(): factor for known, factor in _SIZES.items()}
    if unit.casefold() not in units:
        raise ValueError(f"{value!r} is no size; write a number and kB, MB, GB or TB, as 2GB")
    return amount * units[unit.casefold()]


def _split(value: object) -> tuple[int, str]:
    match = _QUANTITY.fullmatch(value) if isinstance(value, str) else None
    return (int(match[1]), match[2]) if match else (0, "")


def format_duration(duration: Duration) -> str:
    """A duration with the largest unit that leaves it whole: 90s, 2m, 48h as 2d."""
    for unit, size in sorted(_DURATIONS.items(), key=lambda item: -item[1]):
        if duration and duration % size == 0:
            return f"{duration // size}{unit}"
    return f"{duration / SECOND:g}s"
