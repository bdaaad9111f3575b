"""Mails as they would be sent, before anybody is: through the code that writes the real ones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from sqlalchemy.orm import Session

from calendar_service.actions.service import Service
from calendar_service.actions.titles import title_of
from calendar_service.delivery.composing import Composer
from calendar_service.delivery.digesting import contents_of
from calendar_service.delivery.facts import Facts, Reason, Way
from calendar_service.delivery.gathering import read_instance
from calendar_service.delivery.knowledge import Knowledge, read_story
from calendar_service.domain.digests import Digest, issues_after
from calendar_service.domain.readers import Target, TargetKind
from calendar_service.domain.reminders import DAY_BEFORE, DEFAULT_HOUR, Offset, deadline
from calendar_service.domain.when import InMonth
from calendar_service.domain.when_documents import read_when
from calendar_service.domain.zones import zone as named_zone
from calendar_service.errors import (
    ConflictError,
    UnknownEventError,
    UnknownFeedError,
    UnknownValueError,
)
from calendar_service.language.catalogues import LANGUAGES
from calendar_service.store.queries.events import find_event, occurrence_rows, to_revision
from calendar_service.store.queries.feeds import find_feed
from calendar_service.store.queries.ledger import Owed
from calendar_service.store.rows import EventRow, Kind, Lane, OccurrenceRow

ADDRESS = "reader@example.org"
"""Whom a preview is addressed to; the links in it are nobody's and lead nowhere."""

_NOBODY = 0

_NOTHING = Owed(
    id=_NOBODY,
    key="",
    kind=str(Kind.REMINDER),
    lane=int(Lane.DATED),
    reader_id=_NOBODY,
    subscription_id=_NOBODY,
    signup_id=None,
    event_id=None,
    occurrence_id=None,
    time_rev=0,
    offset="",
    due_at=datetime.min.replace(tzinfo=UTC),
    deadline=datetime.min.replace(tzinfo=UTC),
)
"""A mail that is in no ledger."""


@dataclass(frozen=True, slots=True)
class Preview:
    """A mail that would be sent at an instant, aware UTC."""

    at: datetime
    content: bytes

    @property
    def subject(self) -> str:
        """What the list of mails would show."""
        return str(self._message()["Subject"])

    def body(self, kind: str) -> str:
        """Its `plain` or its `html` text."""
        part = self._message().get_body((kind,))
        return part.get_content() if part is not None else ""

    def _message(self) -> EmailMessage:
        return message_from_bytes(self.content, policy=default)


def preview_reminder(
    service: Service, name: str, *, language: str, zone: str, offset: Offset
) -> Preview:
    """The reminder of an event's next date, in a language, for a reader in a zone.

    Raises UnknownEventError, UnknownZoneError, UnknownValueError for a language that there is none
    of, and ConflictError where no reminder would be sent.
    """
    _check(language, zone)
    with service.database.read() as session:
        row = _event(session, name)
        occurrence = _next_date(session, row, service, name)
        when = read_when(occurrence.document)
        at = offset.instant(when, zone=zone, hour=DEFAULT_HOUR)
        if at is None:
            raise ConflictError(
                f"{name!r} begins too early in {zone} for a reminder that morning; choose P1D."
            )
        instance = read_instance(session, occurrence.id)
        facts = Facts(at, Knowledge(at), instances={occurrence.id: instance})
        way = _way(instance.targets, row.uid, language, zone, offset)
        _follow(session, facts, Reason(_NOBODY, way, at))
        delivery = _NOTHING._replace(
            key=f"preview {occurrence.id} {offset}",
            occurrence_id=occurrence.id,
            time_rev=occurrence.time_rev,
            offset=str(offset),
            due_at=at,
            deadline=deadline(when, zone),
        )
        outgoing = Composer(service).compose(delivery, facts)
    return Preview(at, outgoing.parcel().content.octets)


def preview_notice(
    service: Service, name: str, *, language: str, zone: str, told: int | None = None
) -> Preview:
    """What somebody would be told now who knows an event as one of its revisions had it.

    Of the newest revision but one, where none is named. Raises what `preview_reminder` does.
    """
    _check(language, zone)
    now = service.clock.now()
    with service.database.read() as session:
        row = _event(session, name)
        story = read_story(session, row.id, row.sequence)
        known = {stage.sequence: stage for stage in story.stages}
        before = known.get(sorted(known)[-2] if told is None and len(known) > 1 else told or 0)
        if before is None or not known:
            raise ConflictError(f"{name!r} has not been published in such a state.")
        told_already: dict[int, dict[int | None, int]] = {_NOBODY: {None: before.sequence}}
        knowledge = Knowledge(now, service.settings.zone, {row.id: story}, told_already)
        facts = Facts(now, knowledge)
        way = _way(story.targets, row.uid, language, zone, DAY_BEFORE)
        _follow(session, facts, Reason(_NOBODY, way, story.stages[0].at))
        delivery = _NOTHING._replace(
            key=f"preview {row.id} {before.sequence}",
            kind=str(Kind.NOTICE),
            event_id=row.id,
            time_rev=row.sequence,
            due_at=now,
            deadline=now,
        )
        if facts.notice(delivery) is None:
            raise ConflictError(
                f"Nothing about {name!r} is news to who knows its revision {before.sequence}."
            )
        outgoing = Composer(service).compose(delivery, facts)
    return Preview(now, outgoing.parcel().content.octets)


def preview_digest(
    service: Service, name: str, digest: Digest, *, language: str, zone: str
) -> Preview:
    """The next digest of a reader in a zone who follows a feed; raises UnknownFeedError.

    Of what is planned until then. Raises UnknownZoneError or UnknownValueError too.
    """
    _check(language, zone)
    issue = next(issues_after(digest, zone, DEFAULT_HOUR, service.clock.now()))
    with service.database.read() as session:
        if find_feed(session, name) is None:
            raise UnknownFeedError(name)
        feed, hour = Target(TargetKind.FEED, name), f"{DEFAULT_HOUR:%H:%M}"
        way = Way(feed, language, zone, hour, notices=True, digest=digest)
        facts = Facts(issue.instant, Knowledge(issue.instant, service.settings.zone))
        _follow(session, facts, Reason(_NOBODY, way, issue.instant))
        delivery = _NOTHING._replace(
            key=f"preview {name} {digest}",
            kind=str(Kind.DIGEST),
            offset=str(digest),
            due_at=issue.instant,
        )
        group, home = facts.circumstances(delivery), service.settings.zone
        facts.digests.contents[group] = contents_of(session, group, now=issue.instant, zone=home)
        outgoing = Composer(service).compose(delivery, facts)
    return Preview(issue.instant, outgoing.parcel().content.octets)


def _check(language: str, zone: str) -> None:
    named_zone(zone)
    if language not in LANGUAGES:
        raise UnknownValueError(f"No mails in {language!r}; write one of {', '.join(LANGUAGES)}.")


def _event(session: Session, name: str) -> EventRow:
    row = find_event(session, name)
    if row is None:
        raise UnknownEventError(name)
    return row


def _way(targets: frozenset[Target], uid: str, language: str, zone: str, offset: Offset) -> Way:
    """How a made-up reader follows an event: through a feed that it is in, as most readers do."""
    feeds = [one for one in targets if one.kind is TargetKind.FEED]
    target = min(feeds, key=lambda one: one.name, default=Target(TargetKind.EVENT, uid))
    offsets = frozenset([str(offset)])
    hour = f"{DEFAULT_HOUR:%H:%M}"
    return Way(target, language, zone, hour, notices=True, offsets=offsets)


def _follow(session: Session, facts: Facts, reason: Reason) -> None:
    facts.readers[_NOBODY] = ("preview", ADDRESS)
    facts.follow(_NOBODY, reason)
    facts.titles[reason.way.target] = title_of(session, reason.way.target)


def _next_date(session: Session, row: EventRow, service: Service, name: str) -> OccurrenceRow:
    """The first date that is not over, one that takes place before any other; else the last."""
    rows = list(occurrence_rows(session, row.id).values())
    if not rows or isinstance(to_revision(row).event.when, InMonth):
        raise ConflictError(
            f"{name!r} has no day yet, so there is no reminder of it; give it one with "
            f"`calendar-service events move {name} --start`."
        )
    today = service.clock.now().date()
    ahead = [row for row in rows if row.last_day >= today]
    by_day = sorted(ahead, key=lambda row: (not row.active, row.first_day))
    return by_day[0] if by_day else max(rows, key=lambda row: row.first_day)
