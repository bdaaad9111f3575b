"""How the mails stand with others: signed, vouched for in the DNS, counted where they come back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

from calendar_service.actions.findings import Finding, Health
from calendar_service.actions.service import Service
from calendar_service.domain.standing import is_about_the_sender
from calendar_service.mail.addresses import parse_mailbox
from calendar_service.mail.dkim_keys import keys_open_to_others, load_keys
from calendar_service.mail.dns import Dns, DnsError, Look, look_at_dkim, look_at_dmarc, look_at_spf
from calendar_service.mail.mailboxes import MailboxError, open_mailbox
from calendar_service.mail.verp import BounceAddress
from calendar_service.store.queries.standing import count_ours, count_suppressed

OF_LATE = timedelta(days=3)
MANY = 10
"""Addresses to which mails come back for no fault of theirs: so many are no accident any more."""


def standing_checked(service: Service, dns: Dns | None = None) -> Iterator[Finding]:
    """Everything about it; the DNS is asked where a relay and a sender of our own are set."""
    settings = service.settings
    yield from _keys(service)
    yield from _bounces(service)
    yield from _ours(service)
    yield from _suppressed(service)
    sender = parse_mailbox(settings.mail_from)
    if not settings.smtp_url or "." not in sender.domain:
        return
    try:
        yield from _looked_up(service, sender.domain, dns or Dns())
    except DnsError as error:
        remedy = "look up SPF, DKIM and DMARC from another machine; docs/mail.md has them."
        yield Finding("DNS", Health.WARN, str(error), remedy)


def _keys(service: Service) -> Iterator[Finding]:
    settings = service.settings
    if not settings.dkim_key:
        remedy = "`calendar-service mail dkim-key` makes keys, unless your relay signs."
        if settings.smtp_url:
            yield Finding("DKIM", Health.WARN, "mails leave here unsigned", remedy)
        return
    for file in keys_open_to_others(settings.dkim_key):
        yield Finding("DKIM", Health.BAD, f"others can read {file}", f"run `chmod 600 {file}`.")


def _bounces(service: Service) -> Iterator[Finding]:
    settings = service.settings
    if settings.bounces and (trouble := _unreadable(settings.bounces)):
        remedy = "mend it, or CALENDAR_BOUNCES; what comes back lies there until it can be read."
        yield Finding("bounces", Health.BAD, trouble, remedy)
    elif settings.bounce_address and not (settings.bounces or settings.bounces_secret):
        words = "nobody looks at what comes back to CALENDAR_BOUNCE_ADDRESS"
        remedy = "set CALENDAR_BOUNCES to its mailbox, or CALENDAR_BOUNCES_SECRET."
        yield Finding("bounces", Health.WARN, words, remedy)
    elif settings.bounce_address:
        yield Finding("bounces", Health.GOOD, f"mails come back to {settings.bounce_address}")
    elif settings.smtp_url:
        words = "mails that come back are not counted"
        remedy = "set CALENDAR_BOUNCE_ADDRESS; docs/mail.md tells how."
        yield Finding("bounces", Health.WARN, words, remedy)


def _unreadable(url: str) -> str:
    """Why a mailbox cannot be read, or nothing; looks at one mail at most, and marks none."""
    try:
        mailbox = open_mailbox(url)
        try:
            next(mailbox.unread(), None)
        finally:
            mailbox.close()
    except MailboxError as error:
        return str(error)
    return ""


def _ours(service: Service) -> Iterator[Finding]:
    """What came back of late for no fault of the readers."""
    with service.database.read() as session:
        codes = count_ours(session, service.clock.now() - OF_LATE)
    sender = {code: number for code, number in codes.items() if is_about_the_sender(code)}
    mails = {code: number for code, number in codes.items() if code not in sender}
    if sender:
        remedy = (
            "mend SPF, DKIM, DMARC and reverse DNS, and see whether the relay is on a blocklist; "
            "what came back says more."
        )
        yield _told_by_codes("their servers do not trust us", sender, remedy)
    if mails:
        yield _told_by_codes("what they are like", mails, "read what came back; it says why.")


def _told_by_codes(why: str, codes: Mapping[str, int], remedy: str) -> Finding:
    often = sorted(codes.items(), key=lambda one: (-one[1], one[0]))
    told = ", ".join(f"{code} ({number:,})" for code, number in often)
    readers = sum(codes.values())
    words = f"mails to {readers:,} addresses came back of late, for {why}: {told}"
    return Finding("bounces", Health.BAD if readers >= MANY else Health.WARN, words, remedy)


def _suppressed(service: Service) -> Iterator[Finding]:
    with service.database.read() as session:
        counts = count_suppressed(session)
    if counts:
        parts = ", ".join(f"{number:,} for {why}" for why, number in sorted(counts.items()))
        number = sum(counts.values())
        subject = "1 address is" if number == 1 else f"{number:,} addresses are"
        words = f"{subject} not written to: {parts}"
        yield Finding("suppressed", Health.GOOD, words)


def _looked_up(service: Service, domain: str, dns: Dns) -> Iterator[Finding]:
    settings = service.settings
    bounces = settings.bounce_address
    envelope = BounceAddress.parse(bounces).domain if bounces else domain
    yield _finding("SPF", look_at_spf(dns, envelope))
    for key in load_keys(settings.dkim_key):
        yield _finding("DKIM", look_at_dkim(dns, settings.dkim_domain, key))
    yield _finding("DMARC", look_at_dmarc(dns, domain))


def _finding(subject: str, look: Look) -> Finding:
    return Finding(subject, Health.GOOD if look.is_right else Health.WARN, look.words, look.remedy)
