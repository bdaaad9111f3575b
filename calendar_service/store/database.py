"""The database behind the service: its engine, its sessions and its migrations.

Reading and writing are told apart. On SQLite a writing session takes the write lock when it
begins (`BEGIN IMMEDIATE`), so that it never fails half-way because another one wrote first.
"""

from __future__ import annotations

import re
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.orm import Session

from calendar_service.errors import CalendarError, UnavailableError

BUSY_TIMEOUT = 5.0
"""Seconds: a writer holds the lock for milliseconds, so longer means that something is wrong."""

IDLE_TIMEOUT = 30
"""Seconds after which PostgreSQL ends who changes something and does nothing any more.

A process that stands still, or whose machine is gone, would keep others waiting for what it locked.
"""

_PATIENCE_WITH_US = text(f"SET LOCAL idle_in_transaction_session_timeout = '{IDLE_TIMEOUT}s'")

SAFE_SQLITE = (3, 51, 3)
_AT_FAULT = frozenset(["OperationalError", "InterfaceError"])
_PLANNING_LOCK = 0x63616C
_DEADLOCK = "40P01"
Done = TypeVar("Done")
_WRITES = "calendar_writes"


class DatabaseUrlError(CalendarError):
    """A database URL that names no database the service can use."""

    def __init__(self, url: str, why: str) -> None:
        shown = re.sub(r"://[^/]*@", "://...@", url)  # without a password
        super().__init__(
            f"{shown!r} is no usable database URL ({why}); write sqlite:///var/calendar.sqlite3 "
            f"or postgresql://user@host/name."
        )


class UndecidedError(UnavailableError):
    """The database was lost at the very commit: it may have kept the change, or not."""

    def __init__(self, cause: object) -> None:
        super().__init__(
            f"The database was lost while it was keeping a change: {cause}. It is there whole or "
            f"not at all; look which, before you make it again."
        )


class CollidedError(UnavailableError):
    """Two sessions waited for what the other one had; PostgreSQL ended this one, whole."""


class Database:
    """One database, by its URL; sessions translate its failures into UnavailableError.

    `patience` is how many seconds a session waits for another one's write lock (SQLite alone).
    """

    def __init__(self, url: str, *, patience: float = BUSY_TIMEOUT) -> None:
        self.url = _usable(url)
        self.dialect = self.url.get_backend_name()
        if self.dialect == "sqlite":
            self._engine = self._glancing = _sqlite_engine(self.url, patience)
        else:
            self._engine = _postgres_engine(self.url)
            self._glancing = _postgres_engine(self.url, isolation_level="AUTOCOMMIT")
        one_state = {} if self.dialect == "sqlite" else {"isolation_level": "REPEATABLE READ"}
        self._reading = self._engine.execution_options(**one_state)
        self._writing = self._engine.execution_options(**{_WRITES: True})

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that sees one state of the data and changes nothing."""
        with translated(), Session(self._reading) as session:
            yield session

    def glance(self, statement: str, *values: object) -> Any:
        """The first row of a plain statement with `?` marks, or None.

        It goes to the driver directly, for the few reads that each request makes: no session, no
        transaction, nothing compiled.
        """
        driver: Any = self._engine.dialect.dbapi
        if self.dialect == "postgresql":
            statement = statement.replace("?", "%s")
        try:
            with translated(), closing(self._glancing.raw_connection()) as connection:
                cursor = connection.cursor()
                cursor.execute(statement, values)
                return cursor.fetchone()
        except driver.Error as error:
            if _is_at_fault(error):
                raise _unavailable(error) from error
            raise

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session whose changes are committed together at its end, or not at all.

        Raises UndecidedError where nobody here can know which.
        """
        with translated(), Session(self._writing) as session:
            session.connection()  # takes SQLite's write lock now, not at the first statement
            if self.dialect == "postgresql":
                session.execute(_PATIENCE_WITH_US)
            yield session
            session.flush()
            try:
                session.commit()
            except DBAPIError as error:
                if error.connection_invalidated:
                    raise UndecidedError(error.orig) from error
                raise

    @contextmanager
    def plan(self) -> Iterator[Session]:
        """A writing session that no other planning one overlaps, on whatever machine.

        An event that moves while somebody subscribes to it would otherwise leave that reader
        planned at the old time.
        """
        with self.write() as session:
            if self.dialect == "postgresql":
                session.execute(text(f"SELECT pg_advisory_xact_lock({_PLANNING_LOCK})"))
            yield session

    def upgrade(self) -> None:
        """Brings the tables to the newest form; does nothing where they have it."""
        with translated(), self._writing.begin() as connection:
            if self.dialect == "postgresql":
                connection.execute(text(f"SELECT pg_advisory_xact_lock({_PLANNING_LOCK})"))
            command.upgrade(_alembic(connection), "head")

    def version(self) -> str | None:
        """The migration that the tables are at, or None before the first."""
        with translated(), self._engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()

    def software(self) -> str:
        """The database's name and version, for people."""
        if self.dialect == "sqlite":
            return f"SQLite {'.'.join(map(str, sqlite_version()))}"
        with translated(), self._engine.connect() as connection:
            return f"PostgreSQL {connection.execute(text('SHOW server_version')).scalar_one()}"

    def connection(self) -> Any:
        """A plain connection for the few who need one, such as a lock held for long."""
        return self._engine.connect()

    def close(self) -> None:
        """Gives up all connections."""
        for engine in {self._engine, self._glancing}:
            engine.dispose()


def begun_again(work: Callable[[], Done], *, after: type[Exception]) -> Done:
    """Does a piece of work, and anew where another was in its way: twice at most."""
    for _ in range(2):
        with suppress(after):
            return work()
    return work()


def newest_version() -> str:
    """The migration that this release's code needs."""
    head = ScriptDirectory.from_config(_alembic()).get_current_head()
    assert head is not None  # noqa: S101 - there is always a first migration
    return head


def sqlite_version() -> tuple[int, ...]:
    """The version of the SQLite that is used; before 3.51.3 its WAL can lose a write."""
    version: str = _sqlite_module().sqlite_version
    return tuple(int(part) for part in version.split("."))


@contextmanager
def translated() -> Iterator[None]:
    """Makes UnavailableError of what the database fails at for now."""
    try:
        yield
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) == _DEADLOCK:
            raise CollidedError(str(_unavailable(error.orig))) from error
        if error.connection_invalidated or _is_at_fault(error.orig):
            raise _unavailable(error.orig) from error
        raise


def _unavailable(cause: object) -> UnavailableError:
    return UnavailableError(
        f"The database cannot serve just now: {cause}. Nothing was changed; "
        f"`calendar-service doctor` tells more."
    )


def _is_at_fault(error: BaseException | None) -> bool:
    """Whether the database, and not the statement, caused a driver's error.

    PostgreSQL's full disk is a kind of OperationalError; a DatabaseError that is of no kind is
    SQLite's word for a damaged file. Every driver has these names (PEP 249).
    """
    kinds = [kind.__name__ for kind in type(error).__mro__]
    return kinds[0] == "DatabaseError" or not {"OperationalError", "InterfaceError"}.isdisjoint(
        kinds
    )


def _usable(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise DatabaseUrlError(url, "it cannot be parsed") from error
    if parsed.drivername in {"postgresql", "postgres"}:
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername == "sqlite" and not parsed.database:
        raise DatabaseUrlError(url, "it names no file")
    if parsed.get_backend_name() not in {"sqlite", "postgresql"}:
        raise DatabaseUrlError(url, "only sqlite and postgresql are known")
    return parsed


def _sqlite_module() -> ModuleType:
    """The newer SQLite of the `pysqlite3` wheel where there is one, else Python's own."""
    try:
        return import_module("pysqlite3.dbapi2")
    except ImportError:
        return sqlite3


def _sqlite_engine(url: URL, patience: float) -> Engine:
    file = Path(str(url.database))
    if not file.parent.is_dir():
        raise DatabaseUrlError(str(url), f"there is no folder {file.parent}")
    engine = create_engine(
        url,
        module=_sqlite_module(),
        connect_args={"timeout": patience, "check_same_thread": False},
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _postgres_engine(url: URL, **options: str) -> Engine:
    try:
        return create_engine(url, pool_pre_ping=True, **options)
    except ModuleNotFoundError as error:
        raise DatabaseUrlError(
            str(url),
            f"its driver is not installed; run `{sys.executable} -m pip install 'psycopg[binary]'`",
        ) from error


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # no hidden BEGIN: ours is below
    cursor = connection.cursor()
    # What is deleted is overwritten, as far as that writes nothing more: addresses are to be gone.
    safety = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=FAST")
    for pragma in safety:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _alembic(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", "calendar_service.store:migrations")
    config.attributes["connection"] = connection
    return config
