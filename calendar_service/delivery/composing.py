"""Writes the mails of a batch: one form for each group of readers, filled for each of them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

from calendar_service.actions.confirming import confirm_token, told_first
from calendar_service.actions.digests import digest_token
from calendar_service.actions.reader_links import preferences_token
from calendar_service.actions.service import Service
from calendar_service.actions.standing import never_token
from calendar_service.actions.unsubscribing import unsubscribe_token
from calendar_service.config import Settings
from calendar_service.delivery.checks import LATE_AFTER
from calendar_service.delivery.event_mails import EventMails
from calendar_service.delivery.facts import Facts, Reason
from calendar_service.delivery.relay import open_signer
from calendar_service.mail.addresses import parse_mailbox
from calendar_service.mail.contents import Content
from calendar_service.mail.forms import Form, make_form
from calendar_service.mail.identity import message_id
from calendar_service.mail.messages import (
    ConfirmationMail,
    DigestMail,
    Mail,
    Masthead,
    ReaderConfirmationMail,
)
from calendar_service.mail.personal import Link, Personal
from calendar_service.mail.senders import Parcel
from calendar_service.mail.verp import BounceAddress
from calendar_service.store.queries.ledger import Owed
from calendar_service.store.queries.readers import preferences_of, target_of
from calendar_service.store.rows import Kind

MOST_FORMS = 256
"""Forms that are kept from batch to batch, some 20 kB each."""


class Outgoing(NamedTuple):
    """A mail about to leave; `content` gives what is sent, or waits until that is signed."""

    delivery_id: int
    envelope_from: str
    to: str
    content: Callable[[], Content]

    def parcel(self) -> Parcel:
        """The mail as it goes over the wire; raises ValueError for what cannot stand in it."""
        return Parcel(self.delivery_id, self.envelope_from, self.to, self.content())


def masthead_of(settings: Settings) -> Masthead:
    """Who sends the mails of an installation."""
    return Masthead(
        from_address=parse_mailbox(settings.mail_from),
        service=settings.name,
        origin=settings.origin,
        imprint=settings.imprint,
        contact=settings.contact,
    )


class Composer:
    """Writes mails for one installation; keeps the newest forms."""

    def __init__(self, service: Service) -> None:
        settings = service.settings
        self._service = service
        self._origin = settings.origin
        self._forms: OrderedDict[Hashable, Form] = OrderedDict()
        self._signer = open_signer(settings)
        bounces = settings.bounce_address
        self._bounces = BounceAddress.parse(bounces) if bounces else None
        self._mails = EventMails(masthead_of(settings))
        self._writers: Mapping[str, Callable[[Owed, Facts], Outgoing]] = {
            Kind.CONFIRMATION: self._confirmation,
            Kind.REMINDER: self._reminder,
            Kind.NOTICE: self._notice,
            Kind.ARRIVAL: self._arrival,
            Kind.DIGEST: self._digest,
            Kind.PREFERENCES: self._answer,
        }

    def compose(self, delivery: Owed, facts: Facts) -> Outgoing:
        """The mail of a delivery whose check has passed; whatever it raises, it cannot be sent."""
        if delivery.id in facts.unreadable:
            raise facts.unreadable[delivery.id]
        return self._writers[delivery.kind](delivery, facts)

    def _confirmation(self, delivery: Owed, facts: Facts) -> Outgoing:
        """The mail about all that waits for an address; what it is owed for is told in full."""
        signup = facts.signups[delivery.signup_id or 0]
        waiting = facts.waiting[signup.address_key]
        first = told_first(waiting, signup)
        preferences, language, target = preferences_of(first), first.language, target_of(first)
        others = [one for one in map(target_of, waiting) if one != target]
        readable = [one for one in others if one in facts.titles_to_confirm]
        reader = facts.follower_keys.get(signup.address_key)
        mail = (ReaderConfirmationMail if reader else ConfirmationMail)(
            language=language,
            masthead=self._mails.masthead,
            follows=facts.title_to_confirm(target, language),
            offsets=preferences.offsets,
            zone=preferences.zone,
            until=signup.expires_at,
            expires_in=max(1, round((signup.expires_at - facts.at) / timedelta(hours=1))),
            also=tuple({facts.title_to_confirm(one, language): None for one in readable}),
        )
        form = self._form(mail, lambda: mail)
        never = never_token(self._service, signup.address_key, language)
        links = {
            Link.CONFIRM: f"{self._origin}/confirm/{confirm_token(self._service, signup.key)}",
            Link.NEVER: f"{self._origin}/never/{never}",
        }
        if reader:
            links[Link.PREFERENCES] = self._choices(reader)
        return self._outgoing(
            delivery,
            form,
            signup.key,
            f"confirmation {signup.key}",
            signup.address,
            facts.at,
            links,
        )

    def _reminder(self, delivery: Owed, facts: Facts) -> Outgoing:
        """The mail of a reader and of all who are like this one, as most of a batch are."""
        instance, reasons = facts.instance_of(delivery), facts.reasons(delivery)
        main, told = facts.main_reason(delivery), facts.told_before(delivery)
        owed_since = max(delivery.due_at, instance.timed_at or delivery.due_at)
        late = facts.at - owed_since > LATE_AFTER
        key = (instance.id, late, told, main.way, *(one.way for one in reasons))
        form = facts.forms.get(key)
        if form is None:
            readers = self._mails.reminded(instance, main, reasons, facts, late=late)
            change = facts.knowledge.change(delivery, told, readers.language)
            news = told if change else None
            group = (instance.id, instance.time_rev, instance.published.sequence, news, readers)
            form = self._form(group, lambda: self._mails.reminder(instance, readers, change))
            facts.forms[key] = form
        return self._to_follower(delivery, form, instance.published.event.uid, main, facts)

    def _notice(self, delivery: Owed, facts: Facts) -> Outgoing:
        story, reasons = facts.knowledge.stories[delivery.event_id or 0], facts.reasons(delivery)
        main, told = facts.main_reason(delivery), facts.told_before(delivery)
        late = facts.at - delivery.due_at > LATE_AFTER
        key = (story.id, late, told, main.way, *(one.way for one in reasons))
        form = facts.forms.get(key)
        if form is None:
            notice = facts.knowledge.notice(delivery, told, main.way.language)
            assert notice is not None  # noqa: S101 - it was looked at before
            readers = self._mails.told(story, notice, main, reasons, facts, late=late)
            said = tuple((one.headline, one.after.when) for one in notice.changes)
            group = (story.id, story.published.sequence, told, said, readers)
            form = self._form(group, lambda: self._mails.notice(story, notice, readers))
            facts.forms[key] = form
        return self._to_follower(delivery, form, story.published.event.uid, main, facts)

    def _arrival(self, delivery: Owed, facts: Facts) -> Outgoing:
        story, reasons = facts.knowledge.stories[delivery.event_id or 0], facts.reasons(delivery)
        main = facts.main_reason(delivery)
        when = story.next_date(facts.at, facts.knowledge.zone)
        assert when is not None  # noqa: S101 - it was looked at before
        late = facts.at - delivery.due_at > LATE_AFTER
        readers = self._mails.arriving(story, when, main, reasons, facts, late=late)
        group = ("arrival", story.id, story.published.sequence, when, readers)
        form = self._form(group, lambda: self._mails.arrival(story, when, readers))
        return self._to_follower(delivery, form, story.published.event.uid, main, facts)

    def _digest(self, delivery: Owed, facts: Facts) -> Outgoing:
        group, told = facts.circumstances(delivery), facts.digests
        late = facts.at - delivery.due_at > LATE_AFTER

        def write() -> DigestMail:
            reasons = facts.reasons(delivery)
            return self._mails.digest(group, told.contents[group], reasons, facts, late=late)

        form = self._form((group, told.at, told.plans, late), write)
        key, address = facts.readers[delivery.reader_id or 0]
        token = digest_token(self._service, key, delivery.offset)
        links = self._links(f"digest/{token}", key)
        identity = f"{key} {delivery.key}"
        return self._outgoing(delivery, form, key, identity, address, facts.at, links)

    def _answer(self, delivery: Owed, facts: Facts) -> Outgoing:
        """The mail that answers a change of choices; no two are alike, so none is kept."""
        reader = delivery.reader_id or 0
        reasons = facts.following[reader]
        form = make_form(self._mails.answer(reasons, facts))
        key, address = facts.readers[reader]
        token = unsubscribe_token(self._service, key)
        links = self._links(f"unsubscribe/{token}", key)
        identity = f"{key} {delivery.key}"
        return self._outgoing(delivery, form, key, identity, address, facts.at, links)

    def _to_follower(
        self, delivery: Owed, form: Form, uid: str, main: Reason, facts: Facts
    ) -> Outgoing:
        """A mail about an event, in the thread of all that its reader gets about it."""
        key, address = facts.readers[delivery.reader_id or 0]
        token = unsubscribe_token(self._service, key, uid, main.id)
        links = self._links(f"unsubscribe/{token}", key)
        identity, thread = f"{key} {delivery.key}", f"{key} thread {uid}"
        return self._outgoing(delivery, form, key, identity, address, facts.at, links, thread)

    def _links(self, stop: str, reader_key: str) -> dict[Link, str]:
        """The links of a mail to who follows something: to stop it, and to change it."""
        return {
            Link.UNSUBSCRIBE: f"{self._origin}/{stop}",
            Link.PREFERENCES: self._choices(reader_key),
        }

    def _choices(self, reader_key: str) -> str:
        return f"{self._origin}/preferences/{preferences_token(self._service, reader_key)}"

    def _form(self, group: Hashable, write: Callable[[], Mail]) -> Form:
        """The form of a group of readers, written if it is not kept."""
        form = self._forms.pop(group, None) or make_form(write())
        self._forms[group] = form
        if len(self._forms) > MOST_FORMS:
            self._forms.popitem(last=False)
        return form

    def _outgoing(
        self,
        delivery: Owed,
        form: Form,
        whose: str,
        identity: str,
        to: str,
        now: datetime,
        links: Mapping[Link, str],
        thread: str = "",
    ) -> Outgoing:
        sender, secret = self._mails.masthead.from_address, self._service.secret
        named = message_id(secret, identity, sender.domain)
        answered = message_id(secret, thread, sender.domain) if thread else ""
        personal = Personal(to, named, now, links, answered)
        content: Callable[[], Content] = partial(form.fill, personal)
        if self._signer is not None:
            content = self._signer.start(content(), now)
        envelope_from = sender.address
        if self._bounces is not None:
            envelope_from = self._bounces.of(secret, delivery.id, whose)
        return Outgoing(delivery.id, envelope_from, to, content)
