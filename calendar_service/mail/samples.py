"""A mail of each kind to look at, of content that could be anybody's: no reader is in it.

`mail preview` shows them, and the tests read them.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta

from calendar_service.domain.dates import Pair
from calendar_service.domain.digests import Digest, News, issue_of
from calendar_service.domain.events import Event, Revision
from calendar_service.domain.notices import change_of, compare
from calendar_service.domain.readers import Preferences
from calendar_service.domain.reminders import DAY_BEFORE, OFFERED
from calendar_service.domain.when import InMonth
from calendar_service.language.catalogues import translator
from calendar_service.mail.addresses import Mailbox
from calendar_service.mail.composing import kind_of
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
    ReaderConfirmationMail,
    Readership,
    ReminderMail,
)
from calendar_service.mail.personal import Link, Personal
from calendar_service.mail.sample_events import (
    BRIEFING,
    CHANGES,
    DISPATCH,
    MINISTERIAL,
    MOVED,
    SUMMITS,
    TALKS,
    YEAR,
    titled,
)

PUBLISHED = datetime(2026, 1, 15, 9, tzinfo=UTC)
SENT = datetime(2026, 2, 11, 7, tzinfo=UTC)
ZONE = "Europe/Tirane"

MASTHEAD = Masthead(
    from_address=Mailbox("Kalendari", "calendar@example.org"),
    service="Kalendari",
    origin="https://calendar.example.org",
    imprint="Redaksia Shembull, Rruga e Provës 1, Tiranë",
    contact="newsroom@example.org",
)

CALENDAR_FILE = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nNAME:Përshëndetje\r\nEND:VCALENDAR\r\n".encode()
"""Stands for the file of an event, which is not made here."""

_PATHS = {
    Link.CONFIRM: "/confirm/kdnwb2wm7q",
    Link.UNSUBSCRIBE: "/unsubscribe/q7c3",
    Link.NEVER: "/never/k5s2",
    Link.PREFERENCES: "/preferences/m4v9",
}


def sample_personal(mail: Mail) -> Personal:
    """What a made-up reader's copy has for itself; its links lead nowhere."""
    masthead = mail.masthead
    domain = masthead.from_address.domain
    return Personal(
        to="reader@example.org",
        message_id=f"<mfrggzdfmztwq2lknnwg23tpobyxe43u@{domain}>",
        date=SENT,
        links={link: masthead.origin + _PATHS[link] for link in kind_of(mail).links},
        thread=f"<nvsxizlsmvwgk3tunfxw4idb@{domain}>",
    )


@dataclass(frozen=True, slots=True)
class Samples:
    """The mails of one installation in one language, in English where an event has no other."""

    language: str = "en"
    masthead: Masthead = MASTHEAD

    def all(self) -> dict[str, Mail]:
        """A mail of each kind, by its name; of a kind that has several forms, each of them."""
        return {
            "confirmation": self.confirmation(),
            "confirmation-of-several": self.confirmation_of_several(),
            "reminder": self.reminder(),
            "reminder-late-from-afar": self.late_reminder_from_afar(),
            "reminder-of-what-has-moved": self.reminder_of_what_has_moved(),
            "arrival": self.arrival(),
            "digest": self.digest(),
            "digest-quiet": self.quiet_digest(),
            "preferences": self.answer(),
            **{f"notice-{name}": mail for name, mail in self.notices().items()},
        }

    def confirmation(self) -> ConfirmationMail:
        """Of a sign-up for a feed, with what the form offers."""
        return ConfirmationMail(
            language=self.language,
            masthead=self.masthead,
            follows=titled(SUMMITS, self.language),
            offsets=OFFERED,
            zone=ZONE,
            until=SENT + timedelta(hours=48),
        )

    def confirmation_of_several(self) -> ConfirmationMail:
        """Of a reader's sign-up, while others of theirs are waiting."""
        one = self.confirmation()
        known = {name.name: getattr(one, name.name) for name in fields(one)}
        search = translator(self.language).gettext("A search for events")
        return ReaderConfirmationMail(**known | {"also": (titled(YEAR, self.language), search)})

    def readership(self) -> Readership:
        """Who follows two feeds, in Tirana."""
        year = titled(YEAR, self.language)
        return Readership(
            language=self.language,
            zone=ZONE,
            follows=(year, titled(SUMMITS, self.language)),
            mailing_list=MailingList("nato.calendar.example.org", year),
        )

    def reminder(self, event: Event = MINISTERIAL) -> ReminderMail:
        """Of an event that is tomorrow."""
        assert not isinstance(event.when, InMonth)  # noqa: S101 - it has a day
        return ReminderMail(
            readership=replace(self.readership(), days=1),
            masthead=self.masthead,
            revision=Revision(event, 0, PUBLISHED, PUBLISHED),
            when=event.when,
            event_url=self._page(event),
            attachment=_file(event),
        )

    def arrival(self) -> ReminderMail:
        """Of an event that has come to a search."""
        mail = self.reminder(TALKS)
        return replace(mail, readership=replace(mail.readership, days=-1), is_new=True)

    def late_reminder_from_afar(self) -> ReminderMail:
        """Timed, in English only, and for readers whose clocks show another day."""
        mail = self.reminder(BRIEFING)
        afar = replace(mail.readership, zone="Pacific/Auckland", late=True)
        return replace(mail, readership=afar)

    def reminder_of_what_has_moved(self) -> ReminderMail:
        """Its readers were last told of another day and another place."""
        return replace(self.reminder(MOVED), change=change_of(Pair(DISPATCH, MOVED), self.language))

    def notice(self, before: Event, after: Event) -> NoticeMail:
        """What readers are told when an event changes; raises ValueError where it is no news."""
        notice = compare(before, after, self.language, now=PUBLISHED, zone=ZONE)
        if notice is None:
            raise ValueError(f"Nothing has changed about {after.slug!r}.")
        return NoticeMail(
            readership=self.readership(),
            masthead=self.masthead,
            revision=Revision(after, 1, PUBLISHED, PUBLISHED),
            notice=notice,
            event_url=self._page(after),
            attachment=None if isinstance(after.when, InMonth) else _file(after),
        )

    def notices(self) -> dict[str, NoticeMail]:
        """A notice of each sort; one from afar, and one that is late."""
        told = {name: self.notice(*change) for name, change in CHANGES.items()}
        afar, late = told["moved"].readership, told["changed"].readership
        told["moved"] = replace(told["moved"], readership=replace(afar, zone="America/New_York"))
        told["changed"] = replace(told["changed"], readership=replace(late, late=True))
        return told

    def digest(self) -> DigestMail:
        """A daily one: two events that are coming, and one of each sort of news."""
        news = [News(replace(MINISTERIAL, slug="announced"), None)]
        news += [News(mail.revision.event, mail.notice) for mail in self.notices().values()]
        return DigestMail(
            readership=self.readership(),
            masthead=self.masthead,
            issue=issue_of(Digest.DAILY, SENT, ZONE),
            coming=(MINISTERIAL, TALKS),
            news=tuple(news),
        )

    def quiet_digest(self) -> DigestMail:
        """A weekly one that is late, with little in it."""
        mail = self.digest()
        return replace(
            mail,
            readership=replace(mail.readership, late=True),
            issue=issue_of(Digest.WEEKLY, SENT, ZONE),
            coming=(),
            news=mail.news[:1],
        )

    def answer(self) -> PreferencesMail:
        """To a reader of two feeds, who wants to hear more of one of them than of the other."""
        more = Preferences(OFFERED, self.language, ZONE, digest=Digest.WEEKLY)
        less = replace(more, offsets=(DAY_BEFORE,), notices=False, digest=None)
        choices = (
            Choice(titled(YEAR, self.language), more),
            Choice(titled(SUMMITS, self.language), less),
        )
        return PreferencesMail(self.language, self.masthead, choices, SENT)

    def _page(self, event: Event) -> str:
        return f"{self.masthead.origin}/events/{event.slug}?lang={self.language}"


def _file(event: Event) -> Attachment:
    return Attachment(f"{event.slug}.ics", CALENDAR_FILE)
