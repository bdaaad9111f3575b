"""The content of the sites that tests ask, and databases that fail in known ways."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, ClassVar

from flask import Flask
from flask.testing import FlaskClient
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from calendar_service.actions.publishing import add_event, cancel_event
from calendar_service.actions.service import Service
from calendar_service.store.database import Database
from calendar_service.web.app import create_app
from tests.calendars_at_work import NATO, SUMMITS, load_feeds, publish_event
from tests.ical.linted import assert_clean

FEEDS = ("/feeds/nato.ics", "/feeds/summits.ics")
PAGES = (
    "/",
    "/events/ankara",
    "/events/talks",
    "/events/meeting",
    "/events/the-hague",
    "/events/called-off",
    "/events/someday",
    "/feeds/nato",
    "/feeds/summits",
    "/privacy",
    "/imprint",
    "/check-your-mail",
)
"""Every page that anybody may open, one of each kind at least."""

PATIENCE = 0.05
"""Seconds that a session waits for a lock here, so that tests need not."""


class _CompiledOnce(BytecodeCache):
    """Keeps compiled templates from one test's application to the next: they take most time."""

    def __init__(self) -> None:
        self._compiled: dict[tuple[str, str], bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        compiled = self._compiled.get((bucket.key, bucket.checksum))
        if compiled is not None:
            bucket.bytecode_from_string(compiled)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._compiled[bucket.key, bucket.checksum] = bucket.bytecode_to_string()


_TEMPLATES = _CompiledOnce()


class _BuiltOnce(Rule):
    """Keeps what makes a rule's addresses, a function compiled for it, likewise."""

    _built: ClassVar[dict[tuple[object, ...], Any]] = {}

    def _compile_builder(self, append_unknown: bool = True) -> Any:
        key = (self.rule, str(self.defaults), tuple(self._trace), append_unknown)
        if key not in self._built:
            self._built[key] = super()._compile_builder(append_unknown)
        return self._built[key]


Flask.url_rule_class = _BuiltOnce


class _ReadingClient(FlaskClient):
    """Reads every answer to its end, so that no file of an answer stays open; lints calendars."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        answer = super().open(*args, **{"buffered": True, **kwargs})
        plain = "Content-Encoding" not in answer.headers
        if answer.mimetype == "text/calendar" and answer.data and plain:
            assert_clean(answer.data)
        return answer


def client_of(service: Service) -> FlaskClient:
    """Asks the site of a service as it is served: what nobody expected is an answer of 500."""
    app = create_app(service)
    app.test_client_class = _ReadingClient
    app.jinja_env.bytecode_cache = _TEMPLATES
    return app.test_client()


def fill(service: Service) -> None:
    """Two feeds; events that run, come, are over, are cancelled, without a day, and a draft."""
    load_feeds(service, NATO, SUMMITS)
    publish_event(
        service,
        "ankara",
        "2026-07-07",
        end="2026-07-08",
        slug="ankara",
        title={"en": "Summit in Ankara", "sq": "Samiti i Ankarasë", "fr": "Sommet d’Ankara"},
        description={"en": "The allies meet.", "sq": "Aleatët takohen."},
        place={"name": {"en": "Ankara"}, "zone": "Europe/Istanbul"},
        participants=[{"name": "Mark Rutte", "role": {"en": "Secretary General"}, "chair": True}],
        sources=[{"title": "The host's page", "url": "https://ankara.example.org/"}],
        topics=["summit"],
    )
    publish_event(service, "talks", "2026-01-04", end="2026-01-06")
    publish_event(
        service,
        "meeting",
        "2026-02-12T15:00:00",
        end="2026-02-12T18:00:00",
        zone="Europe/Brussels",
        relations=[{"type": "prepares", "uid": "ankara"}],
    )
    publish_event(service, "the-hague", "2025-06-24", end="2025-06-25", topics=["summit"])
    publish_event(service, "called-off", "2026-03-01")
    cancel_event(service, "called-off", "The hall has burnt down.")
    publish_event(service, "planned-in-secret", "2026-04-01", status="draft")
    add_event(
        service,
        {"uid": "someday", "language": "en", "title": {"en": "someday"}, "month": "2026-09"},
    )


@contextmanager
def on_another_connection(service: Service) -> Iterator[tuple[Service, Database]]:
    """The same installation with little patience, and the database that the test may lock."""
    hasty = Database(str(service.database.url), patience=PATIENCE)
    yield replace(service, database=hasty), service.database
    hasty.close()


@contextmanager
def without_database(service: Service) -> Iterator[FlaskClient]:
    """Asks a site whose database is gone together with its folder."""
    folder = service.settings.var / "taken-away"
    folder.mkdir()
    database = Database(f"sqlite:///{folder / 'calendar.sqlite3'}", patience=PATIENCE)
    folder.rmdir()
    yield client_of(replace(service, database=database))
    database.close()
