"""The database, for the commands that need it."""

from collections.abc import Iterator
from contextlib import contextmanager

from collector.cli.failures import RefusedError
from collector.cli.opening import Opened
from collector.ports import Store, StoreUnavailable
from collector.services.refused import Refused
from collector.store import StoreError, open_store


@contextmanager
def store_of(work: Opened, *, create: bool = False) -> Iterator[Store]:
    """The configuration's database, open; with `create` it is made where it is missing."""
    with refused_by_store():
        store = open_store(work.settings.database, create=create)
        try:
            yield store
        finally:
            store.close()


@contextmanager
def refused_by_store() -> Iterator[None]:
    """What was refused, and failures of the database that are nobody's bug, as lines for the
    user."""
    try:
        yield
    except Refused as error:
        raise RefusedError(*error.lines) from None
    except StoreError as error:
        raise RefusedError(str(error)) from None
    except StoreUnavailable as error:
        raise RefusedError(f"the database cannot be used just now: {error}") from None
