"""The whole store into another, empty database: from SQLite to PostgreSQL, or the other way."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    Double,
    Integer,
    RowMapping,
    Table,
    cast,
    func,
    literal,
    select,
    text,
)
from sqlalchemy.engine import URL

from collector.domain.instants import SECOND
from collector.ports import StoreUnavailable
from collector.store.engine import Database, StoreError, parse, sqlite_path, unavailable
from collector.store.holding import hold
from collector.store.migrating import create_sqlite, migrate_on, prepare, schema_of, words
from collector.store.schema import HEAD, intervals, metadata

CHUNK = 10_000
"""Rows in memory at a time."""

Report = Callable[[str, int, int | None], None]
"""Told what is being done, how many rows of it are done, and of how many (None: no saying)."""

Chunk = Sequence[Sequence[Any]]
Tally = Mapping[str, Any]

_PRIME = literal(1_000_003, BigInteger)
"""Sums of instants would overflow; sums of what remains after division by a prime do not."""


def transfer(source: str, target: str, report: Report) -> Mapping[str, int]:
    """Copy a store into an empty database, all of it or nothing; the rows of each table.

    Nobody else polls or writes meanwhile. What was written is read back and held against the
    source before it counts. StoreError with the reason where nothing was copied.
    """
    origin, destination = parse(source), parse(target)
    if _same(origin, destination):
        raise StoreError(f"{words(destination)}: is the configured database itself; name another")
    prepare(source, create=False)
    with ExitStack() as held:
        held.enter_context(hold(source))
        with _told_of(destination):
            held.enter_context(hold(target))
            _refuse_filled(destination)
        from_ = held.enter_context(closing(Database(origin)))
        # Not `reading`: what a command changed meanwhile would be missing in the copy.
        reading = held.enter_context(from_.writing())
        report("counting", 0, None)
        before = tallies(reading)
        with _told_of(destination), _filled(destination) as writing:
            for table in metadata.sorted_tables:
                total = before[table.name]["rows"]
                _write(
                    writing,
                    table,
                    _counted(_read(origin, reading, table), table.name, total, report),
                )
                _continue_ids(reading, writing, table)
            report("comparing", 0, None)
            _refuse_difference(destination, before, tallies(writing))
    return {name: tally["rows"] for name, tally in before.items()}


def tallies(connection: Connection) -> Mapping[str, Tally]:
    """For each table its rows and figures that change with any value but a text's letters."""
    found = {table.name: dict(_tally(connection, table)) for table in metadata.sorted_tables}
    lengths = select(
        intervals.c.state, func.sum((intervals.c.end - intervals.c.start) // SECOND)
    ).group_by(intervals.c.state)
    for state, seconds in connection.execute(lengths):
        found[intervals.name][f"seconds {state}"] = seconds
    return found


def _tally(connection: Connection, table: Table) -> RowMapping:
    figures = [func.count().label("rows")]
    for column in table.columns:
        name = column.name
        if isinstance(column.type, Integer):
            figures.append(func.sum(column % _PRIME).label(f"sum {name}"))
        elif isinstance(column.type, Double):
            millionths = column * 1e6
            if connection.dialect.name != "sqlite":  # where a cast does not round
                millionths = func.trunc(millionths)
            figures.append(func.sum(cast(millionths, BigInteger) % _PRIME).label(f"sum {name}"))
        else:
            figures.append(func.sum(func.length(column)).label(f"length {name}"))
    return connection.execute(select(*figures).select_from(table)).mappings().one()


def _refuse_difference(url: URL, before: Mapping[str, Tally], after: Mapping[str, Tally]) -> None:
    different = [
        f"{name} ({tally['rows']} rows, {after[name]['rows']} in the copy)"
        for name, tally in before.items()
        if tally != after[name]
    ]
    if different:
        raise StoreError(
            f"{words(url)}: the copy differs in {', '.join(different)}; nothing of it was kept"
        )


def _read(url: URL, connection: Connection, table: Table) -> Iterator[Chunk]:
    rows = select(table).order_by(*table.primary_key).execution_options(yield_per=CHUNK)
    with _told_of(url):
        yield from connection.execute(rows).partitions()


def _counted(chunks: Iterable[Chunk], name: str, total: int, report: Report) -> Iterator[Chunk]:
    done = 0
    report(name, done, total)
    for chunk in chunks:
        yield chunk
        done += len(chunk)
        report(name, done, total)


def _write(connection: Connection, table: Table, chunks: Iterable[Chunk]) -> None:
    connection.execute(table.delete())  # the migrations' own rows are among those that come
    insert = _insert_sqlite if connection.dialect.name == "sqlite" else _insert_postgresql
    insert(connection, table, chunks)


def _insert_sqlite(connection: Connection, table: Table, chunks: Iterable[Chunk]) -> None:
    places = ", ".join("?" * len(table.columns))
    statement = f"INSERT INTO {_columns(connection, table)} VALUES ({places})"  # noqa: S608 - names of the schema
    for chunk in chunks:
        connection.exec_driver_sql(statement, [tuple(row) for row in chunk])


def _insert_postgresql(connection: Connection, table: Table, chunks: Iterable[Chunk]) -> None:
    """COPY, at a tenth of the time that INSERT takes."""
    import psycopg  # noqa: PLC0415 - an extra that SQLite's users need not install

    driver: Any = connection.connection
    try:
        with driver.cursor().copy(f"COPY {_columns(connection, table)} FROM STDIN") as copy:
            for chunk in chunks:
                for row in chunk:
                    copy.write_row(row)
    except psycopg.Error as error:
        reason = unavailable(error)
        if reason is not None:
            raise StoreUnavailable(reason) from error
        said = str(error).strip().partition("\n")[0]
        raise StoreError(
            f"{table.name}: PostgreSQL does not take what is stored: {said}"
        ) from error


def _columns(connection: Connection, table: Table) -> str:
    preparer = connection.dialect.identifier_preparer
    names = ", ".join(preparer.quote(column.name) for column in table.columns)
    return f"{preparer.format_table(table)} ({names})"


def _continue_ids(reading: Connection, writing: Connection, table: Table) -> None:
    """Give new rows ids after all that ever were given, those of deleted rows too."""
    column = table.autoincrement_column
    if column is None:
        return
    greatest = reading.scalar(select(func.max(column))) or 0
    last = max(greatest, _last_id(reading, table))
    if not last:
        return
    if writing.dialect.name != "sqlite":
        sequence = func.pg_get_serial_sequence(table.name, column.name)
        writing.execute(select(func.setval(sequence, last)))
    elif table.dialect_options["sqlite"]["autoincrement"]:
        given = {"name": table.name, "last": last}
        writing.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), given)
        writing.execute(text("INSERT INTO sqlite_sequence VALUES (:name, :last)"), given)


def _last_id(connection: Connection, table: Table) -> int:
    """The last id that was given; 0 where none was, or where SQLite does not remember it."""
    if connection.dialect.name == "sqlite":
        statement = text("SELECT seq FROM sqlite_sequence WHERE name = :name")
        return connection.scalar(statement, {"name": table.name}) or 0
    column = table.autoincrement_column
    assert column is not None
    sequence = connection.scalar(select(func.pg_get_serial_sequence(table.name, column.name)))
    last, called = connection.execute(text(f"SELECT last_value, is_called FROM {sequence}")).one()  # noqa: S608 - as the server quotes it
    return int(last) if called else 0


@contextmanager
def _filled(url: URL) -> Iterator[Connection]:
    """A transaction on a database that gets the schema in it; undone, all of it, if it fails."""
    path = sqlite_path(url)
    if path is None:
        database = Database(url)
        with closing(database), database.writing() as connection:
            migrate_on(connection, HEAD)
            yield connection
            connection.execute(text("ANALYZE"))
        return
    part = path.with_name(f"{path.name}.part")
    _remove(part)
    create_sqlite(part)
    try:
        new = Database(url.set(database=str(part)))
        with closing(new), new.writing() as connection:
            migrate_on(connection, HEAD)
            yield connection
        part.replace(path)
    finally:
        _remove(part)


def _remove(file: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        file.with_name(file.name + suffix).unlink(missing_ok=True)


def _refuse_filled(url: URL) -> None:
    path = sqlite_path(url)
    if path is not None:
        if path.exists():
            raise StoreError(f"{path} exists already; name another file")
        return
    with closing(Database(url)) as database:
        if schema_of(database) is not None:
            raise StoreError(f"{words(url)}: the database is not empty; name one that is")


def _same(one: URL, other: URL) -> bool:
    paths = sqlite_path(one), sqlite_path(other)
    if paths[0] is not None and paths[1] is not None:
        return paths[0].resolve() == paths[1].resolve()
    return (one.host, one.port, one.database, one.query) == (
        other.host,
        other.port,
        other.database,
        other.query,
    )


@contextmanager
def _told_of(url: URL) -> Iterator[None]:
    """What makes a database unusable, as an error that names it: there are two of them here."""
    try:
        yield
    except StoreUnavailable as error:
        raise StoreError(f"{words(url)}: the database cannot be used: {error}") from error
