"""What a command says when it cannot do what it was asked to."""

from collections.abc import Collection

from collector.domain import naming

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
    return RefusedError(naming.unknown(what, word, known))
