"""The store: all that is kept, in SQLite or PostgreSQL, behind the ports of polling, figures and
commands."""

from collector.store.administration import Administration
from collector.store.checking import Checking
from collector.store.copying import Copying, restore
from collector.store.correcting import Correcting
from collector.store.engine import StoreError, parse
from collector.store.figures import Figures
from collector.store.freezing import Freezing
from collector.store.maintaining import Maintaining
from collector.store.migrating import prepare, upgrade
from collector.store.people import People
from collector.store.polling import Polling
from collector.store.registering import Registering
from collector.store.registers import Registers
from collector.store.resuming import Resuming
from collector.store.retention import Retaining

__all__ = ["SqlStore", "StoreError", "open_store", "restore", "upgrade"]


class SqlStore(
    Polling,
    Resuming,
    Registering,
    Figures,
    Maintaining,
    Correcting,
    Administration,
    Retaining,
    Checking,
    Copying,
    People,
    Freezing,
    Registers,
):
    """ports.Store over SQLAlchemy; may be shared between threads.

    Every method raises ports.StoreUnavailable while the database is locked, full, gone or
    read-only.
    """


def open_store(url: str, *, create: bool = False) -> SqlStore:
    """The store at a URL (`sqlite:///file`, `postgresql+psycopg://…`).

    StoreError, with what to do, for a database that is not there or of another version. With
    `create`, as the agent does, a missing or empty database is made, and an older SQLite file is
    upgraded after a copy NAME.before-REVISION was put beside it. StoreUnavailable where it cannot
    be reached just now.
    """
    prepare(url, create=create)
    return SqlStore(parse(url))
