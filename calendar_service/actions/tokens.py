"""Links that only we can make: each is bound to its purpose and to what it is about.

Sealed with the installation's secret (HMAC-SHA256) and compared in constant time. A token of
another purpose is as unknown as a forged one. A mail has one, and many mails leave in a second, so
that to make one takes a few microseconds.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from enum import StrEnum

from calendar_service.errors import GoneError
from calendar_service.sealing import seal

LONGEST = 2000
"""Characters; a UID may have 200, each of four octets."""

_SEAL = 32


class Purpose(StrEnum):
    """What a link may do."""

    CONFIRM = "confirm"
    UNSUBSCRIBE = "unsubscribe"
    NEVER = "never"
    DIGEST = "digest"
    PREFERENCES = "preferences"
    CALENDAR = "calendar"


_SEALED_FOR = {purpose: f"link {purpose}\0".encode() for purpose in Purpose}


class LinkError(GoneError):
    """A link that is forged, has expired, or is for something else: nobody is told which."""

    def __init__(self) -> None:
        super().__init__("This link is not valid any more. Use the newest mail, or sign up again.")


def make_token(secret: bytes, purpose: Purpose, *facts: str) -> str:
    """A token for a link that tells these facts, visible but not to be changed.

    It ends in a letter or a digit, so that no mail program takes its end for the sentence's.
    Raises ValueError for a fact that has NUL in it, which parts them.
    """
    told = "\0".join(facts).encode()
    if told.count(0) != len(facts) - 1:
        raise ValueError(f"A token cannot tell {facts!r}: NUL parts its facts.")
    return (
        urlsafe_b64encode(seal(secret, _SEALED_FOR[purpose], told) + told)
        .rstrip(b"=")
        .decode("ascii")
    )


def read_token(secret: bytes, purpose: Purpose, token: str, facts: int) -> list[str]:
    """The facts of a token made for this purpose; raises LinkError for any other.

    A token is good if it is the very one that its facts are given here.
    """
    if len(token) > LONGEST or not token.isascii():
        raise LinkError
    try:
        told = urlsafe_b64decode(token + "=" * (-len(token) % 4))[_SEAL:].decode()
        found = told.split("\0")
    except ValueError as error:
        raise LinkError from error
    if not hmac.compare_digest(make_token(secret, purpose, *found), token) or len(found) != facts:
        raise LinkError
    return found
