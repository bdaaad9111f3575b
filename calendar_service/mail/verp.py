"""Envelope senders that are each mail's own (VERP), so that what comes back says what it is about.

The part before the @ has the delivery's number and a MAC, in small letters and digits alone, for
relays may change the case of it. Nobody can make one that they were not sent.
"""

from __future__ import annotations

import hmac
import re
from base64 import b32encode
from collections.abc import Iterator
from dataclasses import dataclass

from calendar_service.errors import CalendarError
from calendar_service.sealing import seal

LONGEST_LOCAL = 64
"""Octets before the @ (RFC 5321 4.5.3.1.1)."""

_PURPOSE = b"bounce\0"
_MAC_OCTETS = 10
_LONGEST_NUMBER = 16
_LONGEST_TOKEN = _LONGEST_NUMBER + 1 + _MAC_OCTETS * 8 // 5
_FORM = re.compile(r"(\*|[a-z0-9_.-]+)@([a-z0-9-]+(?:\.[a-z0-9-]+)*)")


class BounceAddressError(CalendarError):
    """A setting that no envelope sender can be made of."""

    def __init__(self, text: str) -> None:
        super().__init__(
            f"{text!r} is no address for bounces; write bounces@example.org where the server "
            f"delivers bounces+anything too, or *@bounces.example.org where one mailbox has all."
        )


@dataclass(frozen=True, slots=True)
class Returned:
    """What an envelope sender says: which delivery it was of, and what proves it."""

    delivery_id: int
    mac: str


@dataclass(frozen=True, slots=True)
class BounceAddress:
    """Where bounces go: `before` and `domain` are the same in all envelope senders."""

    before: str
    domain: str

    @classmethod
    def parse(cls, text: str) -> BounceAddress:
        """The address of a setting, `bounces@host` or `*@host`; raises BounceAddressError."""
        found = _FORM.fullmatch(text)
        if not found:
            raise BounceAddressError(text)
        before = "" if found[1] == "*" else f"{found[1]}+"
        if len(before) + _LONGEST_TOKEN > LONGEST_LOCAL:
            raise BounceAddressError(text)
        return cls(before, found[2])

    def of(self, secret: bytes, delivery_id: int, reader: str) -> str:
        """The envelope sender of a delivery; `reader` is the key of its reader or its sign-up."""
        mac = returned_mac(secret, delivery_id, reader)
        return f"{self.before}{delivery_id:x}-{mac}@{self.domain}"

    def find(self, text: str, *, most: int) -> Iterator[Returned]:
        """What in a text looks like an envelope sender of ours, each once, a few at most.

        Whatever is found is not believed before its MAC is checked.
        """
        token = rf"([0-9a-f]{{1,{_LONGEST_NUMBER}}})-([a-z2-7]{{{_MAC_OCTETS * 8 // 5}}})"
        local, domain = re.escape(self.before), re.escape(self.domain)
        form = re.compile(
            rf"(?<![a-z0-9._+-]){local}{token}@{domain}(?![a-z0-9-]|\.[a-z0-9])", re.IGNORECASE
        )
        seen: set[Returned] = set()
        for match in form.finditer(text):
            one = Returned(int(match[1], 16), match[2].lower())
            if one not in seen:
                seen.add(one)
                yield one
            if len(seen) >= most:
                return


def returned_mac(secret: bytes, delivery_id: int, reader: str) -> str:
    """80 bits of HMAC-SHA256 over a delivery and its reader, under a purpose of its own."""
    told = f"{delivery_id}\0{reader}".encode()
    return b32encode(seal(secret, _PURPOSE, told)[:_MAC_OCTETS]).decode("ascii").lower()


def is_genuine(secret: bytes, returned: Returned, reader: str) -> bool:
    """Whether an envelope sender is the very one of its delivery; told in constant time."""
    return hmac.compare_digest(returned_mac(secret, returned.delivery_id, reader), returned.mac)
