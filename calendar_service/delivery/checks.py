"""The last look before mails are sent: whether what each says still stands, and for whom.

A whole batch is looked at with a handful of statements. What comes out holds all that is needed
to write the mails, so that writing them asks the store nothing more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, and_, or_, select
from sqlalchemy.orm import Session, aliased

from calendar_service.actions.signup import title_of
from calendar_service.domain.events import Localized, Revision
from calendar_service.domain.readers import Target, TargetKind
from calendar_service.mail.forms import Form
from calendar_service.store.queries.deliveries import overdue_of
from calendar_service.store.queries.events import instance_of, to_revision
from calendar_service.store.queries.followers import targets_of
from calendar_service.store.queries.holds import why_event_held
from calendar_service.store.rows import (
    DeliveryRow,
    DueRow,
    EventRow,
    Kind,
    OccurrenceRow,
    ReaderRow,
    SignupRow,
    State,
    SubscriptionOffsetRow,
    SubscriptionRow,
)

LATE_AFTER = timedelta(minutes=15)
"""A reminder this long overdue says that it is late; not so where the event has moved since."""

_ALIVE = (State.QUEUED, State.CLAIMED, State.SENDING, State.SENT)


@dataclass(frozen=True, slots=True)
class Instance:
    """One dated instance of an event as it stands, and what readers can follow it through.

    `held` says that an operator holds all mail about the event.
    """

    id: int
    active: bool
    time_rev: int
    timed_at: datetime | None
    document: Mapping[str, object]
    published: Revision
    revision: Revision
    targets: frozenset[Target]
    held: bool = False


@dataclass(frozen=True, slots=True)
class Reason:
    """A running subscription through which a reader hears of an event."""

    id: int
    target: Target
    language: str
    zone: str
    hour: str
    offsets: frozenset[str]


@dataclass(slots=True)
class Facts:
    """What the store says of everything that a batch of mails is about."""

    instances: dict[int, Instance] = field(default_factory=dict)
    readers: dict[int, tuple[str, str]] = field(default_factory=dict)
    following: dict[int, list[Reason]] = field(default_factory=lambda: defaultdict(list))
    outdone: frozenset[int] = frozenset()
    overdue: dict[int, list[DueRow]] = field(default_factory=lambda: defaultdict(list))
    signups: dict[int, SignupRow] = field(default_factory=dict)
    titles: dict[Target, Localized] = field(default_factory=dict)
    forms: dict[Hashable, Form] = field(default_factory=dict)

    def reasons(self, delivery: Row[Any]) -> list[Reason]:
        """Why this reader is reminded of this event at this offset; empty where it is unwanted."""
        covering = [
            reason
            for reason in self.following.get(delivery.reader_id, ())
            if reason.target in self.instances[delivery.occurrence_id].targets
        ]
        return covering if any(delivery.offset in one.offsets for one in covering) else []

    def has_a_later_one(self, delivery: Row[Any], reasons: list[Reason]) -> bool:
        """Whether a later reminder is due too that the fan-out has not come to yet."""
        return any(
            due.instant > delivery.due_at
            and any(
                due.offset in one.offsets
                and due.zone in {"", one.zone}
                and due.hour in {"", one.hour}
                for one in reasons
            )
            for due in self.overdue.get(delivery.occurrence_id, ())
        )


def gather(session: Session, token: str, claimed: Iterable[Row[Any]], now: datetime) -> Facts:
    """Reads what the claimed mails of a sender are about."""
    facts = Facts()
    claimed = list(claimed)
    for occurrence_id in {row.occurrence_id for row in claimed if row.occurrence_id is not None}:
        facts.instances[occurrence_id] = read_instance(session, occurrence_id)
    if facts.instances:
        _gather_readers(session, token, facts)
        facts.outdone = _outdone(session, token, now)
        for due in overdue_of(session, list(facts.instances), now=now):
            facts.overdue[due.occurrence_id].append(due)
    signups = [row.signup_id for row in claimed if row.signup_id is not None]
    if signups:
        found = session.scalars(select(SignupRow).where(SignupRow.id.in_(signups)))
        facts.signups = {row.id: row for row in found}
    _gather_titles(session, facts)
    return facts


def verdict(delivery: Row[Any], facts: Facts, now: datetime) -> State:
    """SENDING if the mail is to go out, else the state it ends in unsent."""
    if delivery.deadline <= now:
        return State.EXPIRED
    if delivery.kind == Kind.CONFIRMATION:
        signup = facts.signups.get(delivery.signup_id)
        waits = signup is not None and signup.confirmed_at is None
        return State.SENDING if waits else State.CANCELLED
    return _verdict_on_reminder(delivery, facts)


def _verdict_on_reminder(delivery: Row[Any], facts: Facts) -> State:
    instance = facts.instances[delivery.occurrence_id]
    if not instance.active:
        return State.CANCELLED
    if instance.time_rev != delivery.time_rev:
        return State.SUPERSEDED
    reasons = facts.reasons(delivery)
    if not reasons:
        return State.CANCELLED
    outdone = delivery.id in facts.outdone or facts.has_a_later_one(delivery, reasons)
    if outdone:
        return State.SUPERSEDED
    return State.HELD if instance.held else State.SENDING


def read_instance(session: Session, occurrence_id: int) -> Instance:
    """One instance by its number, as it stands."""
    row = session.get_one(OccurrenceRow, occurrence_id)
    event = session.get_one(EventRow, row.event_id)
    published = to_revision(event)
    return Instance(
        id=row.id,
        active=row.active,
        time_rev=row.time_rev,
        timed_at=row.timed_at,
        document=row.document,
        published=published,
        revision=instance_of(published, row),
        targets=frozenset(targets_of(session, event.id, event.uid)),
        held=why_event_held(session, event.uid) is not None,
    )


def _gather_readers(session: Session, token: str, facts: Facts) -> None:
    """The claimed mails' readers, and all that they follow."""
    mine = and_(DeliveryRow.token == token, DeliveryRow.state == State.CLAIMED)
    readers = select(ReaderRow.id, ReaderRow.key, ReaderRow.address).join(
        DeliveryRow, DeliveryRow.reader_id == ReaderRow.id
    )
    for number, key, address in session.execute(readers.where(mine)):
        facts.readers[number] = (key, address)
    following = (
        select(
            SubscriptionRow.reader_id,
            SubscriptionRow.id,
            SubscriptionRow.target_kind,
            SubscriptionRow.target_name,
            SubscriptionRow.language,
            SubscriptionRow.zone,
            SubscriptionRow.hour,
            SubscriptionOffsetRow.offset,
        )
        .join(DeliveryRow, DeliveryRow.reader_id == SubscriptionRow.reader_id)
        .outerjoin(
            SubscriptionOffsetRow, SubscriptionOffsetRow.subscription_id == SubscriptionRow.id
        )
        .where(mine, SubscriptionRow.ended_at.is_(None))
    )
    found: dict[tuple[Any, ...], set[str]] = defaultdict(set)
    for *subscription, offset in session.execute(following):
        found[tuple(subscription)].add(offset)
    for (reader, number, kind, name, *how), offsets in sorted(found.items()):
        target = Target(TargetKind(kind), name)
        language, zone, hour = how
        facts.following[reader].append(
            Reason(number, target, language, zone, hour, frozenset(offsets))
        )


def _outdone(session: Session, token: str, now: datetime) -> frozenset[int]:
    """The claimed mails that another one of the same occurrence makes needless.

    Overdue offsets become one mail, the one due last; and what a reader had before a change that
    left its instant as it was is not said again.
    """
    other = aliased(DeliveryRow)
    due_later = or_(
        other.due_at > DeliveryRow.due_at,
        and_(other.due_at == DeliveryRow.due_at, other.id > DeliveryRow.id),
    )
    later = and_(
        other.time_rev == DeliveryRow.time_rev,
        other.due_at <= now,
        other.state.in_(_ALIVE),
        due_later,
    )
    said_before = and_(
        other.offset == DeliveryRow.offset,
        other.due_at == DeliveryRow.due_at,
        other.time_rev < DeliveryRow.time_rev,
        other.state == State.SENT,
    )
    return frozenset(
        session.scalars(
            select(DeliveryRow.id)
            .join(
                other,
                and_(
                    other.reader_id == DeliveryRow.reader_id,
                    other.occurrence_id == DeliveryRow.occurrence_id,
                    other.kind == DeliveryRow.kind,
                ),
            )
            .where(DeliveryRow.token == token, DeliveryRow.state == State.CLAIMED)
            .where(or_(later, said_before))
        )
    )


def _gather_titles(session: Session, facts: Facts) -> None:
    """The titles of all that these readers follow the events through, or would follow."""
    wanted = {
        reason.target
        for instance in facts.instances.values()
        for reasons in facts.following.values()
        for reason in reasons
        if reason.target in instance.targets
    }
    wanted |= {
        Target(TargetKind(row.target_kind), row.target_name) for row in facts.signups.values()
    }
    facts.titles = {target: title_of(session, target) for target in wanted}
