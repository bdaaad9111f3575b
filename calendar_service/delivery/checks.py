"""The last look before mails are sent: whether what each says still stands, and for whom.

A whole batch is looked at with a handful of statements. What comes out holds all that is needed
to write the mails, so that writing them asks the store nothing more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from calendar_service.actions.signup import title_of
from calendar_service.domain.events import Localized, Revision
from calendar_service.domain.readers import Target, TargetKind
from calendar_service.mail.addresses import address_key
from calendar_service.mail.forms import Form
from calendar_service.mail.identity import address_mac
from calendar_service.store.queries.claimed import followers_of, outdone
from calendar_service.store.queries.deliveries import overdue_of
from calendar_service.store.queries.events import instance_of, to_revision
from calendar_service.store.queries.followers import targets_of
from calendar_service.store.queries.holds import why_event_held
from calendar_service.store.queries.ledger import Owed
from calendar_service.store.queries.standing import suppressed_among
from calendar_service.store.rows import (
    DueRow,
    EventRow,
    Kind,
    OccurrenceRow,
    SignupRow,
    State,
)

LATE_AFTER = timedelta(minutes=15)
"""A reminder this long overdue says that it is late; not so where the event has moved since."""


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


@dataclass(frozen=True, slots=True, eq=False)
class Way:
    """How some readers follow something. Readers whose `Way` is the same one are reminded alike."""

    target: Target
    language: str
    zone: str
    hour: str
    offsets: frozenset[str]


class Reason(NamedTuple):
    """A running subscription through which a reader hears of an event."""

    id: int
    way: Way


@dataclass(slots=True)
class Facts:
    """What the store said, at an instant, of everything that a batch of mails is about."""

    at: datetime
    instances: dict[int, Instance] = field(default_factory=dict)
    readers: dict[int, tuple[str, str]] = field(default_factory=dict)
    following: dict[int, list[Reason]] = field(default_factory=lambda: defaultdict(list))
    outdone: frozenset[int] = frozenset()
    overdue: dict[int, list[DueRow]] = field(default_factory=lambda: defaultdict(list))
    signups: dict[int, SignupRow] = field(default_factory=dict)
    titles: dict[Target, Localized] = field(default_factory=dict)
    suppressed: frozenset[str] = frozenset()
    forms: dict[Hashable, Form] = field(default_factory=dict)
    ways: set[Way] = field(default_factory=set)
    _leading_to: dict[int, frozenset[Way]] = field(default_factory=dict)
    _reasons: dict[int, list[Reason]] = field(default_factory=dict)

    def instance_of(self, reminder: Owed) -> Instance:
        """What a reminder is about."""
        assert reminder.occurrence_id is not None  # noqa: S101 - only a confirmation has none
        return self.instances[reminder.occurrence_id]

    def follow(self, reader_id: int, subscription_id: int, way: Way) -> None:
        """Adds what a reader follows."""
        self.ways.add(way)
        self.following[reader_id].append(Reason(subscription_id, way))

    def address(self, delivery: Owed) -> str:
        """Where a mail is to go; empty where its reader or sign-up is gone."""
        if delivery.signup_id is not None:
            signup = self.signups.get(delivery.signup_id)
            return signup.address if signup else ""
        return self.readers.get(delivery.reader_id or 0, ("", ""))[1]

    def reasons(self, delivery: Owed) -> list[Reason]:
        """Why this reader is reminded of this event at this offset; empty where it is unwanted."""
        found = self._reasons.get(delivery.id)
        if found is None:
            ways, offset = self._ways_to(self.instance_of(delivery)), delivery.offset
            found = [
                one for one in self.following.get(delivery.reader_id or 0, ()) if one.way in ways
            ]
            if not any(offset in one.way.offsets for one in found):
                found = []
            self._reasons[delivery.id] = found
        return found

    def _ways_to(self, instance: Instance) -> frozenset[Way]:
        """The ways that lead to an instance of an event."""
        ways = self._leading_to.get(instance.id)
        if ways is None:
            ways = frozenset(way for way in self.ways if way.target in instance.targets)
            self._leading_to[instance.id] = ways
        return ways

    def has_a_later_one(self, delivery: Owed, reasons: list[Reason]) -> bool:
        """Whether a later reminder is due too that the fan-out has not come to yet."""
        return any(
            due.instant > delivery.due_at
            and any(
                due.offset in one.way.offsets
                and due.zone in {"", one.way.zone}
                and due.hour in {"", one.way.hour}
                for one in reasons
            )
            for due in self.overdue.get(delivery.occurrence_id or 0, ())
        )


def gather(session: Session, token: str, claimed: Iterable[Owed], now: datetime) -> Facts:
    """Reads what the claimed mails of a sender are about."""
    facts = Facts(now)
    claimed = list(claimed)
    for occurrence_id in {row.occurrence_id for row in claimed if row.occurrence_id is not None}:
        facts.instances[occurrence_id] = read_instance(session, occurrence_id)
    if facts.instances:
        _gather_readers(session, token, facts)
        facts.outdone = outdone(session, token, now=now)
        for due in overdue_of(session, list(facts.instances), now=now):
            facts.overdue[due.occurrence_id].append(due)
    signups = [row.signup_id for row in claimed if row.signup_id is not None]
    if signups:
        found = session.scalars(select(SignupRow).where(SignupRow.id.in_(signups)))
        facts.signups = {row.id: row for row in found}
    _gather_titles(session, facts)
    return facts


def gather_suppressed(session: Session, secret: bytes, facts: Facts) -> None:
    """Reads which addresses of the claimed mails are not written to."""
    addresses = [address for _, address in facts.readers.values()]
    addresses += [row.address for row in facts.signups.values()]
    macs = {address_mac(secret, address_key(address)): address for address in addresses}
    facts.suppressed = frozenset(macs[mac] for mac in suppressed_among(session, macs))


def verdict(delivery: Owed, facts: Facts, now: datetime) -> State:
    """SENDING if the mail is to go out, else the state it ends in unsent."""
    if delivery.deadline <= now:
        return State.EXPIRED
    if facts.suppressed and facts.address(delivery) in facts.suppressed:
        return State.CANCELLED
    if delivery.kind == Kind.CONFIRMATION:
        signup = facts.signups.get(delivery.signup_id or 0)
        waits = signup is not None and signup.confirmed_at is None
        return State.SENDING if waits else State.CANCELLED
    return _verdict_on_reminder(delivery, facts)


def _verdict_on_reminder(delivery: Owed, facts: Facts) -> State:
    instance = facts.instance_of(delivery)
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
    ways: dict[tuple[str, ...], Way] = {}
    for row in followers_of(session, token):
        reader, key, address, subscription = row[:4]
        facts.readers[reader] = (key, address)
        how = row[4:]
        way = ways.get(how) or ways.setdefault(how, _way(*how))
        facts.follow(reader, subscription, way)


def _way(kind: str, name: str, language: str, zone: str, hour: str, offsets: str | None) -> Way:
    wanted = frozenset((offsets or "").split())
    return Way(Target(TargetKind(kind), name), language, zone, hour, wanted)


def _gather_titles(session: Session, facts: Facts) -> None:
    """The titles of all that these readers follow the events through, or would follow."""
    wanted = {
        way.target
        for instance in facts.instances.values()
        for way in facts.ways
        if way.target in instance.targets
    }
    wanted |= {
        Target(TargetKind(row.target_kind), row.target_name) for row in facts.signups.values()
    }
    facts.titles = {target: title_of(session, target) for target in wanted}
