"""Words and number formats of the language that the staff and the board read."""

from collector.language.words import LANGUAGES, Words, words

__all__ = ["LANGUAGES", "Words", "words"]
