"""What a relay's reply means: whose trouble it is, and for how long (RFC 5321 4.2, RFC 3463)."""

from __future__ import annotations

import re
from functools import lru_cache

from calendar_service.mail.errors import (
    PermanentRefusalError,
    RelayUnavailableError,
    TemporaryRefusalError,
)

LOG_IN = "Mend user, password and starttls in CALENDAR_SMTP_URL."
_SENDER = "Let the relay accept the address in CALENDAR_MAIL_FROM, or mend it."
_RELAYING = "Let the relay pass on mails from this machine, or log in with CALENDAR_SMTP_URL."
_GREETING = "Let the relay accept the host in CALENDAR_ORIGIN as our greeting, or mend it."
_PROOF = "Mend SPF, DKIM or the reverse DNS; `calendar-service doctor` looks them up."
_ELSEWHERE = "Look into the relay's log; sending goes on when it answers again."

CLOSING = 421
"""The relay ends the session, whatever it was asked (RFC 5321 3.8)."""

GO_AHEAD = 354
"""The content may follow."""

_WORDS_TO_ALL = (
    (
        re.compile(
            r"sender address rejected|sender verify failed"
            r"|not verified\. the following identities|sendasdenied|to send as this sender"
        ),
        _SENDER,
    ),
    (re.compile(r"client host (?:rejected|\[\S+\] blocked)"), _RELAYING),
    (re.compile(r"helo command rejected"), _GREETING),
    (re.compile(r"sending (?:limit|quota)"), _ELSEWHERE),
)
"""What common relays say at RCPT or later of whoever sends; Postfix puts all such off to RCPT."""

_REMEDIES = {"5.1.7": _SENDER, "5.1.8": _SENDER} | {f"5.7.{n}": _PROOF for n in range(20, 28)}
"""Codes of the sender's address, its form or its domain (RFC 3463 3.2), and of a missing proof by
DKIM, SPF or reverse DNS of who sends (RFC 7372 3, RFC 7505 4.2)."""

_NOT_LOGGED_IN = {530, 534, 535, 538}
_TOO_LARGE = 552
_ENHANCED = re.compile(r"([245]\.\d{1,3}\.\d{1,3})(?=\s|$)")
_AFTER_CODE = {b" ", b"\r", b""}
_LONGEST_LINES = 65_536
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_LONGEST_REPLY = 500


Reply = tuple[int, bytes]
"""A reply's code, and its text without codes, one line under the other."""

GARBAGE = 0
"""The code of what is no reply."""


def read_replies(octets: bytes) -> tuple[list[Reply], bytes]:
    """The replies that are whole (RFC 5321 4.2.1), and the octets of the one that is not yet.

    A line that is none of SMTP's makes its reply GARBAGE, and so do lines without an end.
    """
    *lines, rest = octets.split(b"\n")
    replies: list[Reply] = []
    begun: list[bytes] = []
    for line in lines:
        reply = _read_last_line(line)
        if reply is None:
            begun.append(line)
        elif begun:
            code, text = reply
            texts = [*(one[4:].rstrip(b"\r") for one in begun), text]
            replies.append((code, b"\n".join(texts) if code else line))
            begun.clear()
        else:
            replies.append(reply)
    rest = b"\n".join([*begun, rest])
    if len(rest) > _LONGEST_LINES:
        replies.append((GARBAGE, rest[:80]))
    return replies, rest


@lru_cache(maxsize=256)
def _read_last_line(line: bytes) -> Reply | None:
    """The code and text of a reply's last line, None of another; relays repeat themselves."""
    after, is_code = line[3:4], line[:3].isdigit()
    if after == b"-" and is_code:
        return None
    if is_code and after in _AFTER_CODE:
        return int(line[:3]), line[4:].rstrip(b"\r")
    return GARBAGE, line


def reply_line(code: int, text: bytes) -> str:
    """A reply of any number of lines as one, short enough for a journal."""
    words = _CONTROL.sub(" ", text.decode("utf-8", "replace")).strip()
    return (f"{code} {words}" if code else words)[:_LONGEST_REPLY].rstrip()


def judge(command: str, code: int, text: bytes, *, wanted: int = 250) -> str:
    """The reply on one line if it is the wanted sort, else raises what it means.

    A 5xx to MAIL, a missing log-in, a refusal to relay and what is said of the sender concern
    every mail alike, whichever command they answer: they are the operator's to mend. Taking them
    for the reader's would fail every reminder in the queue.
    """
    reply = reply_line(code, text)
    if code // 100 == wanted // 100:
        return reply
    enhanced = _enhanced(text, code)
    if remedy := _remedy(command, code, enhanced, reply):
        raise RelayUnavailableError(
            f"The relay refused {command}: {reply}.", remedy=remedy, reply=reply
        )
    refusal = TemporaryRefusalError if code // 100 == 4 else PermanentRefusalError
    raise refusal(code=code, enhanced=enhanced, command=command, reply=reply)


def _remedy(command: str, code: int, enhanced: str, reply: str) -> str:
    """How the operator mends it, or nothing where the reply is about this one mail."""
    if code in _NOT_LOGGED_IN:
        return LOG_IN
    if code == CLOSING or code // 100 not in {4, 5}:
        return _ELSEWHERE
    if code // 100 == 4:
        return ""
    if command == "MAIL" and code != _TOO_LARGE and enhanced != "5.3.4":
        return _SENDER
    if command == "RCPT" and not enhanced.startswith("5.1.") and "relay" in reply.lower():
        return _RELAYING
    return _REMEDIES.get(enhanced) or _remedy_by_words(reply.lower())


def _remedy_by_words(reply: str) -> str:
    """The same by the words of a 5xx, unless they are of a recipient, or of what was asked there.

    There a relay may repeat what the recipient's own server said of it.
    """
    if "recipient" in reply:
        return ""
    return next((remedy for words, remedy in _WORDS_TO_ALL if words.search(reply)), "")


def _enhanced(text: bytes, code: int) -> str:
    found = _ENHANCED.match(text.decode("ascii", "replace"))
    return found[1] if found and found[1][0] == str(code)[0] else ""
