"""Seals with the installation's secret: each for one purpose, and worth nothing for another.

HMAC-SHA256 (RFC 2104, FIPS 180-4). The standard library begins anew with the key for each message;
here what follows from key and purpose is kept, which takes less than half the time: a mail has five
seals, and thousands of mails leave in a second.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _hashlib import HASH

_BLOCK = 64
_INNER, _OUTER = 0x36, 0x5C


def seal(secret: bytes, purpose: bytes, told: bytes) -> bytes:
    """The 32 octets of HMAC-SHA256 over a purpose and, right behind it, what is told.

    A purpose ends in NUL, so that none is the beginning of another.
    """
    begun, enclosing = _keyed(secret, purpose)
    inner, outer = begun.copy(), enclosing.copy()
    inner.update(told)
    outer.update(inner.digest())
    return outer.digest()


@lru_cache(maxsize=64)
def _keyed(secret: bytes, purpose: bytes) -> tuple[HASH, HASH]:
    """The inner hash as far as the purpose, and the outer one as far as the key."""
    key = sha256(secret).digest() if len(secret) > _BLOCK else secret
    key = key.ljust(_BLOCK, b"\0")
    inner, outer = (bytes(octet ^ pad for octet in key) for pad in (_INNER, _OUTER))
    return sha256(inner + purpose), sha256(outer)
