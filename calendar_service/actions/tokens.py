"""Links that only we can make: each is bound to its purpose and to what it is about.

Signed with the installation's secret (HMAC, by itsdangerous) and compared in constant time. A
token of another purpose is as unknown as a forged one.
"""

from __future__ import annotations

import hashlib
from enum import StrEnum

from itsdangerous import BadSignature, URLSafeSerializer

from calendar_service.errors import GoneError

LONGEST = 2000
"""Characters; a UID may have 200, each of four octets."""


class Purpose(StrEnum):
    """What a link may do."""

    CONFIRM = "confirm"
    UNSUBSCRIBE = "unsubscribe"


class LinkError(GoneError):
    """A link that is forged, damaged or of another installation."""

    def __init__(self) -> None:
        super().__init__("This link is not valid. Use the newest mail, or sign up again.")


def make_token(secret: bytes, purpose: Purpose, *facts: str) -> str:
    """A token for a link that tells these facts, visible but not to be changed."""
    return _serializer(secret, purpose).dumps(list(facts))


def read_token(secret: bytes, purpose: Purpose, token: str, facts: int) -> list[str]:
    """The facts of a token made for this purpose; raises LinkError for any other."""
    if len(token) > LONGEST:
        raise LinkError
    try:
        found = _serializer(secret, purpose).loads(token)
    except BadSignature as error:
        raise LinkError from error
    if not isinstance(found, list) or len(found) != facts:
        raise LinkError
    return [str(fact) for fact in found]


def _serializer(secret: bytes, purpose: Purpose) -> URLSafeSerializer:
    return URLSafeSerializer(
        secret,
        salt=f"calendar-service {purpose}",
        signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
    )
