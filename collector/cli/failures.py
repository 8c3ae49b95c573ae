"""What a command says when it cannot do what it was asked to."""

from collections.abc import Collection, Iterable
from difflib import get_close_matches

WRONG_USE = 2
"""The exit status of wrong use and wrong configuration (DESIGN.md "Command line")."""

A_BUG = 3
"""The exit status of a fault in Driftkoll itself."""


class RefusedError(Exception):
    """Wrong use, configuration or circumstances: a line each for standard error, exit status 2."""

    def __init__(self, *lines: str) -> None:
        self.lines = lines
        super().__init__("\n".join(lines))


def unknown(what: str, word: str, known: Collection[str]) -> RefusedError:
    """Refuses a word that is not known, with the nearest of those that are."""
    folded = {name.casefold(): str(name) for name in sorted(known, reverse=True)}
    near = get_close_matches(word.casefold(), folded, n=1)
    if near:
        return RefusedError(f"unknown {what} {word!r}; did you mean {folded[near[0]]!r}?")
    if not known:
        return RefusedError(f"unknown {what} {word!r}; there are none")
    return RefusedError(f"unknown {what} {word!r}; known are {_some(sorted(known))}")


def _some(words: Iterable[str], most: int = 12) -> str:
    names = list(words)
    if len(names) <= most:
        return ", ".join(names)
    return f"{', '.join(names[:most])} and {len(names) - most} more"
