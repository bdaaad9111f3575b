"""Mails to look at: two events in three languages, and everything around them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from calendar_service.domain.events import Event, Participant, Place, Revision
from calendar_service.domain.reminders import OFFERED
from calendar_service.domain.when import AllDay, Timed
from calendar_service.mail.addresses import Mailbox
from calendar_service.mail.messages import (
    Attachment,
    ConfirmationMail,
    Envelope,
    ListHeaders,
    Masthead,
    ReminderMail,
)

PUBLISHED = datetime(2026, 1, 15, 9, tzinfo=UTC)
CALENDAR_FILE = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nNAME:Përshëndetje\r\nEND:VCALENDAR\r\n".encode()

MASTHEAD = Masthead(
    from_address=Mailbox("Kalendari", "calendar@example.org"),
    service="Kalendari",
    origin="https://calendar.example.org",
    imprint="Redaksia Shembull, Rruga e Provës 1, Tiranë",
    contact="newsroom@example.org",
)

MINISTERIAL = Event(
    uid="5ba7ac53-12cf-48f5-a2f0-e7dcb2b67297",
    slug="nato-defence-ministers",
    when=AllDay(date(2026, 2, 12), date(2026, 2, 12)),
    language="sq",
    title={
        "sq": "Takimi i ministrave të Mbrojtjes të NATO-s",
        "en": "Meeting of NATO Ministers of Defence",
        "fr": "Réunion des ministres de la Défense de l’OTAN",
    },
    description={
        "sq": "Ministrat mblidhen në selinë e Aleancës në Bruksel.\n\nNë rendin e ditës janë "
        "mbështetja për Ukrainën, krahu lindor dhe Ballkani Perëndimor.",
        "en": "The ministers meet at the Alliance’s headquarters in Brussels.\n\nOn the agenda are "
        "support for Ukraine, the eastern flank and the Western Balkans.",
        "fr": "Les ministres se réunissent au siège de l’Alliance, à Bruxelles.\n\nÀ l’ordre du "
        "jour\u00a0: le soutien à l’Ukraine, le flanc oriental et les Balkans occidentaux.",
    },
    place=Place(
        {
            "sq": "Selia e NATO-s, Bruksel",
            "en": "NATO Headquarters, Brussels",
            "fr": "Siège de l’OTAN, Bruxelles",
        },
        zone="Europe/Brussels",
    ),
    participants=(
        Participant(
            "Mykhailo Fedorov",
            {
                "sq": "ministri i Mbrojtjes i Ukrainës",
                "en": "Minister of Defence of Ukraine",
                "fr": "ministre de la Défense de l’Ukraine",
            },
        ),
        Participant(
            "Mark Rutte",
            {
                "sq": "sekretari i përgjithshëm i NATO-s",
                "en": "Secretary General of NATO",
                "fr": "secrétaire général de l’OTAN",
            },
            chair=True,
        ),
    ),
)

BRIEFING = Event(
    uid="0b8b2f7e-2f3c-4a5c-9f0e-7f5f0f2f3c4a",
    slug="press-briefing",
    when=Timed(
        datetime.fromisoformat("2026-03-30T15:00"),
        datetime.fromisoformat("2026-03-30T16:30"),
        "Europe/Brussels",
    ),
    language="en",
    title={"en": "Press briefing"},
    description={"en": "Questions by wire.\n.\nA line with a lone dot stands above."},
)

FOLLOWS = {"sq": "Viti i NATO-s", "en": "The year of NATO", "fr": "L’année de l’OTAN"}
SUMMITS = {"sq": "Samitet e NATO-s", "en": "NATO Summits", "fr": "Sommets de l’OTAN"}


def an_envelope(language: str = "en", **changes: Any) -> Envelope:
    envelope = Envelope(
        to="reader@example.org",
        message_id="<mfrggzdfmztwq2lknnwg23tpobyxe43u@example.org>",
        date=datetime(2026, 2, 11, 7, tzinfo=UTC),
        language=language,
        masthead=MASTHEAD,
    )
    return replace(envelope, **changes)


def a_confirmation(language: str = "en", **changes: Any) -> ConfirmationMail:
    mail = ConfirmationMail(
        envelope=an_envelope(language),
        follows=SUMMITS[language],
        offsets=OFFERED,
        zone="Europe/Tirane",
        confirm_url="https://calendar.example.org/confirm/kdnwb2wm7q",
    )
    return replace(mail, **changes)


def a_reminder(language: str = "en", event: Event = MINISTERIAL, **changes: Any) -> ReminderMail:
    assert isinstance(event.when, AllDay | Timed)
    mail = ReminderMail(
        envelope=an_envelope(language),
        revision=Revision(event, 0, PUBLISHED, PUBLISHED),
        when=event.when,
        zone="Europe/Tirane",
        follows=(FOLLOWS[language], SUMMITS[language]),
        event_url=f"https://calendar.example.org/events/{event.slug}?lang={language}",
        unsubscribe_url=f"https://calendar.example.org/unsubscribe/q7c3?lang={language}",
        list_headers=ListHeaders(
            id="nato.calendar.example.org",
            name=FOLLOWS[language],
            one_click_url="https://calendar.example.org/unsubscribe/one-click/q7c3",
        ),
        attachment=Attachment(f"{event.slug}.ics", CALENDAR_FILE),
    )
    return replace(mail, **changes)


def a_late_reminder_from_afar(language: str = "en") -> ReminderMail:
    """Timed, in English only, and for a reader whose clocks show another day."""
    date_of_mail = datetime(2026, 3, 30, 10, tzinfo=UTC)
    return a_reminder(
        language,
        BRIEFING,
        envelope=an_envelope(language, date=date_of_mail),
        zone="Pacific/Auckland",
        late=True,
    )
