"""Reads the facts of a batch of mails from the store, with a handful of queries for all of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from contextlib import suppress
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from calendar_service.actions.titles import title_of, title_to_confirm
from calendar_service.delivery.digesting import Digests, contents_of
from calendar_service.delivery.facts import Facts, Instance, Reason, Way
from calendar_service.delivery.knowledge import Knowledge, gather_knowledge
from calendar_service.domain.readers import Target, TargetKind
from calendar_service.errors import InvalidInputError
from calendar_service.mail.addresses import address_key
from calendar_service.mail.identity import address_mac
from calendar_service.store.queries.claimed import followers_of, newest_answers, outdone
from calendar_service.store.queries.deliveries import overdue_of
from calendar_service.store.queries.events import instance_of, to_revision
from calendar_service.store.queries.followers import targets_of
from calendar_service.store.queries.holds import why_event_held
from calendar_service.store.queries.ledger import Owed
from calendar_service.store.queries.readers import follower_keys, target_of
from calendar_service.store.queries.records import read_plans
from calendar_service.store.queries.signups import waiting_among
from calendar_service.store.queries.standing import suppressed_among
from calendar_service.store.rows import (
    EventRow,
    Kind,
    OccurrenceRow,
    SignupRow,
)


def gather(
    session: Session,
    claimed: Collection[Owed],
    now: datetime,
    zone: str,
    digests: Digests | None = None,
) -> Facts:
    """Reads what claimed mails are about; whole days end in `zone`.

    `digests` are what was told the last time, which may still stand. An event that an older release
    stored, and this one cannot read, costs no other its mails.
    """
    facts = Facts(now, Knowledge(now, zone))
    mails = [row.id for row in claimed]
    _gather_events(session, claimed, facts)
    _gather_readers(session, claimed, facts)
    if facts.instances:
        facts.outdone, facts.undecided = outdone(session, mails, now=now)
        for due in overdue_of(session, facts.instances, now=now):
            facts.overdue[due.occurrence_id].append(due)
    if any(row.kind == Kind.DIGEST for row in claimed):
        plans = read_plans(session)
        stand = digests is not None and digests.stand(now, plans)
        facts.digests = digests if digests and stand else Digests(now, plans)
        _gather_digests(session, claimed, facts)
    if any(row.kind == Kind.PREFERENCES for row in claimed):
        facts.newest_answers = newest_answers(session, mails)
    signups = [row.signup_id for row in claimed if row.signup_id is not None]
    if signups:
        found = session.scalars(select(SignupRow).where(SignupRow.id.in_(signups)))
        facts.signups = {row.id: row for row in found}
        asked = {row.address_key for row in facts.signups.values()}
        facts.waiting = waiting_among(session, asked, now=now)
        facts.follower_keys = follower_keys(session, asked)
    _gather_titles(session, facts)
    return facts


def _gather_events(session: Session, claimed: Collection[Owed], facts: Facts) -> None:
    unread: dict[int, InvalidInputError] = {}
    for occurrence_id in {row.occurrence_id for row in claimed if row.occurrence_id is not None}:
        try:
            facts.instances[occurrence_id] = read_instance(session, occurrence_id)
        except InvalidInputError as error:
            unread[occurrence_id] = error
    gather_knowledge(session, claimed, facts.knowledge)
    for row in claimed:
        why = unread.get(row.occurrence_id or 0) or facts.knowledge.unread.get(row.event_id or 0)
        if why is not None:
            facts.unreadable[row.id] = why


def gather_suppressed(session: Session, secret: bytes, facts: Facts) -> None:
    """Reads which addresses of the claimed mails are not written to."""
    addresses = [address for _, address in facts.readers.values()]
    addresses += [row.address for row in facts.signups.values()]
    macs = {address_mac(secret, address_key(address)): address for address in addresses}
    facts.suppressed = frozenset(macs[mac] for mac in suppressed_among(session, macs))


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


def _gather_readers(session: Session, claimed: Iterable[Owed], facts: Facts) -> None:
    """The claimed mails' readers, and all that they follow."""
    ways: dict[tuple[str, ...], Way] = {}
    readers = {row.reader_id for row in claimed if row.reader_id is not None}
    for reader, key, address, subscription, since, paused_until, *told in (
        followers_of(session, readers) if readers else ()
    ):
        facts.readers[reader] = (key, address)
        how = tuple(told)
        way = ways.get(how) or ways.setdefault(how, _way(*how))
        facts.follow(reader, Reason(subscription, way, since, paused_until))


def _way(
    kind: str,
    name: str,
    language: str,
    zone: str,
    hour: str,
    notices: bool,
    digest: str,
    arrivals: bool,
    offsets: str | None,
) -> Way:
    wanted = frozenset((offsets or "").split())
    target = Target(TargetKind(kind), name)
    return Way(target, language, zone, hour, notices, digest, arrivals, wanted)


def _gather_digests(session: Session, claimed: Iterable[Owed], facts: Facts) -> None:
    """What the claimed digests tell, once for all readers to whom they tell the same."""
    told = facts.digests
    for delivery in claimed:
        if delivery.kind == Kind.DIGEST and facts.reasons(delivery):
            group = facts.circumstances(delivery)
            if group not in told.contents:
                zone = facts.knowledge.zone
                told.contents[group] = contents_of(session, group, now=told.at, zone=zone)


def _gather_titles(session: Session, facts: Facts) -> None:
    """The titles of all that these readers follow the events through, or would follow."""
    concerned = {target for one in facts.instances.values() for target in one.targets}
    for story in facts.knowledge.stories.values():
        concerned |= story.targets
    for digest in facts.digests.contents:
        concerned |= digest.targets
    wanted = {way.target for way in facts.ways if way.target in concerned}
    for reader in facts.newest_answers:
        wanted |= {one.way.target for one in facts.following.get(reader, ())}
    for target in wanted:
        with suppress(InvalidInputError):  # a mail that needs it cannot be written
            facts.titles[target] = title_of(session, target)
    for target in {target_of(row) for rows in facts.waiting.values() for row in rows}:
        with suppress(InvalidInputError):
            facts.titles_to_confirm[target] = title_to_confirm(session, target)
