"""What nearly every command needs first: the settings, the language, the time."""

import os
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from collector.cli.failures import RefusedError, unknown
from collector.domain.instants import Instant, instant
from collector.domain.periods import Period
from collector.kpi.periods import parse_period, running_month
from collector.language import Words, words
from collector.settings.errors import ConfigurationError
from collector.settings.load import load
from collector.settings.settings import Settings
from collector.settings.tables import Row, read_table

ALL_SITES = "all"


@dataclass(frozen=True, slots=True)
class Opened:
    """A configuration that was read, at an instant."""

    settings: Settings
    words: Words
    now: Instant

    def period(self, text: str | None) -> Period:
        """The period that was asked for, else the running month."""
        if text is None:
            return running_month(self.now, self.settings.zone)
        try:
            return parse_period(text, zone=self.settings.zone, now=self.now)
        except ValueError as error:
            raise RefusedError(str(error)) from None

    def site(self, key: str | None) -> str | None:
        """The site that was asked for; None for all of them."""
        if key is None or key == ALL_SITES:
            return None
        return self.one_of("site", key, self.settings.sites)

    def one_of(self, what: str, word: str, known: Collection[str]) -> str:
        """The word, refused with the nearest where it is not known."""
        if word not in known:
            raise unknown(what, word, known)
        return word


def opened(config: Path | None) -> Opened:
    """Read the configuration; refused with all that is wrong with it."""
    assert config is not None
    with refused():
        settings = load(config, os.environ)
    return Opened(settings, words(settings.language), instant(datetime.now(UTC)))


def table_of(file: Path, required: Sequence[str], optional: Sequence[str]) -> Sequence[Row]:
    """A CSV file's rows; refused with all that is wrong with it."""
    with refused():
        return read_table(file, required=required, optional=optional).rows


@contextmanager
def refused() -> Iterator[None]:
    """What is wrong with a configuration or a CSV file, as lines for the user."""
    try:
        yield
    except ConfigurationError as error:
        raise RefusedError(*error.problems) from None
