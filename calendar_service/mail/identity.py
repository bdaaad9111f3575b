"""The identity of a mail, and of an address: always the same, and nobody can guess it."""

from __future__ import annotations

import re
from functools import lru_cache

from calendar_service.sealing import seal

_PURPOSE = b"message-id\0"
_ADDRESS = b"address\0"
_OCTETS = 20
_DOMAIN = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*")


def message_id(secret: bytes, key: str, domain: str) -> str:
    """The Message-ID of the mail that `key` owes, in its angle brackets (RFC 5322 3.6.4).

    160 bits of HMAC-SHA256, under a purpose of its own: the secret keys other things too, and none
    of them may be read out of a header. `domain` is a host name in ASCII, else ValueError.
    """
    digest = seal(secret, _PURPOSE, key.encode())[:_OCTETS]
    return f"<{digest.hex()}@{_host(domain)}>"


def address_mac(secret: bytes, address_key: str) -> str:
    """What stands for an address where it may not be kept; `address_key` made it comparable.

    160 bits of HMAC-SHA256: who has the store without the secret cannot try addresses.
    """
    return seal(secret, _ADDRESS, address_key.encode())[:_OCTETS].hex()


@lru_cache(maxsize=8)
def _host(domain: str) -> str:
    host = domain.lower()
    if not _DOMAIN.fullmatch(host):
        raise ValueError(f"{domain!r} cannot stand in a Message-ID; give a host name in ASCII.")
    return host
