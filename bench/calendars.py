"""Databases with many events to measure on, made once and kept under .bench/."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from calendar_service.actions.content import load_content
from calendar_service.actions.rendering import renew_feeds
from calendar_service.actions.service import Service
from calendar_service.catalog.files import Content
from calendar_service.clock import SystemClock
from calendar_service.config import read_settings
from calendar_service.domain.documents import read_event, write_event
from calendar_service.domain.events import Event, Revision
from calendar_service.domain.feeds import Feed, Selection
from calendar_service.store.database import Database
from calendar_service.store.queries.records import RENDERING_FACT, write_fact
from calendar_service.store.rows import EventRow, RevisionRow

KEPT = Path(__file__).resolve().parents[1] / ".bench"
ORIGIN = "https://calendar.example.org"
FEED = Feed("bench", {"en": "Bench"}, Selection(everything=True), ("en",), "navy")
START = date(2026, 1, 1)
PUBLISHED = datetime(2026, 1, 1, tzinfo=UTC)
COPIED = 10_000
"""Stores of many times as many events are copies of one of so many, with names of their own."""


def event(number: int) -> Event:
    """An event whose VEVENT has about 468 octets."""
    day = START + timedelta(days=number % 1500)
    return read_event(
        {
            "uid": f"bench-{number:06}@example.org",
            "slug": f"event-{number:06}",
            "language": "en",
            "title": {"en": f"Meeting number {number} of the committee"},
            "place": {"name": {"en": "Brussels"}},
            "start": f"{day}T{8 + number % 10:02}:00:00",
            "end": f"{day}T{9 + number % 10:02}:30:00",
            "zone": "Europe/Brussels",
        }
    )


def revisions(events: int) -> Iterator[Revision]:
    """The first so many of them, as published."""
    return (Revision(event(number), 0, PUBLISHED, PUBLISHED) for number in range(events))


def service_with(events: int, folder: Path) -> Service:
    """A service in a folder, over a copy of a database with so many events in one feed."""
    kept = KEPT / f"calendar-{events}.sqlite3"
    if not kept.exists():
        times = events // COPIED
        if times > 1 and events % COPIED == 0:
            copied = service_with(COPIED, folder)
            copied.database.close()
            _multiply(folder / "calendar.sqlite3", times, kept)
        else:
            _make(events, kept)
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(kept, folder / "calendar.sqlite3")
    return service_in(folder)


def service_in(folder: Path) -> Service:
    """A service over the database that lies in a folder."""
    return _service(folder / "calendar.sqlite3")


def _service(file: Path) -> Service:
    named = {"CALENDAR_ORIGIN": ORIGIN, "CALENDAR_DATABASE_URL": f"sqlite:///{file}"}
    settings = read_settings(named, file.parent)
    database = Database(settings.database_url)
    database.upgrade()
    return Service(database, settings, SystemClock(), b"bench")


def _make(events: int, file: Path) -> None:
    """Stores the events at once and has the feed written, which publishing does one by one."""
    file.parent.mkdir(exist_ok=True)
    making = file.with_suffix(".making")
    making.unlink(missing_ok=True)
    service = _service(making)
    load_content(service, Content(feeds=(FEED,), seeds=()))
    with service.database.write() as session:
        rows = [_row(event(number)) for number in range(events)]
        session.add_all(rows)
        session.flush()
        session.add_all(
            RevisionRow(
                event_id=row.id,
                sequence=0,
                at=PUBLISHED,
                published_at=PUBLISHED,
                actor="bench",
                document=row.document,
            )
            for row in rows
        )
        write_fact(session, RENDERING_FACT, "not yet", now=PUBLISHED)
    renew_feeds(service)
    service.database.close()
    with sqlite3.connect(making) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("PRAGMA journal_mode=DELETE")
    making.replace(file)


def _multiply(file: Path, times: int, to: Path) -> None:
    """A store with the events of another one so many times, under other names."""
    with sqlite3.connect(file) as connection:
        for table in ("event", "revision", "feed_event", "feed_piece"):
            names = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
            chosen = ", ".join(_RENAMED.get(name, name) for name in names)
            number = "id" if table == "event" else "event_id"
            insert = f"INSERT INTO {table} SELECT {chosen} FROM {table} WHERE {number} <= {COPIED}"
            for more in range(COPIED, times * COPIED, COPIED):
                connection.execute(insert, {"more": more, "digits": f"{more:06}"[:2]})
        connection.commit()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("PRAGMA journal_mode=DELETE")
    shutil.copy(file, to)


def _named_anew(column: str, kind: str = "TEXT") -> str:
    """SQL that gives a column's text with the numbers of another copy."""
    renamed = f"CAST({column} AS TEXT)"
    for word in ("bench-", "event-"):
        renamed = f"replace({renamed}, '{word}00', '{word}' || :digits)"
    return f"CAST({renamed} AS {kind})"


_RENAMED = {
    "id": "id + :more",
    "event_id": "event_id + :more",
    "content": _named_anew("content", "BLOB"),
    **{name: _named_anew(name) for name in ("uid", "slug", "document", "position")},
}


def _row(of: Event) -> EventRow:
    return EventRow(
        uid=of.uid,
        slug=of.slug,
        status=str(of.status),
        first_day=of.when.first_day,
        last_day=of.when.last_day,
        listed_on=of.when.first_day,
        repeats=False,
        sequence=0,
        created_at=PUBLISHED,
        published_at=PUBLISHED,
        document=write_event(of),
    )
