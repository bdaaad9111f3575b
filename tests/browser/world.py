"""The site that browsers open: the starting content and an event of each kind, on loopback."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from calendar_service.actions.content import load_content
from calendar_service.actions.publishing import add_event, cancel_event, move_event
from calendar_service.actions.rendering import renew_feeds
from calendar_service.actions.service import Service
from calendar_service.catalog.files import load_content as read_content
from calendar_service.clock import SetClock
from calendar_service.config import read_settings
from calendar_service.store.database import Database
from calendar_service.web.app import create_app
from tests.builders import timed

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

CHECKOUT = Path(__file__).resolve().parents[2]
PUBLISHED = datetime(2026, 2, 1, 9, tzinfo=UTC)
TODAY = datetime(2026, 2, 5, 14, tzinfo=UTC)

BRUSSELS = {
    "name": {"en": "Brussels", "sq": "Bruksel", "fr": "Bruxelles"},
    "zone": "Europe/Brussels",
    "latitude": 50.85,
    "longitude": 4.35,
}


class _Quiet(WSGIRequestHandler):
    def log(self, *_: object) -> None:
        """Says nothing: the tests do."""


@contextmanager
def newspaper(code: str) -> Iterator[str]:
    """Another site with a page of that code; its address."""

    def page(_: WSGIEnvironment, start: StartResponse) -> list[bytes]:
        start("200 OK", [("Content-Type", "text/html; charset=utf-8")])
        return [f"<title>A newspaper</title><link rel=icon href=data:,>{code}".encode()]

    server = make_server("127.0.0.1", 0, page, threaded=True, request_handler=_Quiet)
    with _answering(server):
        yield f"http://127.0.0.1:{server.server_port}/"


@contextmanager
def served(folder: Path) -> Iterator[Service]:
    """A service with content, answering at its own origin until the block ends."""
    server = make_server("127.0.0.1", 0, lambda *_: [], threaded=True, request_handler=_Quiet)
    service = _service(folder, f"http://127.0.0.1:{server.server_port}")
    _fill(service)
    server.app = create_app(service)
    with _answering(server):
        yield service
    service.database.close()


@contextmanager
def _answering(server: BaseWSGIServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


def _service(folder: Path, origin: str) -> Service:
    (folder / "var").mkdir(parents=True)
    database = Database(f"sqlite:///{folder / 'calendar.sqlite3'}")
    database.upgrade()
    settings = read_settings({"CALENDAR_ORIGIN": origin}, folder)
    return Service(database, settings, SetClock(PUBLISHED), b"a secret of these tests only")


def _fill(service: Service) -> None:
    renew_feeds(service)
    load_content(service, read_content(CHECKOUT))
    _publish(
        service,
        "briefing",
        "Press briefing of the spokesperson",
        start="2026-02-03T11:00:00",
        end="2026-02-03T11:45:00",
        zone="Europe/Brussels",
        place=BRUSSELS,
        recurrence={"rule": "FREQ=WEEKLY"},
        conference={"url": "https://example.org/live"},
    )
    _publish(service, "exercise", "Exercise Steadfast Dart", start="2026-01-20", end="2026-02-20")
    _publish(
        service,
        "speech",
        "Speech of the Secretary General at the Atlantic Council",
        start="2026-02-17T18:30:00",
        end="2026-02-17T20:00:00",
        zone="America/New_York",
        place={"name": {"en": "Washington, D.C."}, "latitude": 38.9, "longitude": -77.03},
        organizer={"en": "Atlantic Council"},
        description={"en": "An address on what the summit in Ankara is to decide."},
        sources=[{"title": "The organiser’s page", "url": "https://example.org/speech"}],
    )
    _publish(service, "visit", "Visit to Prishtina", start="2026-02-25")
    _publish(service, "maybe", "Military Committee", start="2026-03-04", status="tentative")
    _publish(service, "someday", "Informal meeting of foreign ministers", month="2026-02")
    for number in range(8):
        _publish(service, f"talk-{number}", f"Talk {number + 1}", start="2026-02-24")
    for number in range(60):
        day = f"2026-{4 + number % 8:02}-{1 + number % 28:02}"
        _publish(service, f"group-{number}", f"Working group, session {number + 1}", start=day)
    service.clock.set(datetime(2026, 2, 2, 10, tzinfo=UTC))  # type: ignore[attr-defined]
    cancel_event(service, "visit", "The Secretary General is ill.")
    new_york = timed("2026-02-19 17:00", "18:30", zone="America/New_York")
    move_event(service, "speech", new_york)
    service.clock.set(TODAY)  # type: ignore[attr-defined]


def _publish(service: Service, uid: str, title: str, **fields: object) -> None:
    named = {"uid": uid, "slug": uid, "language": "en", "title": {"en": title}}
    add_event(service, {**named, "topics": ["nato"], **fields})
