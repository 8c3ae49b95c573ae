"""What to say of a word that is not known."""

from collections.abc import Collection
from difflib import get_close_matches


def unknown(what: str, word: str, known: Collection[str], most: int = 12) -> str:
    """One line that names the nearest of the known words, or `most` of them."""
    folded = {name.casefold(): str(name) for name in sorted(known, reverse=True)}
    near = get_close_matches(word.casefold(), folded, n=1)
    if near:
        return f"unknown {what} {word!r}; did you mean {folded[near[0]]!r}?"
    if not known:
        return f"unknown {what} {word!r}; there are none"
    names = sorted(known)
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return f"unknown {what} {word!r}; known are {', '.join(names[:most])}{more}"
