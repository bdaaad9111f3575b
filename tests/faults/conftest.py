"""Installations that real workers can join: on a file of their own, or on a server."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from calendar_service.actions.service import Service
from calendar_service.clock import SystemClock
from calendar_service.config import read_secret, read_settings
from calendar_service.store.database import Database
from tests.faults.clocks import SharedClock
from tests.faults.forge import forge
from tests.faults.postgres_servers import PostgresServer, postgres_server


@pytest.fixture(scope="session", autouse=True)
def _forging() -> Iterator[None]:
    """Ends the forge of all workers with the tests."""
    forge()
    yield
    forge().close()


@pytest.fixture(params=["sqlite", "postgresql"])
def installation(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Service]:
    """An installation on the machine's clock, on each database in turn."""
    var = tmp_path / "var"
    var.mkdir(exist_ok=True)
    if request.param == "sqlite":
        database = Database(f"sqlite:///{var / 'calendar.sqlite3'}")
        database.upgrade()
    else:
        database = request.getfixturevalue("empty_postgres")
    yield _installed(database, var)
    database.close()


@pytest.fixture
def mortal_server(
    request: pytest.FixtureRequest, shared_postgres: Database
) -> Iterator[PostgresServer]:
    """A PostgreSQL server that this test may kill; its package is used as that of all tests is.

    A parameter is the size of its disk in mebibytes.
    """
    with postgres_server(getattr(request, "param", None)) as server:
        yield server


@pytest.fixture
def on_mortal_server(mortal_server: PostgresServer, tmp_path: Path) -> Iterator[Service]:
    """An installation on the machine's clock, on the server that may be killed."""
    var = tmp_path / "var"
    var.mkdir(exist_ok=True)
    database = Database(mortal_server.url)
    database.upgrade()
    yield _installed(database, var)
    database.close()


@pytest.fixture
def shared_clock(tmp_path: Path) -> SharedClock:
    """The machine's clock for an installation `clocked`, and for its workers."""
    return SharedClock(tmp_path / "clock.json")


@pytest.fixture
def clocked(installation: Service, shared_clock: SharedClock) -> Service:
    """The installation on a clock that a test can set."""
    return replace(installation, clock=shared_clock)


def _installed(database: Database, var: Path) -> Service:
    named = {
        "CALENDAR_VAR": str(var),
        "CALENDAR_DATABASE_URL": database.url.render_as_string(hide_password=False),
        "CALENDAR_ORIGIN": "https://calendar.example.org",
    }
    settings = read_settings(named, var.parent)
    return Service(database, settings, SystemClock(), read_secret(var))
