"""Whether every reader who is to be reminded of something is in the ledger, and who is not.

What is wanted is taken from the subscriptions, what is there from the ledger, and the instants are
reckoned anew: nothing that was planned before is believed. Readers are looked at by audiences, in
the database, however many they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from calendar_service.actions.arrival_auditing import untold_arrivals
from calendar_service.actions.digest_auditing import MissingDigest, missing_digests
from calendar_service.actions.notice_auditing import untold_changes
from calendar_service.actions.reminder_listing import About, about
from calendar_service.actions.service import Service
from calendar_service.actions.untold import Untold
from calendar_service.domain.readers import Target, TargetKind
from calendar_service.domain.reminders import deadline
from calendar_service.domain.when_documents import read_when
from calendar_service.store.queries.coverage import (
    DueKey,
    Group,
    count_group,
    dates_between,
    due_rows,
    some_of,
    wanted,
    ways_to_events,
    without_delivery,
)
from calendar_service.store.queries.deliveries import delivery_key, plan_due
from calendar_service.store.queries.followers import Audience, note_audiences
from calendar_service.store.queries.records import note_plans, write_audit
from calendar_service.store.rows import DueRow, DueState, EventRow, Kind, OccurrenceRow

SHOWN = 20
"""Readers of one gap whose addresses are told; the others are counted."""

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
OLDEST = datetime.min.replace(tzinfo=UTC)
_OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Gap:
    """Readers who are to be sent something and are not in the ledger, and why.

    `offset` is empty where that is a notice or an arrival, and says how often where it is a digest;
    `zone` and `hour` are empty where the instant is the same for everybody.
    """

    kind: str
    about: About
    offset: str
    zone: str
    hour: str
    instant: datetime
    readers: int
    addresses: tuple[str, ...]
    why: str


@dataclass(slots=True)
class Audit:
    """What was looked at, and every gap that was found.

    `reminders` counts a reader once for each subscription and offset, and `waiting` the instants
    that have come and are not owed to anybody yet.
    """

    dates: int = 0
    instants: int = 0
    reminders: int = 0
    waiting: int = 0
    gaps: list[Gap] = field(default_factory=list)


@dataclass(slots=True)
class _Expected:
    """A reminder that is to be in the ledger, and the audiences that want it, with their sizes."""

    occurrence: OccurrenceRow
    event: EventRow
    key: DueKey
    instant: datetime
    audiences: dict[tuple[Target, Audience], int] = field(default_factory=dict)

    def group(self, started_by: datetime) -> Group:
        """The subscriptions that want it and had begun by an instant."""
        _, offset, zone, hour, _ = self.key
        targets = tuple(dict.fromkeys(target for target, _ in self.audiences))
        return Group(targets, offset, zone, hour, started_by)


_Missing = tuple[_Expected, DueRow | None, Gap]


def audit_reminders(service: Service, *, within: timedelta) -> Audit:
    """Looks at all that falls due within a time from now, and what was due and is not over.

    And at the changes of late of which readers are to be told, what has come to their searches, and
    the digests to come and just past.
    """
    audit, now = Audit(), service.clock.now()
    with service.database.read() as session:
        missing = _missing(session, now, within, audit)
        audit.gaps = [gap for _, _, gap in missing]
        audit.gaps += map(_gap_of_news, _untold(service, session, now))
        audit.gaps += [_gap_of_digest(one) for one in missing_digests(session, now, show=SHOWN)]
    return audit


def mend_reminders(service: Service, *, within: timedelta) -> Audit:
    """Does the same, and plans what is missing, so that the worker owes it; tells what it was."""
    audit, now = Audit(), service.clock.now()
    with service.database.plan() as session:
        for expected, due, gap in list(_missing(session, now, within, audit)):
            _mend(session, expected, due)
            audit.gaps.append(gap)
        for one in list(_untold(service, session, now)):
            one.mend(session)
            audit.gaps.append(_gap_of_news(one))
        for digest in list(missing_digests(session, now, show=SHOWN)):
            digest.mend(session)
            audit.gaps.append(_gap_of_digest(digest))
        if audit.gaps:
            note_plans(session, now=now)
            readers = sum(gap.readers for gap in audit.gaps)
            write_audit(
                session,
                now=now,
                actor=_OPERATOR,
                action="reminder.mend",
                subject="all mails",
                detail={"gaps": len(audit.gaps), "readers": readers},
            )
    return audit


def _untold(service: Service, session: Session, now: datetime) -> Iterator[Untold]:
    """The changes of late, and what came to searches, that are not told to everybody."""
    zone = service.settings.zone
    yield from untold_changes(session, now, zone=zone, show=SHOWN)
    yield from untold_arrivals(session, now, zone=zone, show=SHOWN)


def _missing(
    session: Session, now: datetime, within: timedelta, audit: Audit
) -> Iterator[_Missing]:
    """Everything that is to be in the ledger and is not; counts in `audit` what was looked at."""
    found = _expected(session, now, now + within)
    ledger = due_rows(session, {one.occurrence.id for one in found})
    audit.dates = len({one.occurrence.id for one in found})
    audit.instants = len(found)
    for expected in found:
        audit.reminders += sum(expected.audiences.values())
        due = ledger.get(expected.key)
        if due is not None and due.state == DueState.PLANNED and due.instant <= now:
            audit.waiting += 1
        gap = _gap(session, expected, due, now)
        if gap is not None:
            yield expected, due, gap


def _expected(session: Session, now: datetime, until: datetime) -> list[_Expected]:
    """All that readers are to be reminded of until an instant, and that is not over."""
    follows, ways = wanted(session), ways_to_events(session)
    offsets = {audience.offset for audiences in follows.values() for audience in audiences}
    longest = max((one.days * DAY + one.hours * HOUR for one in offsets), default=DAY)
    dates = dates_between(session, (now - 2 * DAY).date(), (until + longest + DAY).date())
    found: dict[DueKey, _Expected] = {}
    for occurrence, event in dates:
        for target in [Target(TargetKind.EVENT, event.uid), *ways.get(event.id, [])]:
            _expect(found, occurrence, event, target, follows.get(target, {}), (now, until))
    return list(found.values())


def _expect(
    found: dict[DueKey, _Expected],
    occurrence: OccurrenceRow,
    event: EventRow,
    target: Target,
    audiences: Mapping[Audience, int],
    window: tuple[datetime, datetime],
) -> None:
    """Notes what the audiences of one target are to be reminded of for one date."""
    when, (now, until) = read_when(occurrence.document), window
    for audience, size in audiences.items():
        offset, zone, hour = audience.offset, audience.zone, audience.hour
        instant = offset.instant(when, zone=zone, hour=hour)
        if instant is None or instant > until or deadline(when, zone) <= now:
            continue
        place = (zone, f"{hour:%H:%M}") if offset.depends_on_reader(when) else ("", "")
        key = (occurrence.id, str(offset), *place, occurrence.time_rev)
        expected = found.setdefault(key, _Expected(occurrence, event, key, instant))
        expected.audiences[target, audience] = size


def _gap(session: Session, expected: _Expected, due: DueRow | None, now: datetime) -> Gap | None:
    """Who is missing and why; None where nobody is."""
    if due is not None and due.state == DueState.DONE:
        return _gap_in_deliveries(session, expected, now)
    why = _why_not_planned(expected, due, now)
    if not why:
        return None
    group = expected.group(min(now, expected.instant))
    readers = count_group(session, group)
    if not readers:
        return None
    return _to_gap(expected, readers, some_of(session, group, show=SHOWN), why)


def _gap_in_deliveries(session: Session, expected: _Expected, now: datetime) -> Gap | None:
    """The readers whom the fan-out has passed over; who began to follow later is owed nothing."""
    occurrence_id, offset, _, _, time_rev = expected.key
    readers, addresses = without_delivery(
        session,
        expected.group(min(now, expected.instant)),
        delivery_key(Kind.REMINDER, occurrence_id, offset, time_rev),
        show=SHOWN,
    )
    if not readers:
        return None
    return _to_gap(expected, readers, addresses, "it was owed to others, and not to them")


def _why_not_planned(expected: _Expected, due: DueRow | None, now: datetime) -> str:
    """What is wrong with a due row that is not done; empty where it will be owed."""
    if due is None:
        came_later = max(expected.event.published_at, expected.occurrence.timed_at or OLDEST)
        if expected.instant > now:
            return "nothing is planned for it"
        return "" if came_later > expected.instant else "it is past due and was never planned"
    if due.state == DueState.SUPERSEDED:
        return "it was called back, and the event takes place"
    if due.instant != expected.instant:
        return f"it is planned for {due.instant:%Y-%m-%d %H:%M} UTC instead"
    return ""


def _to_gap(expected: _Expected, readers: int, addresses: Iterable[str], why: str) -> Gap:
    _, offset, zone, hour, _ = expected.key
    return Gap(
        kind=str(Kind.REMINDER),
        about=about(expected.occurrence, expected.event),
        offset=offset,
        zone=zone,
        hour=hour,
        instant=expected.instant,
        readers=readers,
        addresses=tuple(addresses),
        why=why,
    )


def _gap_of_digest(missing: MissingDigest) -> Gap:
    digest, zone, hour = missing.circle
    return Gap(
        kind=str(Kind.DIGEST),
        about=About(),
        offset=str(digest),
        zone=zone,
        hour=f"{hour:%H:%M}",
        instant=missing.instant,
        readers=missing.readers,
        addresses=missing.addresses,
        why=missing.why,
    )


def _gap_of_news(news: Untold) -> Gap:
    return Gap(
        kind=str(news.kind),
        about=about(None, news.event),
        offset="",
        zone="",
        hour="",
        instant=news.instant,
        readers=news.readers,
        addresses=news.addresses,
        why=news.why,
    )


def _mend(session: Session, expected: _Expected, due: DueRow | None) -> None:
    """Plans a reminder, or has it owed once more: who was owed it before is not owed it again."""
    for target, audience in expected.audiences:
        note_audiences(session, target, [audience])
    if due is not None:
        due.state, due.cursor, due.instant = str(DueState.PLANNED), "", expected.instant
        return
    occurrence_id, offset, zone, hour, time_rev = expected.key
    row = {
        "occurrence_id": occurrence_id,
        "kind": str(Kind.REMINDER),
        "offset": offset,
        "zone": zone,
        "hour": hour,
        "time_rev": time_rev,
        "instant": expected.instant,
    }
    plan_due(session, [row])
