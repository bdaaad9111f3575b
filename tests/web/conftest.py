"""A site with content, and a client that asks it as a browser or a calendar app does."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from calendar_service.actions.service import Service
from calendar_service.clock import SetClock
from calendar_service.config import Settings, read_settings
from calendar_service.store.database import Database
from tests.calendars_at_work import NATO, load_feeds, publish_event
from tests.stores import WINTER
from tests.web.sites import client_of, fill

SECRET = b"a secret of these tests only"


@pytest.fixture(scope="session")
def filled(sqlite_form: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with feeds and events, to be copied."""
    folder = tmp_path_factory.mktemp("filled")
    file = Path(shutil.copy(sqlite_form, folder / "filled.sqlite3"))
    database = Database(f"sqlite:///{file}")
    fill(Service(database, read_settings({}, folder), SetClock(WINTER), SECRET))
    with database.connection() as connection:
        connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    database.close()
    return file


@pytest.fixture
def site(filled: Path, tmp_path: Path, settings: Settings, clock: SetClock) -> Iterator[Service]:
    """An installation with two feeds and an event of each kind, seen in WINTER."""
    file = shutil.copy(filled, tmp_path / "calendar.sqlite3")
    database = Database(f"sqlite:///{file}")
    yield Service(database, settings, clock, SECRET)
    database.close()


@pytest.fixture
def client(site: Service) -> FlaskClient:
    """Asks it as it is served: an error that nobody expected is an answer of 500."""
    return client_of(site)


@pytest.fixture
def quiet_client(sqlite_service: Service) -> FlaskClient:
    """Asks a site whose only event is long over."""
    load_feeds(sqlite_service, NATO)
    publish_event(sqlite_service, "the-hague", "2025-06-24", end="2025-06-25")
    return client_of(sqlite_service)
