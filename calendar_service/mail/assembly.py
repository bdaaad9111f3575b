"""Puts a mail together as RFC 5322 and MIME want it: the same values give the same octets."""

from __future__ import annotations

import re
from binascii import b2a_qp
from collections.abc import Mapping
from email.message import EmailMessage
from hashlib import sha256

from calendar_service.language.catalogues import spoken
from calendar_service.mail.headers import ADDRESS, POLICY, checked, mailbox, one_line, unstructured
from calendar_service.mail.messages import Attachment, MailingList, Masthead
from calendar_service.mail.personal import DATE, MESSAGE_ID, TO, Link
from calendar_service.mail.rendering import Rendered

_LIST_ID = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")


def assemble(
    masthead: Masthead,
    texts: Rendered,
    personal: Mapping[str, str],
    *,
    language: str,
    mailing_list: MailingList | None = None,
    attachment: Attachment | None = None,
) -> EmailMessage:
    """The mail: text and HTML of the same facts, and a file beside them if there is one.

    `personal` is as `personal.written` gives it. Raises ValueError for a sender or a list that
    could break the header it stands in; names and titles lose their line breaks.
    """
    message = EmailMessage(policy=POLICY)
    _add_headers(message, masthead, texts.subject, personal)
    if mailing_list is not None:
        _add_list_headers(message, mailing_list, personal)
    _set_text(message, texts.text, "plain")
    message.make_alternative(boundary=_boundary("texts", texts, language))
    page = EmailMessage(policy=POLICY)
    _set_text(page, texts.html, "html")
    message.attach(page)
    if attachment is not None:
        message.make_mixed(boundary=_boundary("parts", texts, language))
        _attach(message, attachment)
    for part in message.walk():
        if part is not message:
            del part["MIME-Version"]
    message["Content-Language"] = spoken(language)
    return message


def quoted_printable(text: str) -> bytes:
    """The text in lines of 76 octets at most, with CRLF (RFC 2045 6.7).

    Each line of the text is encoded by itself: what stands in another changes nothing in it. Blanks
    at a line's end are left out, for nobody sees them and some relays drop them.
    """
    lines = (line.rstrip(b" \t") + b"\r\n" for line in text.encode().splitlines())
    return b2a_qp(b"".join(lines))


def _add_headers(
    message: EmailMessage, masthead: Masthead, subject: str, personal: Mapping[str, str]
) -> None:
    """Auto-Submitted and its old relation keep out-of-office replies away (RFC 3834 5)."""
    sender = masthead.from_address
    message["From"] = mailbox(sender.name, checked(ADDRESS, sender.address), header="From")
    message["To"] = personal[TO]
    message["Subject"] = unstructured(subject, header="Subject")
    message["Date"] = personal[DATE]
    message["Message-ID"] = personal[MESSAGE_ID]
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"


def _add_list_headers(
    message: EmailMessage, mailing_list: MailingList, personal: Mapping[str, str]
) -> None:
    """The list's identity, and how to leave it with one click (RFC 2919, RFC 2369, RFC 8058)."""
    identity = checked(_LIST_ID, mailing_list.id)
    message["List-Id"] = mailbox(mailing_list.name, identity, header="List-Id")
    message["List-Unsubscribe"] = f"<{personal[Link.UNSUBSCRIBE]}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"


def _set_text(part: EmailMessage, text: str, subtype: str) -> None:
    """The text as the part's body; the library would write lines of 78, and too slowly."""
    part.set_content("", subtype=subtype, cte="quoted-printable")
    part.set_payload(quoted_printable(text).decode("ascii").replace("\r\n", "\n"))


def _attach(message: EmailMessage, attachment: Attachment) -> None:
    name = one_line(attachment.name)
    message.add_attachment(
        attachment.content,
        maintype="text",
        subtype="calendar",
        filename=name,
        params={"charset": "utf-8", "name": name},
    )


def _boundary(part: str, texts: Rendered, language: str) -> str:
    """A boundary that no text has: quoted-printable and base64 never contain `=_`.

    It is made of what a group of readers has in common.
    """
    return "=_" + sha256(f"{part} {language} {texts.subject}".encode()).hexdigest()[:32]
