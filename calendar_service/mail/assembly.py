"""Puts a mail together as RFC 5322 and MIME want it: the same values give the same octets."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.message import EmailMessage
from hashlib import sha256

from calendar_service.language.catalogues import spoken
from calendar_service.mail.headers import POLICY, checked, mailbox, one_line, unstructured
from calendar_service.mail.messages import Attachment, Envelope, ListHeaders
from calendar_service.mail.rendering import Rendered

_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-z0-9.-]+")
_WEB_ADDRESS = re.compile(r"https?://[!#-;=?-~]{1,900}")
_LIST_ID = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
_MESSAGE_ID = re.compile(r"<[!#-;=?-~]+@[!#-;=?-~]+>")


def assemble(
    envelope: Envelope,
    texts: Rendered,
    *,
    list_headers: ListHeaders | None = None,
    attachment: Attachment | None = None,
) -> EmailMessage:
    """The mail: text and HTML of the same facts, and a file beside them if there is one.

    Raises ValueError for an address or identity that could break the header it stands in; names
    and titles lose their line breaks.
    """
    message = EmailMessage(policy=POLICY)
    _add_headers(message, envelope, texts.subject)
    if list_headers is not None:
        _add_list_headers(message, list_headers)
    message.set_content(texts.text, cte="quoted-printable")
    message.make_alternative(boundary=_boundary(envelope.message_id, "texts"))
    message.add_alternative(texts.html, subtype="html", cte="quoted-printable")
    if attachment is not None:
        message.make_mixed(boundary=_boundary(envelope.message_id, "parts"))
        _attach(message, attachment)
    for part in message.walk():
        if part is not message:
            del part["MIME-Version"]
    message["Content-Language"] = spoken(envelope.language)
    return message


def _add_headers(message: EmailMessage, envelope: Envelope, subject: str) -> None:
    """Auto-Submitted and its old relation keep out-of-office replies away (RFC 3834 5)."""
    sender = envelope.masthead.from_address
    address = checked(_ADDRESS, sender.address)
    message["From"] = mailbox(sender.name, address, header="From")
    message["To"] = checked(_ADDRESS, envelope.to)
    message["Subject"] = unstructured(subject, header="Subject")
    message["Date"] = _whole_second(envelope.date)
    message["Message-ID"] = checked(_MESSAGE_ID, envelope.message_id)
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"


def _add_list_headers(message: EmailMessage, headers: ListHeaders) -> None:
    """The list's identity, and how to leave it with one click (RFC 2919, RFC 2369, RFC 8058)."""
    identity = checked(_LIST_ID, headers.id)
    message["List-Id"] = mailbox(headers.name, identity, header="List-Id")
    message["List-Unsubscribe"] = f"<{checked(_WEB_ADDRESS, headers.one_click_url)}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"


def _attach(message: EmailMessage, attachment: Attachment) -> None:
    name = one_line(attachment.name)
    message.add_attachment(
        attachment.content,
        maintype="text",
        subtype="calendar",
        filename=name,
        params={"charset": "utf-8", "name": name},
    )


def _boundary(message_id: str, part: str) -> str:
    """A boundary that no text has: quoted-printable and base64 never contain `=_`."""
    return "=_" + sha256(f"{part} {message_id}".encode()).hexdigest()[:32]


def _whole_second(date: datetime) -> datetime:
    if date.tzinfo is None:
        raise ValueError("The date of a mail is an aware instant.")
    return date.astimezone(UTC).replace(microsecond=0)
