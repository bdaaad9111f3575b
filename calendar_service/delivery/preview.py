"""A reminder as it would be sent, before anybody is: through the code that writes the real ones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from sqlalchemy.orm import Session

from calendar_service.actions.service import Service
from calendar_service.actions.signup import title_of
from calendar_service.delivery.checks import Facts, Instance, Way, read_instance
from calendar_service.delivery.composing import Composer
from calendar_service.domain.readers import Target, TargetKind
from calendar_service.domain.reminders import DEFAULT_HOUR, Offset, deadline
from calendar_service.domain.when import InMonth
from calendar_service.domain.when_documents import read_when
from calendar_service.domain.zones import zone as named_zone
from calendar_service.errors import ConflictError, UnknownEventError, UnknownValueError
from calendar_service.language.catalogues import LANGUAGES
from calendar_service.store.queries.events import find_event, occurrence_rows, to_revision
from calendar_service.store.queries.ledger import Owed
from calendar_service.store.rows import EventRow, Kind, Lane, OccurrenceRow

ADDRESS = "reader@example.org"
"""Whom a preview is addressed to; the links in it are nobody's and lead nowhere."""

_NOBODY = 0


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
    named_zone(zone)
    if language not in LANGUAGES:
        raise UnknownValueError(f"No mails in {language!r}; write one of {', '.join(LANGUAGES)}.")
    with service.database.read() as session:
        row = find_event(session, name)
        if row is None:
            raise UnknownEventError(name)
        occurrence = _next_date(session, row, service, name)
        when = read_when(occurrence.document)
        at = offset.instant(when, zone=zone, hour=DEFAULT_HOUR)
        if at is None:
            raise ConflictError(
                f"{name!r} begins too early in {zone} for a reminder that morning; choose P1D."
            )
        instance = read_instance(session, occurrence.id)
        hour, offsets = f"{DEFAULT_HOUR:%H:%M}", frozenset([str(offset)])
        way = Way(_followed(instance), language, zone, hour, offsets)
        facts = Facts(
            at, instances={occurrence.id: instance}, readers={_NOBODY: ("preview", ADDRESS)}
        )
        facts.follow(_NOBODY, _NOBODY, way)
        facts.titles[way.target] = title_of(session, way.target)
        delivery = _delivery(occurrence, offset, at, deadline(when, zone))
        outgoing = Composer(service).compose(delivery, facts)
    return Preview(at, outgoing.parcel().content.octets)


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


def _followed(instance: Instance) -> Target:
    """A feed that it is in, as most readers follow one; else the event itself."""
    feeds = [one for one in instance.targets if one.kind is TargetKind.FEED]
    uid = instance.published.event.uid
    return min(feeds, key=lambda one: one.name, default=Target(TargetKind.EVENT, uid))


def _delivery(occurrence: OccurrenceRow, offset: Offset, at: datetime, until: datetime) -> Owed:
    """A mail that is in no ledger."""
    return Owed(
        id=_NOBODY,
        key=f"preview {occurrence.id} {offset}",
        kind=str(Kind.REMINDER),
        lane=int(Lane.DATED),
        reader_id=_NOBODY,
        subscription_id=_NOBODY,
        signup_id=None,
        occurrence_id=occurrence.id,
        time_rev=occurrence.time_rev,
        offset=str(offset),
        due_at=at,
        deadline=until,
    )
