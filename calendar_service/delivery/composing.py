"""Writes the mails of a batch: one form for each group of readers, filled for each of them."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from urllib.parse import urlsplit

from calendar_service.actions.service import Service
from calendar_service.actions.signup import (
    CONFIRM_WITHIN,
    confirm_token,
    unsubscribe_token,
)
from calendar_service.actions.standing import never_token
from calendar_service.delivery.checks import LATE_AFTER, Facts, Instance, Reason
from calendar_service.delivery.relay import open_signer
from calendar_service.domain.events import Localized
from calendar_service.domain.readers import Target, TargetKind
from calendar_service.domain.when_documents import read_when
from calendar_service.ical.calendars import event_calendar
from calendar_service.mail.addresses import parse_mailbox
from calendar_service.mail.contents import Content
from calendar_service.mail.forms import Form, make_form
from calendar_service.mail.identity import message_id
from calendar_service.mail.messages import (
    Attachment,
    ConfirmationMail,
    MailingList,
    Masthead,
    Readership,
    ReminderMail,
)
from calendar_service.mail.personal import Link, Personal
from calendar_service.mail.senders import Parcel
from calendar_service.mail.verp import BounceAddress
from calendar_service.store.queries.ledger import Owed
from calendar_service.store.queries.readers import preferences_of, target_of
from calendar_service.store.rows import Kind

MOST_FORMS = 256
"""Forms that are kept from batch to batch, some 20 kB each."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A mail about to leave; `content` gives what is sent, or waits until that is signed."""

    delivery_id: int
    envelope_from: str
    to: str
    content: Callable[[], Content]

    def parcel(self) -> Parcel:
        """The mail as it goes over the wire; raises ValueError for what cannot stand in it."""
        return Parcel(self.delivery_id, self.envelope_from, self.to, self.content())


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
        self._masthead = Masthead(
            from_address=parse_mailbox(settings.mail_from),
            service=settings.name,
            origin=settings.origin,
            imprint=settings.imprint,
            contact=settings.contact,
        )

    def compose(self, delivery: Owed, facts: Facts) -> Outgoing:
        """The mail of a delivery whose check has passed; whatever it raises, it cannot be sent."""
        write = self._confirmation if delivery.kind == Kind.CONFIRMATION else self._reminder
        return write(delivery, facts)

    def _confirmation(self, delivery: Owed, facts: Facts) -> Outgoing:
        signup = facts.signups[delivery.signup_id or 0]
        preferences, target = preferences_of(signup), target_of(signup)
        mail = ConfirmationMail(
            language=preferences.language,
            masthead=self._masthead,
            follows=_in(facts.titles[target], preferences.language),
            offsets=preferences.offsets,
            zone=preferences.zone,
            until=signup.expires_at,
            expires_in=round(CONFIRM_WITHIN.total_seconds() / 3600),
        )
        form = self._form(mail, lambda: mail)
        link = f"{self._origin}/confirm/{confirm_token(self._service, signup.key)}"
        token = never_token(self._service, signup.address_key, signup.language)
        never = f"{self._origin}/never/{token}"
        return self._outgoing(
            delivery,
            form,
            signup.key,
            f"confirmation {signup.key}",
            signup.address,
            facts.at,
            {Link.CONFIRM: link, Link.NEVER: never},
        )

    def _reminder(self, delivery: Owed, facts: Facts) -> Outgoing:
        instance = facts.instance_of(delivery)
        reasons = facts.reasons(delivery)
        main = reasons[0] if len(reasons) == 1 else _main(reasons, delivery)
        owed_since = max(delivery.due_at, instance.timed_at or delivery.due_at)
        late = facts.at - owed_since > LATE_AFTER
        form = self._reminder_form(instance, main, reasons, facts, late=late)
        key, address = facts.readers[delivery.reader_id or 0]
        uid = instance.published.event.uid
        token = unsubscribe_token(self._service, key, uid, main.id)
        link = f"{self._origin}/unsubscribe/{token}"
        identity = f"{key} {delivery.key}"
        links = {Link.UNSUBSCRIBE: link}
        return self._outgoing(delivery, form, key, identity, address, facts.at, links)

    def _reminder_form(
        self,
        instance: Instance,
        main: Reason,
        reasons: list[Reason],
        facts: Facts,
        *,
        late: bool,
    ) -> Form:
        """The form for a reader and all who are like this one: most of a batch are."""
        key = (instance.id, late, main.way, *(one.way for one in reasons))
        form = facts.forms.get(key)
        if form is None:
            readership = self._readership(instance, main, reasons, facts, late=late)
            group = (instance.id, instance.time_rev, instance.published.sequence, readership)
            form = self._form(group, lambda: self._reminder_mail(instance, readership))
            facts.forms[key] = form
        return form

    def _readership(
        self,
        instance: Instance,
        main: Reason,
        reasons: list[Reason],
        facts: Facts,
        *,
        late: bool,
    ) -> Readership:
        language = main.way.language
        return Readership.of(
            read_when(instance.document),
            language=language,
            zone=main.way.zone,
            now=facts.at,
            follows=tuple(_in(facts.titles[one.way.target], language) for one in reasons),
            mailing_list=MailingList(
                id=self._list_id(main.way.target, instance.published.event.slug),
                name=_in(facts.titles[main.way.target], language),
            ),
            late=late,
        )

    def _reminder_mail(self, instance: Instance, readership: Readership) -> ReminderMail:
        event, language = instance.revision.event, readership.language
        origin = self._origin
        calendar = event_calendar(instance.published, language=language, origin=origin)
        return ReminderMail(
            readership=readership,
            masthead=self._masthead,
            revision=instance.revision,
            when=read_when(instance.document),
            event_url=f"{origin}/events/{event.slug}?lang={language}",
            attachment=Attachment(f"{event.slug}.ics", calendar.content),
        )

    def _form(self, group: Hashable, write: Callable[[], ReminderMail | ConfirmationMail]) -> Form:
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
    ) -> Outgoing:
        sender = self._masthead.from_address
        named = message_id(self._service.secret, identity, sender.domain)
        content: Callable[[], Content] = partial(form.fill, Personal(to, named, now, links))
        if self._signer is not None:
            content = self._signer.start(content(), now)
        envelope_from = sender.address
        if self._bounces is not None:
            envelope_from = self._bounces.of(self._service.secret, delivery.id, whose)
        return Outgoing(delivery.id, envelope_from, to, content)

    def _list_id(self, target: Target, slug: str) -> str:
        """The List-Id of what is followed (RFC 2919): its name below the site's own."""
        name = target.name if target.kind is TargetKind.FEED else slug
        host = urlsplit(self._origin).hostname or ""
        clean = re.sub(r"[^a-z0-9.]+", "-", host).strip("-.")
        return f"{name}.{target.kind}s.{clean or 'localhost'}"


def _main(reasons: list[Reason], delivery: Owed) -> Reason:
    """The one that the mail was owed through if it still runs, or another that wants it."""
    covering = (one for one in reasons if delivery.offset in one.way.offsets)
    first = next(covering)
    return next((one for one in reasons if one.id == delivery.subscription_id), first)


def _in(text: Localized, language: str) -> str:
    return text.get(language) or next(iter(text.values()), "")
