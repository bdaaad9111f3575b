"""What calendar apps fetch: a feed's or an event's bytes with their validators."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from datetime import datetime

from calendar_service.actions.service import Service
from calendar_service.domain.events import Status
from calendar_service.errors import UnknownEventError, UnknownFeedError
from calendar_service.ical.calendars import Rendered, event_calendar, feed_calendar
from calendar_service.language.negotiation import lookup
from calendar_service.store.queries.events import events_of_feed, find_event, to_revision
from calendar_service.store.queries.feeds import find_feed
from calendar_service.store.queries.records import RENDERING_FACT, read_fact

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Served:
    """Bytes to serve. `etag` is strong and unquoted, `last_modified` UTC in whole seconds."""

    content: bytes
    etag: str
    last_modified: datetime
    language: str


def serve_feed(service: Service, slug: str, language: str | None) -> Served:
    """A feed in a language, or in its own if that is not offered; raises UnknownFeedError."""
    with service.database.read() as session:
        state = find_feed(session, slug)
        if state is None:
            raise UnknownFeedError(slug)
        revisions = events_of_feed(session, slug)
    feed = state.feed
    found = lookup(language, feed.languages) if language else None
    spoken = found or feed.language
    rendered = feed_calendar(
        revisions,
        feed,
        language=spoken,
        fell_back=bool(language) and found is None,
        origin=service.settings.origin,
    )
    return _served(rendered, state.last_modified, spoken)


def serve_event(service: Service, name: str, language: str | None) -> Served:
    """One event as a calendar of its own.

    Raises UnknownEventError, also for a draft and for one whose day is not yet known.
    """
    with service.database.read() as session:
        row = find_event(session, name)
        if row is None or row.status == Status.DRAFT:
            raise UnknownEventError(name)
        revision = to_revision(row)
        rendering = read_fact(session, RENDERING_FACT)
    event = revision.event
    found = lookup(language, tuple(event.title)) if language else None
    spoken = found or event.language
    rendered = event_calendar(revision, language=spoken, origin=service.settings.origin)
    if rendered.left_out:
        raise UnknownEventError(name)
    renewed = rendering.noted_at if rendering else revision.published_at
    return _served(rendered, max(revision.published_at, renewed), spoken)


def _served(rendered: Rendered, last_modified: datetime, language: str) -> Served:
    for left_out in rendered.left_out:
        _log.error("event %s is left out of its feeds: %s", left_out.uid, left_out.reason)
    etag = hashlib.sha256(rendered.content).hexdigest()[:32]
    return Served(rendered.content, etag, last_modified, language)
