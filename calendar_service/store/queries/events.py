"""Events: as they stand, and how they are written."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TypeVarTuple

from sqlalchemy import Select, delete, func, or_, select
from sqlalchemy.orm import Session

from calendar_service.domain.documents import read_event, write_event
from calendar_service.domain.events import Event, RelationType, Revision, Status
from calendar_service.domain.recurrence import (
    Occurrence,
    instance,
    named_start,
)
from calendar_service.domain.when import InMonth, KnownWhen, Timed, When, sort_key
from calendar_service.domain.when_documents import read_when, write_when
from calendar_service.errors import InvalidInputError, UnknownEventError
from calendar_service.store.rows import (
    EventRow,
    FeedEventRow,
    OccurrenceRow,
    RelationRow,
    RevisionRow,
)

ONE_SECOND = timedelta(seconds=1)
MOST_NUMBERS = 500
"""Numbers that one statement names."""

_log = logging.getLogger(__name__)
Columns = TypeVarTuple("Columns")


@dataclass(frozen=True, slots=True)
class Dated:
    """An event's revision and when it is: of a series, one instance."""

    revision: Revision
    when: When


def event_of_uid(session: Session, uid: str) -> EventRow | None:
    """The event of a UID."""
    return session.scalar(select(EventRow).where(EventRow.uid == uid))


def find_event(session: Session, name: str) -> EventRow | None:
    """The event of a UID or, where no UID is the same, of a slug."""
    by_slug = select(EventRow).where(EventRow.slug == name)
    return event_of_uid(session, name) or session.scalar(by_slug)


def to_revision(row: EventRow) -> Revision:
    """The row's present state as a value."""
    event = read_event(row.document, f"event {row.uid} in the store")
    return Revision(event, row.sequence, row.published_at, row.created_at)


def readable(rows: Iterable[EventRow]) -> Iterator[tuple[EventRow, Revision]]:
    """The rows whose documents this release can read, with their revisions.

    An older release may have stored what this one refuses; one such event must not cost the others.
    """
    for row in rows:
        try:
            yield row, to_revision(row)
        except InvalidInputError as error:
            _log.error("event %s cannot be read: %s", row.uid, error)


def readable_or_unknown(row: EventRow) -> Revision:
    """The row as a value; raises UnknownEventError for what this release cannot read."""
    try:
        return to_revision(row)
    except InvalidInputError as error:
        raise UnknownEventError(row.uid) from error


def all_events(session: Session) -> list[Revision]:
    """Every event by its first day, of one day by the hour."""
    rows = session.scalars(_by_day(select(EventRow)))
    revisions = [revision for _, revision in readable(rows)]
    return sorted(revisions, key=lambda revision: sort_key(revision.event.when))


def left_out_rows(session: Session) -> Sequence[EventRow]:
    """The events that no feed can show, by UID; `left_out` says why."""
    return session.scalars(
        select(EventRow).where(EventRow.left_out.is_not(None)).order_by(EventRow.uid)
    ).all()


def published_states(session: Session) -> dict[int, int]:
    """Every published event's number, and the number of its revision that stands."""
    published = EventRow.status != Status.DRAFT
    rows = session.execute(select(EventRow.id, EventRow.sequence).where(published))
    return {number: sequence for number, sequence in rows}  # noqa: C416 - dict() knows no rows


def documents_of(session: Session, numbers: Sequence[int]) -> dict[int, dict[str, object]]:
    """Events' documents by their numbers."""
    found: dict[int, dict[str, object]] = {}
    for begin in range(0, len(numbers), MOST_NUMBERS):
        some = EventRow.id.in_(numbers[begin : begin + MOST_NUMBERS])
        rows = session.execute(select(EventRow.id, EventRow.document).where(some))
        found.update({number: document for number, document in rows})  # noqa: C416 - the same
    return found


def event_documents(session: Session) -> Iterator[dict[str, object]]:
    """The documents of all events, drafts too, in no order."""
    return iter(session.scalars(select(EventRow.document)))


def feeds_of_all(session: Session) -> dict[int, frozenset[str]]:
    """By the numbers of events, the slugs of the feeds that each is in."""
    feeds: dict[int, set[str]] = {}
    for event_id, slug in session.execute(select(FeedEventRow.event_id, FeedEventRow.feed_slug)):
        feeds.setdefault(event_id, set()).add(slug)
    return {number: frozenset(slugs) for number, slugs in feeds.items()}


def event_rows(session: Session) -> Sequence[EventRow]:
    """The rows of all events."""
    return session.scalars(_by_day(select(EventRow))).all()


def last_published(session: Session) -> datetime | None:
    """The latest instant at which a revision that stands was published."""
    return session.scalar(select(func.max(EventRow.published_at)))


def last_changed(session: Session, most: int) -> list[tuple[str, datetime]]:
    """The slugs of the published events that changed last, with when they did."""
    newest = (EventRow.published_at.desc(), EventRow.id)
    rows = session.execute(
        select(EventRow.slug, EventRow.published_at)
        .where(EventRow.status != Status.DRAFT)
        .order_by(*newest)
        .limit(most)
    )
    return [(slug, published_at) for slug, published_at in rows]


def repeating_events(session: Session) -> list[EventRow]:
    """The events with a recurrence rule."""
    return list(session.scalars(select(EventRow).where(EventRow.repeats)))


def upcoming_events(session: Session, today: date) -> list[EventRow]:
    """The events that are not over by `today`, and every series."""
    ahead = or_(EventRow.repeats, EventRow.last_day >= today)
    return list(session.scalars(select(EventRow).where(ahead)))


def slugs_in_use(session: Session) -> set[str]:
    """The slugs that a new event cannot have."""
    return set(session.scalars(select(EventRow.slug)))


def related_events(session: Session, event: Event) -> list[tuple[RelationType, bool, Revision]]:
    """The events that this one names (true) and those that name it (false), which are here."""
    return [*_named_by(session, event), *_naming(session, event)]


def _named_by(session: Session, event: Event) -> Iterable[tuple[RelationType, bool, Revision]]:
    for relation in event.relations:
        row = event_of_uid(session, relation.uid)
        if row is not None:
            yield from ((relation.type, True, revision) for _, revision in readable([row]))


def _naming(session: Session, event: Event) -> Iterable[tuple[RelationType, bool, Revision]]:
    rows = session.execute(
        _by_day(
            select(RelationRow.type, EventRow)
            .join(EventRow, EventRow.id == RelationRow.event_id)
            .where(RelationRow.uid == event.uid)
        )
    )
    for kind, row in rows:
        yield from ((RelationType(kind), False, revision) for _, revision in readable([row]))


def write_revision(
    session: Session,
    row: EventRow | None,
    event: Event,
    *,
    now: datetime,
    actor: str,
    at: datetime | None = None,
    silent: bool = False,
) -> EventRow:
    """Stores an event's first or next published state, of which a `silent` one is told to nobody.

    `now`, in whole seconds, is its DTSTAMP; a second change within one second is dated one later.
    `at` is the instant itself, where that is another one.
    """
    now = now.replace(microsecond=0)
    if row is None:
        row = EventRow(uid=event.uid, sequence=0, created_at=now)
        session.add(row)
    else:
        row.sequence += 1
        now = max(now, row.published_at + ONE_SECOND)
    row.published_at = now
    row.slug, row.status = event.slug, str(event.status)
    row.first_day, row.last_day = event.when.first_day, event.when.last_day
    row.listed_on = sort_key(event.when)[0]
    row.repeats = event.recurrence is not None
    row.document = write_event(event)
    session.flush()
    session.add(
        RevisionRow(
            event_id=row.id,
            sequence=row.sequence,
            published_at=now,
            at=at or now,
            silent=silent,
            actor=actor,
            document=row.document,
        )
    )
    _write_relations(session, row.id, event)
    return row


def _write_relations(session: Session, event_id: int, event: Event) -> None:
    session.execute(delete(RelationRow).where(RelationRow.event_id == event_id))
    session.add_all(
        RelationRow(event_id=event_id, type=str(relation.type), uid=relation.uid)
        for relation in dict.fromkeys(event.relations)
    )


def history(session: Session, event_id: int) -> Sequence[RevisionRow]:
    """The published states of an event, the first one first."""
    return session.scalars(
        select(RevisionRow).where(RevisionRow.event_id == event_id).order_by(RevisionRow.sequence)
    ).all()


def readable_history(session: Session, event_id: int) -> Iterator[tuple[Event, datetime]]:
    """The published states that this release can read, with when each was published."""
    for row in history(session, event_id):
        try:
            event = read_event(row.document, f"revision {row.sequence} of event {event_id}")
        except InvalidInputError as error:
            _log.error("revision %s of event %s cannot be read: %s", row.sequence, event_id, error)
        else:
            yield event, row.published_at


def day_before(session: Session, event_id: int, event: Event) -> KnownWhen | None:
    """When it was to be, of what does not take place and has no day any more; else None."""
    if event.status.takes_place or not isinstance(event.when, InMonth):
        return None
    published = [one for one, _ in readable_history(session, event_id)]
    days = (one.when for one in reversed(published) if one.status is not Status.DRAFT)
    return next((when for when in days if not isinstance(when, InMonth)), None)


def occurrence_rows(session: Session, event_id: int) -> dict[str, OccurrenceRow]:
    """An event's stored instances by recurrence id."""
    rows = session.scalars(select(OccurrenceRow).where(OccurrenceRow.event_id == event_id))
    return {row.recurrence_id: row for row in rows}


def write_occurrence(
    session: Session,
    event_id: int,
    row: OccurrenceRow | None,
    occurrence: Occurrence,
    *,
    active: bool,
    now: datetime,
) -> OccurrenceRow:
    """Stores an instance; `time_rev` rises if its time or its taking place differs.

    A new tz database may move it too, though what clocks show there stays as it was.
    """
    when, document = occurrence.when, write_when(occurrence.when)
    starts_at = when.starts_at() if isinstance(when, Timed) else None
    if row is None:
        row = OccurrenceRow(
            event_id=event_id, recurrence_id=occurrence.recurrence_id, time_rev=0, active=active
        )
        session.add(row)
    elif (row.document, row.active, row.starts_at) != (document, active, starts_at):
        row.time_rev, row.timed_at = row.time_rev + 1, now
    row.first_day, row.last_day, row.starts_at = when.first_day, when.last_day, starts_at
    row.document, row.active = document, active
    session.flush()
    return row


def dated_event(session: Session, row: EventRow) -> list[Dated]:
    """One event with when it is; a series that takes place once an instance, else once.

    Raises UnknownEventError for what this release cannot read.
    """
    revision = readable_or_unknown(row)
    instances = occurrence_rows(session, row.id).values() if row.repeats else ()
    active = [
        Dated(instance_of(revision, one), read_when(one.document))
        for one in instances
        if one.active
    ]
    return active or [Dated(revision, revision.event.when)]


def instance_of(revision: Revision, row: OccurrenceRow) -> Revision:
    """The revision as one stored instance shows it: of a series, with what differs there."""
    event = revision.event
    if not row.recurrence_id or event.recurrence is None or isinstance(event.when, InMonth):
        return revision
    occurrence = instance(event.when, event.recurrence, named_start(row.recurrence_id))
    return replace(revision, event=event.at(occurrence))


def rename_instances(session: Session, event_id: int, names: Mapping[str, str]) -> None:
    """Keeps the identity of instances that go by other recurrence ids, told by those they had.

    Whatever else has such a name takes one that has become free.
    """
    rows = {row: row.recurrence_id for row in occurrence_rows(session, event_id).values()}
    renamed = {row: names[was] for row, was in rows.items() if was in names}
    free = sorted({rows[row] for row in renamed} - set(renamed.values()))
    taken = [row for row, was in rows.items() if was in renamed.values() and row not in renamed]
    renamed |= dict(zip(taken, free, strict=False))
    for form in ("moving {}", "{}"):  # a name is free once nobody has it
        for row, name in renamed.items():
            row.recurrence_id = form.format(name)
        session.flush()


def occurrences_ahead(
    session: Session, event_ids: Iterable[int], today: date
) -> list[OccurrenceRow]:
    """The instances of some events that take place and have not ended before `today`."""
    return list(
        session.scalars(
            select(OccurrenceRow)
            .where(OccurrenceRow.event_id.in_(list(event_ids)))
            .where(OccurrenceRow.active, OccurrenceRow.last_day >= today)
            .order_by(OccurrenceRow.first_day, OccurrenceRow.id)
        )
    )


def _by_day(statement: Select[*Columns]) -> Select[*Columns]:
    return statement.order_by(EventRow.first_day, EventRow.id)
