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
    settings = read_settings(
        {
            "CALENDAR_VAR": str(var),
            "CALENDAR_DATABASE_URL": database.url.render_as_string(hide_password=False),
            "CALENDAR_ORIGIN": "https://calendar.example.org",
        },
        tmp_path,
    )
    yield Service(database, settings, SystemClock(), read_secret(var))
    database.close()


@pytest.fixture
def shared_clock(tmp_path: Path) -> SharedClock:
    """The machine's clock for an installation `clocked`, and for its workers."""
    return SharedClock(tmp_path / "clock.json")


@pytest.fixture
def clocked(installation: Service, shared_clock: SharedClock) -> Service:
    """The installation on a clock that a test can set."""
    return replace(installation, clock=shared_clock)
