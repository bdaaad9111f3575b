"""The editors' verbs: each publishes an event's next state and all that follows from it.

A revision, the feeds it is in, its instances, its reminders and the audit line are written in
one transaction, or none of them.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from calendar_service import __version__
from calendar_service.actions.planning import plan_event
from calendar_service.actions.service import Service
from calendar_service.domain.documents import Document, read_event, write_event
from calendar_service.domain.events import Event, Revision, Status
from calendar_service.domain.feeds import write_feed
from calendar_service.domain.names import slug_for
from calendar_service.domain.when import InMonth, When
from calendar_service.errors import ConflictError, UnknownEventError
from calendar_service.ical.calendars import FORMAT
from calendar_service.store.queries.events import (
    find_event,
    slugs_in_use,
    to_revision,
    write_revision,
)
from calendar_service.store.queries.feeds import (
    all_feeds,
    write_fingerprint,
    write_membership,
)
from calendar_service.store.queries.records import (
    RENDERING_FACT,
    read_fact,
    write_audit,
    write_fact,
)
from calendar_service.store.rows import EventRow, FeedEventRow

EDITOR = "editor"


@dataclass(frozen=True, slots=True)
class Published:
    """What came of a verb: the event as it now stands, and whether anything changed."""

    revision: Revision
    changed: bool


def add_event(service: Service, document: Document, *, actor: str = EDITOR) -> Published:
    """Publishes a new event of a document; UID and slug are made where it names none.

    Raises InvalidInputError with every mistake, or ConflictError where the UID or slug is taken.
    """
    with service.database.plan() as session:
        title = document.get("title")
        language = document.get("language")
        named = str(title.get(language, "")) if isinstance(title, dict) else ""
        slug = slug_for(named, slugs_in_use(session))
        event = read_event({"uid": str(uuid4()), "slug": slug, **document}, "new event")
        for name in (event.uid, event.slug):
            if find_event(session, name) is not None:
                raise ConflictError(
                    f"There is an event {name!r} already; choose another name, or change that "
                    f"one with `calendar-service events move {name}`."
                )
        return publish(session, service, None, event, actor=actor, action="add")


def move_event(service: Service, name: str, when: When, *, actor: str = EDITOR) -> Published:
    """Gives an event a new time; a postponed one is confirmed by it, if its day is known.

    Raises UnknownEventError, or ConflictError for an event that was cancelled.
    """
    with service.database.plan() as session:
        row = _existing(session, name)
        event = to_revision(row).event
        if event.status is Status.CANCELLED:
            raise ConflictError(
                f"{name!r} is cancelled and cannot move; publish a new event in its place."
            )
        settled = event.status is Status.POSTPONED and not isinstance(when, InMonth)
        status = Status.CONFIRMED if settled else event.status
        reason = {} if settled else event.reason
        moved = replace(event, when=when, status=status, reason=reason)
        return publish(session, service, row, moved, actor=actor, action="move")


def cancel_event(service: Service, name: str, reason: str, *, actor: str = EDITOR) -> Published:
    """Cancels an event for a reason, told in the event's own language; raises UnknownEventError."""
    with service.database.plan() as session:
        row = _existing(session, name)
        event = to_revision(row).event
        words = {event.language: reason} if reason else {}
        cancelled = replace(event, status=Status.CANCELLED, reason=words)
        return publish(session, service, row, cancelled, actor=actor, action="cancel")


def publish(
    session: Session,
    service: Service,
    row: EventRow | None,
    event: Event,
    *,
    actor: str,
    action: str,
) -> Published:
    """Publishes a state inside a planning transaction; one that changes nothing leaves no trace."""
    now = service.clock.now()
    document = write_event(event)
    event = read_event(document, f"event {event.uid}")
    if row is not None and row.document == document:
        return Published(to_revision(row), changed=False)
    row = write_revision(session, row, event, now=now, actor=actor)
    feeds = all_feeds(session)
    write_membership(
        session, row.id, [feed.slug for feed in feeds if feed.selection.matches(event)]
    )
    plan_event(session, row, event, now=now)
    refresh_feeds(session, service.settings.origin, now=now)
    write_audit(
        session,
        now=now,
        actor=actor,
        action=f"event.{action}",
        subject=event.uid,
        detail={"sequence": row.sequence},
    )
    return Published(to_revision(row), changed=True)


def refresh_feeds(session: Session, origin: str, *, now: datetime) -> list[str]:
    """Raises the state of every feed whose bytes would differ from before; tells which."""
    rendering = f"{FORMAT} {__version__} {origin}"
    known = read_fact(session, RENDERING_FACT)
    if known is None or known.value != rendering:
        write_fact(session, RENDERING_FACT, rendering, now=now.replace(microsecond=0))
    return [
        feed.slug
        for feed in all_feeds(session)
        if write_fingerprint(
            session,
            feed.slug,
            _fingerprint(session, feed.slug, rendering, write_feed(feed)),
            now=now,
        )
    ]


def _fingerprint(session: Session, slug: str, rendering: str, definition: Document) -> str:
    """A digest of everything that a feed's bytes are made from."""
    members = session.execute(
        select(EventRow.uid, EventRow.sequence, EventRow.published_at)
        .join(FeedEventRow)
        .where(FeedEventRow.feed_slug == slug)
        .order_by(EventRow.uid)
    )
    parts = [rendering, definition, [[*map(str, member)] for member in members]]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _existing(session: Session, name: str) -> EventRow:
    row = find_event(session, name)
    if row is None:
        raise UnknownEventError(name)
    return row
