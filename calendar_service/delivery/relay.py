"""Which way mails leave, by the settings: through the relay, or into a Maildir without one."""

from __future__ import annotations

from urllib.parse import urlsplit

from calendar_service.actions.service import Service
from calendar_service.config import Settings
from calendar_service.mail.addresses import parse_address, parse_mailbox
from calendar_service.mail.assembly import assemble_note, encode
from calendar_service.mail.contents import Content
from calendar_service.mail.dkim import Signer
from calendar_service.mail.dkim_keys import load_keys
from calendar_service.mail.identity import message_id
from calendar_service.mail.maildir import MaildirSender
from calendar_service.mail.messages import Masthead
from calendar_service.mail.personal import Personal, written
from calendar_service.mail.relays import parse_relay
from calendar_service.mail.senders import Fate, Parcel, Receipt, Sender
from calendar_service.mail.smtp import SmtpSender


def open_sender(settings: Settings) -> Sender:
    """The sender that the settings name; it connects when it first sends."""
    if settings.smtp_url:
        hello = urlsplit(settings.origin).hostname or "localhost"
        return SmtpSender(parse_relay(settings.smtp_url), hello=hello)
    return MaildirSender(settings.maildir)


def open_signer(settings: Settings) -> Signer | None:
    """What signs the mails, where there are keys to sign with."""
    if not settings.dkim_key:
        return None
    return Signer(settings.dkim_domain, load_keys(settings.dkim_key))


def send_test(service: Service, address: str) -> str:
    """Sends a short mail to an address at once; tells what the relay, or the Maildir, answered.

    Raises AddressError, or the relay's own refusal with its remedy.
    """
    to = parse_address(address)
    settings, now = service.settings, service.clock.now()
    sender_of_all = parse_mailbox(settings.mail_from)
    identity = message_id(service.secret, f"test:{to}:{now.isoformat()}", sender_of_all.domain)
    pieces = assemble_note(
        Masthead(sender_of_all, settings.name, settings.origin),
        f"{settings.name}: this mail arrived",
        f"The calendar at {settings.origin} can send mail.\n",
        written(Personal(to, identity, now, links={}), frozenset()),
        language="en",
    )
    signer, content = open_signer(settings), Content.of(encode(pieces))
    if signer is not None:
        content = signer.sign(content, now)
    parcel = Parcel(0, sender_of_all.address, to, content)
    fates: list[Fate] = []
    sender = open_sender(settings)
    try:
        sender.send(iter([parcel]), lambda _parcel, fate: fates.append(fate))
    finally:
        sender.close()
    (fate,) = fates
    if isinstance(fate, Receipt):
        return fate.reply
    raise fate
