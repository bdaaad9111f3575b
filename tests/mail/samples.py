"""Mails to look at: two events in three languages, and everything around them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

from calendar_service.domain.dates import Pair
from calendar_service.domain.digests import Digest, News, issue_of
from calendar_service.domain.events import Event, Participant, Place, Revision, Status
from calendar_service.domain.notices import change_of, compare
from calendar_service.domain.readers import Preferences
from calendar_service.domain.recurrence import Override, Recurrence
from calendar_service.domain.reminders import DAY_BEFORE, OFFERED
from calendar_service.domain.stretches import move_series
from calendar_service.domain.when import AllDay, InMonth, Timed
from calendar_service.mail.addresses import Mailbox
from calendar_service.mail.composing import compose, kind_of
from calendar_service.mail.messages import (
    Attachment,
    Choice,
    ConfirmationMail,
    DigestMail,
    Mail,
    MailingList,
    Masthead,
    NoticeMail,
    PreferencesMail,
    Readership,
    ReminderMail,
)
from calendar_service.mail.personal import Link, Personal

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


SENT = datetime(2026, 2, 11, 7, tzinfo=UTC)
CONFIRM_URL = "https://calendar.example.org/confirm/kdnwb2wm7q"
UNSUBSCRIBE_URL = "https://calendar.example.org/unsubscribe/q7c3"
NEVER_URL = "https://calendar.example.org/never/k5s2"


def a_personal(*links: Link, **changes: Any) -> Personal:
    urls = {Link.CONFIRM: CONFIRM_URL, Link.UNSUBSCRIBE: UNSUBSCRIBE_URL, Link.NEVER: NEVER_URL}
    personal = Personal(
        to="reader@example.org",
        message_id="<mfrggzdfmztwq2lknnwg23tpobyxe43u@example.org>",
        date=SENT,
        links={link: urls[link] for link in links},
        thread="<nvsxizlsmvwgk3tunfxw4idb@example.org>",
    )
    return replace(personal, **changes)


def personal_of(mail: Mail, **changes: Any) -> Personal:
    """What a reader's own copy of the mail has for itself."""
    return a_personal(*kind_of(mail).links, **changes)


def octets_of(mail: Mail, **changes: Any) -> bytes:
    """One reader's copy of the mail as it is sent."""
    return compose(mail, personal_of(mail, **changes))


def composed(mail: Mail, **changes: Any) -> EmailMessage:
    """One reader's copy of the mail as the standard library reads it."""
    octets = octets_of(mail, **changes)
    return message_from_bytes(octets, policy=SMTP.clone(refold_source="none"))


def a_confirmation(language: str = "en", **changes: Any) -> ConfirmationMail:
    mail = ConfirmationMail(
        language=language,
        masthead=MASTHEAD,
        follows=SUMMITS[language],
        offsets=OFFERED,
        zone="Europe/Tirane",
        until=SENT + timedelta(hours=48),
    )
    return replace(mail, **changes)


def a_readership(language: str = "en", **changes: Any) -> Readership:
    readership = Readership(
        language=language,
        zone="Europe/Tirane",
        follows=(FOLLOWS[language], SUMMITS[language]),
        mailing_list=MailingList("nato.calendar.example.org", FOLLOWS[language]),
        days=1,
    )
    return replace(readership, **changes)


def a_reminder(
    language: str = "en", event: Event = MINISTERIAL, *, masthead: Masthead = MASTHEAD, **of: Any
) -> ReminderMail:
    """A reminder for `a_readership` with the changes named, or of another revision, when, file."""
    assert isinstance(event.when, AllDay | Timed)
    mail = ReminderMail(
        readership=a_readership(language),
        masthead=masthead,
        revision=Revision(event, 0, PUBLISHED, PUBLISHED),
        when=event.when,
        event_url=f"https://calendar.example.org/events/{event.slug}?lang={language}",
        attachment=Attachment(f"{event.slug}.ics", CALENDAR_FILE),
    )
    own = {name: value for name, value in of.items() if hasattr(mail, name)}
    shared = {name: value for name, value in of.items() if name not in own}
    return replace(mail, **{"readership": a_readership(language, **shared), **own})


def a_notice(
    language: str = "en",
    before: Event = MINISTERIAL,
    after: Event = MINISTERIAL,
    *,
    now: datetime = PUBLISHED,
    **of: Any,
) -> NoticeMail:
    """A notice for `a_readership` with the changes named."""
    notice = compare(before, after, language, now=now, zone="Europe/Tirane")
    assert notice is not None
    mail = NoticeMail(
        readership=replace(a_readership(language, days=-1), **of),
        masthead=MASTHEAD,
        revision=Revision(after, 1, PUBLISHED, PUBLISHED),
        notice=notice,
        event_url=f"https://calendar.example.org/events/{after.slug}?lang={language}",
        attachment=Attachment(f"{after.slug}.ics", CALENDAR_FILE),
    )
    return replace(mail, attachment=None) if isinstance(after.when, InMonth) else mail


REASON = {
    "sq": "Mbledhja bie në ditën e një vizite shtetërore.",
    "en": "The meeting falls on the day of a state visit.",
    "fr": "La réunion tombe le jour d’une visite d’État.",
}
DISPATCH = replace(
    BRIEFING,
    title={"sq": "Konferencë për shtyp", "en": "Press briefing", "fr": "Conférence de presse"},
    place=MINISTERIAL.place,
)
WEEKLY = replace(DISPATCH, recurrence=Recurrence("FREQ=WEEKLY;COUNT=14"))
LATER = Timed(
    datetime.fromisoformat("2026-03-31T10:00"),
    datetime.fromisoformat("2026-03-31T11:00"),
    "Europe/Brussels",
)
TIRANA = Place(
    {
        "sq": "Pallati i Kongreseve, Tiranë",
        "en": "Palace of Congresses, Tirana",
        "fr": "Palais des congrès, Tirana",
    }
)


def notices(language: str) -> dict[str, NoticeMail]:
    """A notice of each sort."""
    renamed = {code: f"{title} II" for code, title in DISPATCH.title.items()}
    postponed = replace(MINISTERIAL, status=Status.POSTPONED, reason=REASON)
    second = datetime.fromisoformat("2026-04-06T15:00")
    third = datetime.fromisoformat("2026-04-13T15:00")
    some = Recurrence(
        WEEKLY.recurrence.rule,  # type: ignore[union-attr]
        added=(datetime.fromisoformat("2026-04-09T09:00"),),
        excluded=(second,),
        overrides=(Override(third, when=LATER.moved_to(third.replace(hour=9)), place=TIRANA),),
    )
    all_moved = replace(
        WEEKLY,
        when=LATER,
        recurrence=move_series(WEEKLY.recurrence, BRIEFING.when, LATER),  # type: ignore[arg-type]
    )
    return {
        "moved": a_notice(
            language, DISPATCH, replace(DISPATCH, when=LATER), zone="America/New_York"
        ),
        "changed": a_notice(
            language, DISPATCH, replace(DISPATCH, title=renamed, place=TIRANA), late=True
        ),
        "cancelled": a_notice(
            language, MINISTERIAL, replace(MINISTERIAL, status=Status.CANCELLED, reason=REASON)
        ),
        "postponed": a_notice(language, MINISTERIAL, replace(postponed, when=InMonth(2026, 4))),
        "new-date": a_notice(
            language,
            postponed,
            replace(MINISTERIAL, when=AllDay(date(2026, 4, 23), date(2026, 4, 24))),
        ),
        "after-all": a_notice(language, replace(MINISTERIAL, status=Status.CANCELLED), MINISTERIAL),
        "one-date": a_notice(
            language,
            WEEKLY,
            replace(WEEKLY, recurrence=replace(WEEKLY.recurrence, excluded=(second,))),  # type: ignore[type-var]
        ),
        "some-dates": a_notice(language, WEEKLY, replace(WEEKLY, recurrence=some)),
        "series": a_notice(language, WEEKLY, all_moved),
    }


def a_digest(
    language: str = "en", digest: Digest = Digest.DAILY, *, quiet: bool = False, **of: Any
) -> DigestMail:
    """Of the days from SENT on: two events that are coming, and one of each sort of news."""
    issue = issue_of(digest, SENT, "Europe/Tirane")
    talks = replace(
        DISPATCH,
        slug="talks",
        when=Timed(
            datetime.fromisoformat("2026-02-13T15:00"),
            datetime.fromisoformat("2026-02-13T16:30"),
            "Europe/Brussels",
        ),
        status=Status.TENTATIVE,
    )
    told = notices(language)
    news = [News(replace(MINISTERIAL, slug="announced"), None)]
    news += [News(mail.revision.event, mail.notice) for mail in told.values()]
    mail = DigestMail(
        readership=replace(a_readership(language, days=-1), **of),
        masthead=MASTHEAD,
        issue=issue,
        coming=(MINISTERIAL, talks),
        news=tuple(news),
    )
    return replace(mail, coming=(), news=tuple(news[:1])) if quiet else mail


def an_answer(language: str = "en") -> PreferencesMail:
    """To a reader of two feeds, who wants to hear more of one of them than of the other."""
    of_all = Preferences(OFFERED, language, "Europe/Tirane", digest=Digest.WEEKLY)
    of_one = replace(of_all, offsets=(DAY_BEFORE,), notices=False, digest=None)
    of_feeds = (Choice("The year of NATO", of_all), Choice("NATO Summits", of_one))
    return PreferencesMail(language, MASTHEAD, of_feeds, SENT)


def a_reminder_of_what_has_moved(language: str = "en") -> ReminderMail:
    """Its readers were last told of another day and another place."""
    moved = replace(DISPATCH, when=LATER, place=TIRANA)
    change = change_of(Pair(DISPATCH, moved), language)
    return a_reminder(language, moved, change=change)


def a_late_reminder_from_afar(language: str = "en") -> ReminderMail:
    """Timed, in English only, and for readers whose clocks show another day."""
    return a_reminder(language, BRIEFING, zone="Pacific/Auckland", late=True)
