"""What mails to readers say, as values: for each group to whom they say the same."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace

from calendar_service.delivery.digesting import Circumstances, Contents
from calendar_service.delivery.facts import Facts, Instance, Reason
from calendar_service.delivery.knowledge import Story
from calendar_service.domain.events import Event, Revision, text_in
from calendar_service.domain.notices import Change, Notice, Scope, same_time
from calendar_service.domain.readers import Target, TargetKind
from calendar_service.domain.when import InMonth, KnownWhen, Timed
from calendar_service.domain.when_documents import read_when
from calendar_service.ical.calendars import event_calendar
from calendar_service.mail.messages import (
    Attachment,
    Choice,
    DigestMail,
    MailingList,
    Masthead,
    NoticeMail,
    PreferencesMail,
    Readership,
    ReminderMail,
)
from calendar_service.syndication.items import Item
from calendar_service.syndication.json_ld import json_ld_for_page

_ANY_ZONE = "UTC"


@dataclass(frozen=True, slots=True)
class EventMails:
    """Writes for one installation, whose mails have one masthead."""

    masthead: Masthead

    def reminded(
        self, instance: Instance, main: Reason, reasons: list[Reason], facts: Facts, *, late: bool
    ) -> Readership:
        """The readers who are reminded like this one."""
        language = main.way.language
        return Readership.of(
            read_when(instance.document),
            language=language,
            zone=main.way.zone,
            now=facts.at,
            follows=_follows(reasons, facts, language),
            mailing_list=self._list(main, instance.published.event, facts),
            late=late,
        )

    def told(
        self,
        story: Story,
        notice: Notice,
        main: Reason,
        reasons: list[Reason],
        facts: Facts,
        *,
        late: bool,
    ) -> Readership:
        """The readers who are told what this one is; hours are said by the clocks of their zone."""
        language = main.way.language
        return Readership(
            language=language,
            zone=main.way.zone if _has_hours(notice.changes) else _ANY_ZONE,
            follows=_follows(reasons, facts, language),
            mailing_list=self._list(main, story.published.event, facts),
            late=late,
        )

    def reminder(
        self, instance: Instance, readership: Readership, change: Change | None
    ) -> ReminderMail:
        """The reminder of a date, with what is new about it."""
        when, language = read_when(instance.document), readership.language
        dated = replace(instance.revision, event=replace(instance.revision.event, when=when))
        return ReminderMail(
            readership=readership,
            masthead=self.masthead,
            revision=instance.revision,
            when=when,
            event_url=self._page(instance.revision.event, language),
            attachment=self.file(instance.published, language),
            change=change,
            markup=self.markup(dated, language, change),
        )

    def arriving(
        self,
        story: Story,
        when: KnownWhen,
        main: Reason,
        reasons: list[Reason],
        facts: Facts,
        *,
        late: bool,
    ) -> Readership:
        """The readers who are told like this one that an event has come to a search."""
        language = main.way.language
        readers = Readership.of(
            when,
            language=language,
            zone=main.way.zone,
            now=facts.at,
            follows=_follows(reasons, facts, language),
            mailing_list=self._list(main, story.published.event, facts),
            late=late,
        )
        return replace(readers, days=-1)  # how far away it is, is not what it is about

    def arrival(self, story: Story, when: KnownWhen, readership: Readership) -> ReminderMail:
        """The mail that tells of an event that has come to a search."""
        published, language = story.published, readership.language
        return ReminderMail(
            readership=readership,
            masthead=self.masthead,
            revision=published,
            when=when,
            event_url=self._page(published.event, language),
            attachment=self.file(published, language),
            markup=self.markup(published, language, None),
            is_new=True,
        )

    def notice(self, story: Story, notice: Notice, readership: Readership) -> NoticeMail:
        """The mail that tells what has changed."""
        published, language = story.published, readership.language
        change = None if notice.scope is Scope.DATES else notice.changes[0]
        undated = isinstance(published.event.when, InMonth)
        return NoticeMail(
            readership=readership,
            masthead=self.masthead,
            revision=published,
            notice=notice,
            event_url=self._page(published.event, language),
            attachment=None if undated else self.file(published, language),
            markup=self.markup(replace(published, event=change.after), language, change)
            if change
            else "",
        )

    def digest(
        self,
        group: Circumstances,
        contents: Contents,
        reasons: list[Reason],
        facts: Facts,
        *,
        late: bool,
    ) -> DigestMail:
        """The mail that tells all together."""
        readers = Readership(
            language=group.language,
            zone=group.zone,
            follows=_follows(reasons, facts, group.language),
            mailing_list=self.masthead.own_list(f"{group.issue.digest}.digests"),
            late=late,
        )
        return DigestMail(readers, self.masthead, group.issue, contents.coming, contents.news)

    def answer(self, reasons: list[Reason], facts: Facts) -> PreferencesMail:
        """The mail that tells a reader what they have chosen, in the language of the first."""
        language = reasons[0].way.language
        choices = (
            Choice(
                text_in(facts.titles[one.way.target], language)[0],
                one.way.preferences,
                None if one.goes_on(facts.at) else one.paused_until,
            )
            for one in reasons
        )
        return PreferencesMail(language, self.masthead, tuple(choices), facts.at)

    def file(self, published: Revision, language: str) -> Attachment:
        """The event for a calendar app."""
        calendar = event_calendar(published, language=language, origin=self.masthead.origin)
        return Attachment(f"{published.event.slug}.ics", calendar.content)

    def markup(self, revision: Revision, language: str, change: Change | None) -> str:
        """The date for programs, without what the mail itself says at length."""
        before = change.before if change else None
        moved = before is not None and not same_time(before.when, revision.event.when)
        brief = replace(revision, event=replace(revision.event, description={}))
        times = (before.when,) if before and moved else ()
        return json_ld_for_page(Item(brief, language, self.masthead.origin, before=times))

    def _page(self, event: Event, language: str) -> str:
        return f"{self.masthead.origin}/events/{event.slug}?lang={language}"

    def _list(self, main: Reason, event: Event, facts: Facts) -> MailingList:
        target = main.way.target
        return MailingList(
            id=self._list_id(target, event.slug),
            name=text_in(facts.titles[target], main.way.language)[0],
        )

    def _list_id(self, target: Target, slug: str) -> str:
        """The List-Id of what is followed (RFC 2919): its name below the site's own."""
        if target.kind is TargetKind.SEARCH:
            digest = hashlib.sha256(target.name.encode()).hexdigest()[:16]
            return f"{digest}.searches.{self.masthead.list_host}"
        name = target.name if target.kind is TargetKind.FEED else slug
        return f"{name}.{target.kind}s.{self.masthead.list_host}"


def _follows(reasons: list[Reason], facts: Facts, language: str) -> tuple[str, ...]:
    return tuple(text_in(facts.titles[one.way.target], language)[0] for one in reasons)


def _has_hours(changes: Iterable[Change]) -> bool:
    events = (event for change in changes for event in (change.before, change.after))
    return any(event is not None and isinstance(event.when, Timed) for event in events)
