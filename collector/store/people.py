"""Users and what they sign in with."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, RowMapping, func, select, update

from collector.domain.instants import Instant
from collector.domain.people import Login, Role, User
from collector.store.engine import Database
from collector.store.schema import users

_ADMINISTRATOR = Role.ADMINISTRATOR.value


class People(Database):
    """ports.PeopleStore."""

    def users(self) -> Sequence[User]:
        """All users that ever were, by name and then by when they were added."""
        statement = select(users).order_by(users.c.added_at, users.c.id)
        with self.reading() as connection:
            found = map(_user, connection.execute(statement).mappings())
            return sorted(found, key=lambda user: user.name)

    def login(self, name: str) -> Login | None:
        """What a user of that name signs in with; None where there is none, or no longer."""
        return self._login(users.c.name == name)

    def login_by_token(self, token_hash: str) -> Login | None:
        """The user whose token has this hash; None where there is none, or no longer."""
        return self._login(users.c.token_hash == token_hash)

    def _login(self, which: ColumnElement[bool]) -> Login | None:
        statement = select(users).where(which, users.c.removed_at.is_(None))
        with self.reading() as connection:
            row = connection.execute(statement).mappings().first()
        return None if row is None else Login(_user(row), row["password_hash"], row["token_hash"])

    def add_user(self, login: Login, *, replace: bool = False) -> None:
        """Add a user; with `replace` in the place of one of that name.

        ValueError where the name is taken, or where the last administrator would be gone.
        """
        user = login.user
        with self.writing() as connection:
            present = _present(connection, user.name)
            if present is not None:
                if not replace:
                    raise ValueError(f"there is a user {user.name!r} already")
                if user.role is not Role.ADMINISTRATOR:
                    _keep_an_administrator(connection, present)
                _remove(connection, user.name, user.added_by, user.added_at)
            connection.execute(
                users.insert().values(
                    name=user.name,
                    role=user.role.value,
                    password_hash=login.password_hash,
                    token_hash=login.token_hash,
                    token_start=user.token_start,
                    added_at=user.added_at,
                    added_by=user.added_by,
                )
            )

    def remove_user(self, name: str, by: str, now: Instant) -> None:
        """End a user's right to sign in; what the user did keeps its author.

        KeyError for an unknown one, ValueError for the last administrator.
        """
        with self.writing() as connection:
            present = _present(connection, name)
            if present is None:
                raise KeyError(name)
            _keep_an_administrator(connection, present)
            _remove(connection, name, by, now)


def _present(connection: Connection, name: str) -> RowMapping | None:
    statement = select(users).where(users.c.name == name, users.c.removed_at.is_(None))
    return connection.execute(statement).mappings().first()


def _keep_an_administrator(connection: Connection, leaving: RowMapping) -> None:
    if leaving["role"] != _ADMINISTRATOR:
        return
    others = connection.scalar(
        select(func.count())
        .select_from(users)
        .where(
            users.c.role == _ADMINISTRATOR,
            users.c.removed_at.is_(None),
            users.c.name != leaving["name"],
        )
    )
    if not others:
        raise ValueError(f"{leaving['name']!r} is the last administrator; add another one first")


def _remove(connection: Connection, name: str, by: str, now: Instant) -> None:
    """What nobody may sign in with any more is not kept either."""
    connection.execute(
        update(users)
        .where(users.c.name == name, users.c.removed_at.is_(None))
        .values(removed_at=now, removed_by=by, password_hash=None, token_hash=None)
    )


def _user(row: RowMapping) -> User:
    return User(
        row["name"],
        Role(row["role"]),
        row["added_at"],
        row["added_by"],
        row["token_start"],
        row["removed_at"],
        row["removed_by"],
    )
