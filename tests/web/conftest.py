"""A site with content, and a client that asks it as a browser or a calendar app does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from calendar_service.actions.service import Service
from calendar_service.clock import SetClock
from calendar_service.config import Settings, read_settings
from calendar_service.store.database import Database
from tests.calendars_at_work import NATO, load_feeds, publish_event
from tests.stores import WINTER, reset
from tests.web.sites import client_of, fill

SECRET = b"a secret of these tests only"


@pytest.fixture(scope="session")
def filled(sqlite_form: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A database with feeds and events, which others are made like."""
    folder = tmp_path_factory.mktemp("filled")
    database = Database(f"sqlite:///{folder / 'filled.sqlite3'}")
    reset(database, sqlite_form)
    fill(Service(database, read_settings({}, folder), SetClock(WINTER), SECRET))
    yield database
    database.close()


@pytest.fixture
def site(
    shared_sqlite: Database, filled: Database, settings: Settings, clock: SetClock
) -> Iterator[Service]:
    """An installation with two feeds and an event of each kind, seen in WINTER."""
    reset(shared_sqlite, filled)
    yield Service(shared_sqlite, settings, clock, SECRET)
    shared_sqlite.close()


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
