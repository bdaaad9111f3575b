"""The editors' verbs: each publishes an event's next state and all that follows from it.

A revision, the feeds it is in, its instances, its reminders and the audit line are written in
one transaction, or none of them. Where feeds are kept as files too, these follow.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from uuid import uuid4

from sqlalchemy.orm import Session

from calendar_service.actions.changing import changing_feeds
from calendar_service.actions.notices import plan_arrivals, plan_news
from calendar_service.actions.planning import plan_event
from calendar_service.actions.rendering import (
    FeedChanges,
    origin_of_feeds,
    place_event,
    rendered_after,
)
from calendar_service.actions.service import Service
from calendar_service.actions.topics import unknown_topics
from calendar_service.domain.dates import renamed_dates
from calendar_service.domain.documents import (
    Document,
    read_event,
    read_event_fields,
    write_event,
)
from calendar_service.domain.events import Event, Revision, Status
from calendar_service.domain.fields import Fields
from calendar_service.domain.names import slug_for
from calendar_service.domain.stretches import move_series
from calendar_service.domain.when import InMonth, When
from calendar_service.errors import ConflictError, InvalidInputError, Problem, UnknownEventError
from calendar_service.store.queries.events import (
    find_event,
    rename_instances,
    slugs_in_use,
    to_revision,
    write_revision,
)
from calendar_service.store.queries.records import write_audit
from calendar_service.store.rows import EventRow

EDITOR = "editor"
NEW = "new event"
"""Where the mistakes of one are said to be."""


@dataclass(frozen=True, slots=True)
class Published:
    """What came of a verb: the event as it now stands, and whether anything changed."""

    revision: Revision
    changed: bool


def add_event(
    service: Service,
    document: Document,
    *,
    known_topics: Collection[str] = (),
    actor: str = EDITOR,
) -> Published:
    """Publishes a new event of a document; UID and slug are made where it names none.

    Of its topics, the `known` ones have to be those of a feed or of another event.

    Raises InvalidInputError with every mistake, or ConflictError where the UID or slug is taken.
    """
    with changing_feeds(service) as (session, changes):
        title = document.get("title")
        language = document.get("language")
        named = str(title.get(language, "")) if isinstance(title, dict) else ""
        slug = slug_for(named, slugs_in_use(session))
        wrong = unknown_topics(session, NEW, known_topics)
        event = _read_new({"uid": str(uuid4()), "slug": slug, **document}, wrong)
        for name in (event.uid, event.slug):
            if find_event(session, name) is not None:
                raise ConflictError(
                    f"There is an event {name!r} already; choose another name, or change that "
                    f"one with `calendar-service events move {name}`."
                )
        return publish(session, service, None, event, changes, actor=actor, action="add")


def _read_new(document: Document, wrong: Sequence[Problem]) -> Event:
    """The event of a document; raises InvalidInputError with its mistakes and the ones known."""
    problems: list[Problem] = []
    event = read_event_fields(Fields(document, NEW, problems))
    if problems or wrong:
        raise InvalidInputError([*problems, *wrong])
    return event


def move_event(
    service: Service, name: str, when: When, *, actor: str = EDITOR, silent: bool = False
) -> Published:
    """Gives an event a new time; a postponed one is confirmed by it, if its day is known.

    Its readers are told, unless it is a `silent` correction.

    Raises UnknownEventError, or ConflictError for an event that was cancelled.
    """
    with changing_feeds(service) as (session, changes):
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
        if event.recurrence is not None:
            moved = _moved_series(event, moved)
        return publish(
            session, service, row, moved, changes, actor=actor, action="move", silent=silent
        )


def cancel_event(
    service: Service, name: str, reason: str, *, actor: str = EDITOR, silent: bool = False
) -> Published:
    """Cancels an event for a reason, told in the event's own language; raises UnknownEventError.

    Without a reason, one that was told before stays. Its readers are told, unless it is `silent`.
    """
    with changing_feeds(service) as (session, changes):
        row = _existing(session, name)
        event = to_revision(row).event
        cancelled = _without_a_date(event, Status.CANCELLED, reason)
        return publish(
            session, service, row, cancelled, changes, actor=actor, action="cancel", silent=silent
        )


def postpone_event(
    service: Service,
    name: str,
    reason: str,
    *,
    until: InMonth | None = None,
    actor: str = EDITOR,
    silent: bool = False,
) -> Published:
    """Puts an event off to a day that is not known yet, perhaps to a month; `move_event` ends it.

    Raises UnknownEventError, or ConflictError for an event that was cancelled, and for a series
    that is to be put off to a month.
    """
    with changing_feeds(service) as (session, changes):
        row = _existing(session, name)
        event = to_revision(row).event
        if event.status is Status.CANCELLED:
            raise ConflictError(f"{name!r} is cancelled already, and so cannot be postponed.")
        if until is not None and event.recurrence is not None:
            raise ConflictError(f"{name!r} is a series, which cannot be in a month of no day.")
        postponed = _without_a_date(event, Status.POSTPONED, reason)
        postponed = replace(postponed, when=until or event.when)
        return publish(
            session, service, row, postponed, changes, actor=actor, action="postpone", silent=silent
        )


def publish(
    session: Session,
    service: Service,
    row: EventRow | None,
    event: Event,
    changes: FeedChanges,
    *,
    actor: str,
    action: str,
    silent: bool = False,
) -> Published:
    """Publishes a state inside a planning transaction; one that changes nothing leaves no trace.

    The feeds that it changes are added to `changes`. Who follows the event is told what is news to
    them, unless it is `silent`. Raises UnrenderableError for an event that no calendar app could
    show.
    """
    now = service.clock.now()
    document = write_event(event)
    event = read_event(document, f"event {event.uid}")
    if row is not None and row.document == document:
        return Published(to_revision(row), changed=False)
    before = _as_it_was(row)
    dated = rendered_after(session, row.published_at, now=now) if row else now
    row = write_revision(session, row, event, now=dated, at=now, actor=actor, silent=silent)
    origin = origin_of_feeds(session, service)
    place_event(session, row, to_revision(row), changes, origin=origin, now=now)
    if before is not None:
        rename_instances(session, row.id, renamed_dates(before, event, now=now))
    plan_event(session, row, event, now=now)
    if not silent:
        plan_arrivals(session, row, now=now)
    if before is not None and not silent:
        plan_news(session, row, before, event, now=now, zone=service.settings.zone)
    write_audit(
        session,
        now=now,
        actor=actor,
        action=f"event.{action}",
        subject=event.uid,
        detail={"sequence": row.sequence, **({"silent": True} if silent else {})},
    )
    return Published(to_revision(row), changed=True)


def _without_a_date(event: Event, status: Status, reason: str) -> Event:
    """The event as it does not take place, for a reason, or for that which was told before."""
    known = event.reason if event.status is status else {}
    return replace(event, status=status, reason={event.language: reason} if reason else known)


def _as_it_was(row: EventRow | None) -> Event | None:
    """The state before; None of a new event, and of one that this release cannot read."""
    if row is None:
        return None
    try:
        return to_revision(row).event
    except InvalidInputError:
        return None


def _moved_series(before: Event, after: Event) -> Event:
    """A series whose start has moved, each of its dates with it."""
    assert before.recurrence is not None  # noqa: S101 - it is a series
    if isinstance(before.when, InMonth) or isinstance(after.when, InMonth):
        return after
    series = move_series(before.recurrence, before.when, after.when)
    return replace(after, recurrence=series)


def _existing(session: Session, name: str) -> EventRow:
    row = find_event(session, name)
    if row is None:
        raise UnknownEventError(name)
    return row
