"""The calendar of what one reader follows, at an address of their own that they can revoke.

The address is sealed of the reader's key and of when it was made, and only its hash is stored: a
store that is read tells nobody where the calendars are.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest

from sqlalchemy.orm import Session

from calendar_service.actions.feeds import keep_up_to_date
from calendar_service.actions.reader_links import language_of, reader_of_link
from calendar_service.actions.service import Service
from calendar_service.actions.tokens import LinkError, Purpose, make_token, read_token
from calendar_service.domain.feeds import CUSTOM, Cancelled, Feed
from calendar_service.ical.alarms import Reminding, with_reminders
from calendar_service.ical.calendars import private_calendar
from calendar_service.language.catalogues import translator
from calendar_service.language.negotiation import lookup
from calendar_service.store.queries.feed_contents import content_of_events
from calendar_service.store.queries.feeds import feed_state
from calendar_service.store.queries.reader_data import all_subscriptions_of
from calendar_service.store.queries.readers import (
    chosen,
    events_followed,
    find_reader_by_key,
    running_subscriptions,
    target_of,
)
from calendar_service.store.queries.records import write_audit
from calendar_service.store.rows import PrivateCalendarRow, ReaderRow

READER = "reader"


@dataclass(frozen=True, slots=True)
class PrivateCalendar:
    """A calendar that a reader has: the token of its address, and whether it has alarms."""

    token: str
    alarms: bool


@dataclass(frozen=True, slots=True)
class Issue:
    """A state of a private calendar. `state` names all that its bytes are made of.

    `language` is that of its events, which may be none of the reader's own, `spoken`.
    """

    reader_id: int
    language: str
    spoken: str
    alarms: bool
    last_modified: datetime
    state: str


def make_calendar(service: Service, token: str, *, alarms: bool) -> None:
    """Gives a link's reader a calendar at a new address; one that they had is gone.

    Raises LinkError.
    """
    now = service.clock.now()
    with service.database.write() as session:
        reader = reader_of_link(session, service, token)
        row = session.get(PrivateCalendarRow, reader.id)
        if row is None:
            row = PrivateCalendarRow(reader_id=reader.id)
            session.add(row)
        row.made_at, row.alarms = now, alarms
        row.digest = _digest(_token(service, reader, now))
        _note(session, reader, "reader.make-calendar", now)


def revoke_calendar(service: Service, token: str) -> None:
    """Ends the calendar of a link's reader for good, if they have one. Raises LinkError."""
    with service.database.write() as session:
        reader = reader_of_link(session, service, token)
        row = session.get(PrivateCalendarRow, reader.id)
        if row is not None:
            session.delete(row)
            _note(session, reader, "reader.revoke-calendar", service.clock.now())


def calendar_of(session: Session, service: Service, reader: ReaderRow) -> PrivateCalendar | None:
    """The calendar that a reader has, if any."""
    row = session.get(PrivateCalendarRow, reader.id)
    return PrivateCalendar(_token(service, reader, row.made_at), row.alarms) if row else None


def look_at_calendar(service: Service, token: str) -> Issue:
    """The present state of a calendar, without its bytes.

    Raises LinkError for an address that is revoked or none.
    """
    keep_up_to_date(service, CUSTOM)
    with service.database.read() as session:
        reader, row = _find(session, service, token)
        state = feed_state(session, CUSTOM)
        spoken = language_of(session, reader)
        language = _written_in(state.feed, spoken, service.settings.language) if state else spoken
        rows = all_subscriptions_of(session, reader.id)
        instants = [(one.started_at, one.ended_at, one.chosen_at) for one in rows]
        changed = [row.made_at, *(at for several in instants for at in several if at)]
        changed += [state.last_modified] if state else []
        made_of = (state and state.fingerprint, row.digest, row.alarms, spoken, language, instants)
        return Issue(
            reader_id=reader.id,
            language=language,
            spoken=spoken,
            alarms=row.alarms,
            last_modified=max(changed).replace(microsecond=0),
            state=_digest(repr(made_of)),
        )


def write_calendar(service: Service, issue: Issue) -> bytes:
    """The bytes of a calendar: each event that is followed, with alarms at the reader's offsets."""
    with service.database.read() as session:
        contents: list[bytes] = []
        zones: set[str] = set()
        for wishes, events in _followed(session, issue):
            shown = content_of_events(session, issue.language, Cancelled.MARK, events)
            contents += [with_reminders(part, wishes) for part in shown.parts]
            zones |= shown.zones
    title = translator(issue.spoken).gettext("My events")
    origin = service.settings.origin
    return private_calendar(contents, zones, title=title, language=issue.spoken, origin=origin)


def _written_in(feed: Feed, spoken: str, of_site: str) -> str:
    """The language that all events are written in which is nearest to a reader's."""
    offered = feed.languages
    return lookup(spoken, offered) or lookup(of_site, offered) or feed.language


def _followed(session: Session, issue: Issue) -> list[tuple[frozenset[Reminding], list[int]]]:
    """The events that a reader follows, those together that they are reminded of alike."""
    reminded: dict[int, set[Reminding]] = defaultdict(set)
    for row in running_subscriptions(session, issue.reader_id):
        wanted = chosen(session, row)
        wishes = {Reminding(one, wanted.zone, wanted.hour) for one in wanted.offsets}
        for event in events_followed(session, target_of(row)):
            reminded[event] |= wishes if issue.alarms else set()
    alike: dict[frozenset[Reminding], list[int]] = defaultdict(list)
    for event, wishes in reminded.items():
        alike[frozenset(wishes)].append(event)
    return sorted(alike.items(), key=lambda one: min(one[1]))


def _find(session: Session, service: Service, token: str) -> tuple[ReaderRow, PrivateCalendarRow]:
    """Whose calendar it is; a forged address takes no other time than one of who is gone."""
    try:
        key, _ = read_token(service.secret, Purpose.CALENDAR, token, 2)
    except LinkError:
        key = ""
    reader = find_reader_by_key(session, key)
    row = session.get(PrivateCalendarRow, reader.id) if reader else None
    if reader is None or row is None or not compare_digest(row.digest, _digest(token)):
        raise LinkError
    return reader, row


def _token(service: Service, reader: ReaderRow, made_at: datetime) -> str:
    return make_token(service.secret, Purpose.CALENDAR, reader.key, made_at.isoformat())


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _note(session: Session, reader: ReaderRow, action: str, now: datetime) -> None:
    write_audit(
        session, now=now, actor=READER, action=action, subject=f"reader {reader.id}", detail={}
    )
