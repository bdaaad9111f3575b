"""Reads mails that come back: what became of ours, as each mail server says it in its own way.

Whoever likes can send such a mail, so no more than a bounded part of it is read, and nothing in it
is believed but the envelope sender that we made ourselves (`verp.py`). Known are delivery status
notifications (RFC 3464, RFC 6533), complaints (RFC 5965), and the plain words of servers that write
none. What only says that a mail is late, or its reader out of office, is nothing to count.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, message_from_string
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from itertools import islice

from calendar_service.domain.standing import FULL, LIGHTEST_FIRST, Weight, weight_of
from calendar_service.mail.distrust import tells_distrust
from calendar_service.mail.verp import BounceAddress, Returned

LARGEST = 256 * 1024
"""Octets of a mail that are read; ours, which may be in it, have less than half of that."""

MOST_PARTS = 40
MOST_CANDIDATES = 5

UNKNOWN = "5.0.0"
"""What a refusal is called that gives no code (RFC 3463 3.1)."""

_STATUS_PARTS = ("message/delivery-status", "message/global-delivery-status")
_FAILURES = frozenset(["failed", "error"])
"""What is said of a mail that was given up: OpenSMTPD's word is not that of RFC 3464 2.3.3."""

_COMPLAINTS = frozenset(["abuse", "fraud", "virus", "other", "opt-out", "opt-out-list"])
_CODE = re.compile(r"(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?![\d.]*\d)")
_REPLY = re.compile(r"(?<!\d)(?<!\d[ -])([45])[0-5]\d(?=[ -](?!\d{3}[ -]\d))")
_DAEMON = re.compile(
    r"mailer-?daemon|postmaster|mail delivery (?:sub)?system|mdaemon", re.IGNORECASE
)
_FAILED = re.compile(
    r"undeliver|not? (?:be )?deliver|deliver\w* (?:status notification|failure|failed|error)"
    r"|(?:failure|failed|returned|rejected)\b.*\b(?:mail|notice|message|delivery)"
    r"|mail\b.*\b(?:failed|failure|returned)"
    r"|deliver\w* (?:problem\b|status notification: error)"
    r"|unzustellbar|nicht (?:zugestellt|zustellbar)"
    r"|non (?:remis|délivré|distribué)|échec de (?:la )?(?:remise|distribution)",
    re.IGNORECASE,
)
_DELAYED = re.compile(r"\b(?:delay(?:ed)?|warning|still being retried)\b", re.IGNORECASE)
_QMAIL = re.compile(r"This is the qmail-send program|This is a permanent error; I've given up\.")
_OUT_OF_ROOM = re.compile(
    r"\b(?:mail ?(?:box|folder)|inbox|account)\b[^.:]{0,20}\bfull\b"
    r"|\b(?:over|exceed(?:s|ed)?|overdrawn)\b[^.:]{0,40}\bquota\b|\bquota exceeded\b"
    r"|\bout of storage\b|\bexceeded storage allocation\b",
    re.IGNORECASE,
)
_OURS_BELOW = re.compile(
    r"^-+ ?(?:below this line|this is a copy|original message|enclosed|the following|returned)"
    r"|^(?:received|return-path|message-id): ",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Report:
    """What a mail says has become of one of ours; `status` is a code of RFC 3463, or empty."""

    weight: Weight
    status: str


def read_report(octets: bytes) -> Report | None:
    """What a mail that came in reports; None where it reports nothing that counts."""
    try:
        message = message_from_bytes(octets[:LARGEST])
        parts = list(islice(message.walk(), MOST_PARTS))
        return _complaint(message, parts) or _notification(parts) or _words(message, parts)
    except (RecursionError, ValueError, LookupError):
        return None  # no server nests parts so deep, or names codings that nobody knows


def find_returned(octets: bytes, bounces: BounceAddress) -> list[Returned]:
    """The envelope senders of ours that stand anywhere in a mail, encoded parts too; a few."""
    text = octets[:LARGEST].decode("latin-1")
    try:
        parts = islice(message_from_bytes(octets[:LARGEST]).walk(), MOST_PARTS)
        texts = [text, *(_text(part) for part in parts if part["Content-Transfer-Encoding"])]
    except (RecursionError, ValueError, LookupError):
        texts = [text]
    return list(bounces.find("\n".join(texts), most=MOST_CANDIDATES))


def _complaint(message: Message, parts: list[Message]) -> Report | None:
    """A reader's complaint, from their mail provider (RFC 5965), or as Outlook.com writes it."""
    for part in parts:
        if part.get_content_type() == "message/feedback-report":
            kind = str(_fields(part)[0].get("Feedback-Type", "")).strip().lower()
            return Report(Weight.COMPLAINT, "") if kind in _COMPLAINTS else None
    subject, author = _header(message, "Subject"), _header(message, "From")
    if "complaint about message from" in subject.lower() and "staff@hotmail.com" in author.lower():
        return Report(Weight.COMPLAINT, "")
    return None


def _notification(parts: list[Message]) -> Report | None:
    """A delivery status notification: the worst of what it says of each recipient."""
    found: list[Report] = []
    for part in parts:
        if part.get_content_type() in _STATUS_PARTS:
            found += filter(None, map(_of_recipient, _fields(part)))
    return max(found, key=lambda one: LIGHTEST_FIRST.index(one.weight), default=None)


def _of_recipient(fields: Message) -> Report | None:
    action = _action(fields)
    status = _first_code(str(fields.get("Status", "")))
    if action and action not in _FAILURES:
        return None
    if not action and not status:
        return None
    said = str(fields.get("Diagnostic-Code", ""))
    return _report(status, said)


def _action(fields: Message) -> str:
    """What was done, without the remark that some put behind it: `failed (No such mailbox)`."""
    return str(fields.get("Action", "")).partition("(")[0].strip().lower()


def _words(message: Message, parts: list[Message]) -> Report | None:
    """What a server says in plain words, where its mail is known for a refusal by its headers.

    Words count too where the part that is to hold the fields says nothing of any recipient.
    """
    statuses = (part for part in parts if part.get_content_type() in _STATUS_PARTS)
    if any(one.get("Action") or one.get("Status") for part in statuses for one in _fields(part)):
        return None
    subject, author = _header(message, "Subject"), _header(message, "From")
    refused = message.get("X-Failed-Recipients") is not None or (
        _DAEMON.search(author) and _FAILED.search(subject) and not _DELAYED.search(subject)
    )
    texts = (_text(part) for part in parts if part.get_content_maintype() == "text")
    text = _OURS_BELOW.split(next(texts, ""), maxsplit=1)[0]
    if not refused and not _QMAIL.search(text):
        return None
    return _report("", text)


def _report(status: str, said: str) -> Report | None:
    """Takes the most telling code: a general one gives way to what the other server said.

    A full mailbox, and a sender who is not trusted, are known by their words too; many servers give
    no code of their own to these.
    """
    codes = [code for code in _codes(said) if not status or code[0] == status[0]]
    telling = next((code for code in codes if not code.endswith(".0.0")), "")
    if not status or status.endswith(".0.0"):
        reply = _REPLY.search(said)
        status = telling or status or (f"{reply[1]}.0.0" if reply else UNKNOWN)
        if status == UNKNOWN and _OUT_OF_ROOM.search(said):
            status = FULL
        elif status.endswith(".0.0") and tells_distrust(said):
            status = f"{status[0]}.7.0"
    weight = weight_of(status)
    return Report(weight, status) if weight else None


def _header(message: Message, name: str) -> str:
    """A header's words, decoded (RFC 2047); as they stand where they cannot be."""
    value = str(message.get(name, ""))
    try:
        return str(make_header(decode_header(value)))
    except (HeaderParseError, LookupError, ValueError):
        return value


def _codes(text: str) -> Iterator[str]:
    """The codes in a text that could be a mail server's, and no address of a machine."""
    return (match[0] for match in _CODE.finditer(text) if not match[0].startswith("2"))


def _first_code(text: str) -> str:
    found = _CODE.search(text)
    return found[0] if found else ""


def _fields(part: Message) -> list[Message]:
    """The blocks of fields in a part: the parser has parted them, unless they are encoded."""
    blocks = _inside(part)
    if any(block.keys() for block in blocks):
        return blocks
    texts = re.split(r"\r?\n[ \t]*\r?\n", _text(part).strip())
    return [message_from_string(text) for text in texts]


def _inside(part: Message) -> list[Message]:
    payload = part.get_payload()
    return [one for one in payload if isinstance(one, Message)] if isinstance(payload, list) else []


def _text(part: Message) -> str:
    """A part's text, decoded where it is encoded; empty for one that is made of others.

    What is inside a message is parsed as it stands, though it may be encoded (RFC 6533 3).
    """
    if part.get_content_maintype() == "message":
        inside, outside = _inside(part), part
        part = Message()
        part["Content-Transfer-Encoding"] = str(outside["Content-Transfer-Encoding"] or "7bit")
        part.set_payload("".join(str(one.get_payload()) for one in inside if not one.keys()))
    payload = part.get_payload(decode=True)
    return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
