"""Signs mails with DKIM (RFC 6376, RFC 8301; ed25519 by RFC 8463), so that relays know the sender.

Everything is canonicalised relaxed: what relays change on the way, blanks and the folding of
headers, breaks no signature. The private operation is OpenSSL's; with RSA it takes most of a mail's
time, and other threads run meanwhile, so that every core can sign.
"""

from __future__ import annotations

import os
import re
from base64 import b64encode
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import cache, lru_cache
from hashlib import sha256
from typing import NamedTuple

from calendar_service.mail.contents import Content
from calendar_service.mail.dkim_keys import SigningKey

SEALED = ("From", "To", "Cc", "Reply-To", "Subject")
"""Headers of which nobody may add another one: each is named once more than it is there."""

SIGNED = (
    "Date",
    "Message-ID",
    "In-Reply-To",
    "References",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
    "Content-Language",
    "List-Id",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
)
"""Headers that are signed where they are there, and of which nobody may then add another one."""

_LINE = 76
_FOLD = re.compile(rb"\r\n(?=[ \t])")
_BLANKS = re.compile(rb"[ \t]+")


class Signer:
    """Signs the mails of one domain, with each of its keys once."""

    def __init__(self, domain: str, keys: Sequence[SigningKey]) -> None:
        self._domain = domain
        self._keys = tuple(keys)
        self._threads = ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="signer")

    def sign(self, content: Content, at: datetime) -> Content:
        """The mail with its signatures before it; `at` is aware, and `t=` tells its second.

        The same mail, keys and second give the same octets. Raises ValueError for what is no mail:
        without a header From, or without an empty line behind its headers.
        """
        unsigned = self._unsigned(content.octets, at)
        return _before(content, map(_signature, self._keys, unsigned))

    def start(self, content: Content, at: datetime) -> Callable[[], Content]:
        """The same, being signed on other cores from now on; ask for it when it is to leave."""
        unsigned = self._unsigned(content.octets, at)
        signatures = self._threads.submit(lambda: [*map(_signature, self._keys, unsigned)])
        return lambda: _before(content, signatures.result())

    def _unsigned(self, octets: bytes, at: datetime) -> list[_Unsigned]:
        """For each key the header without its signature, and what that is to be of."""
        head, parted, body = octets.partition(b"\r\n\r\n")
        headers = _relaxed_headers(head)
        if not parted or not headers[b"from"]:
            raise ValueError("What has no From, or no line behind its headers, cannot be signed.")
        names = _names(tuple((name, len(values)) for name, values in headers.items()))
        told = b"".join(_in_order(names, headers))
        digest = b64encode(sha256(relaxed_body(body)).digest()).decode("ascii")
        return [self._header(key, names, told, digest, at) for key in self._keys]

    def _header(
        self, key: SigningKey, names: Sequence[str], told: bytes, digest: str, at: datetime
    ) -> _Unsigned:
        """The last header that a key signs is its own, without a value of `b=`."""
        lines = (
            f"v=1; a={key.algorithm}; c=relaxed/relaxed;",
            f"d={self._domain};",
            f"s={key.selector};",
            f"t={at.timestamp():.0f}; bh={digest};",
            *_folded("h=" + ":".join(names) + ";"),
            "b=",
        )
        header = ("DKIM-Signature: " + "\r\n ".join(lines)).encode("ascii")
        return _Unsigned(header, told + ("dkim-signature:" + " ".join(lines)).encode("ascii"))


class _Unsigned(NamedTuple):
    header: bytes
    told: bytes


def _before(content: Content, headers: Iterable[bytes]) -> Content:
    """The mail with more headers, none of which has a line that begins with a dot."""
    return Content(b"".join([*headers, content.wire]))


def _signature(key: SigningKey, unsigned: _Unsigned) -> bytes:
    """The header DKIM-Signature of a key."""
    text = b64encode(key.sign(unsigned.told))
    lines = [text[at : at + _LINE - 2] for at in range(0, len(text), _LINE - 2)]
    return unsigned.header + b"\r\n ".join(lines) + b"\r\n"


def relaxed_body(body: bytes) -> bytes:
    """The body as it is signed (RFC 6376 3.4.4): single blanks, none at a line's end or the last.

    Octets are looked for instead of patterns, which is many times as fast.
    """
    body = body.replace(b"\t", b" ")
    while b"  " in body:
        body = body.replace(b"  ", b" ")
    body = body.replace(b" \r\n", b"\r\n").removesuffix(b" ").rstrip(b"\r\n")
    return body + b"\r\n" if body else b""


def _relaxed_headers(head: bytes) -> Mapping[bytes, list[bytes]]:
    """Each header as it is signed, by its name in small letters, top to bottom."""
    found: dict[bytes, list[bytes]] = defaultdict(list)
    for line in _FOLD.sub(b"", head).split(b"\r\n"):
        name, relaxed = _relaxed_header(line)
        found[name].append(relaxed)
    return found


@lru_cache(maxsize=4096)
def _relaxed_header(line: bytes) -> tuple[bytes, bytes]:
    """A header's name, and all of it (RFC 6376 3.4.2); of many mails most headers are the same."""
    name, colon, value = line.partition(b":")
    plain = name.rstrip(b" \t").lower()
    return plain, plain + colon + _BLANKS.sub(b" ", value).strip(b" ") + b"\r\n"


@lru_cache(maxsize=64)
def _names(there: tuple[tuple[bytes, int], ...]) -> tuple[str, ...]:
    """The names to sign of a mail, told how many headers of each name are there."""
    counts = dict(there)
    sealed = [name for name in SEALED for _ in range(counts.get(_key(name), 0) + 1)]
    for name in SIGNED:
        if count := counts.get(_key(name)):
            sealed += [name] * (count + 1)
    return tuple(sealed)


@cache
def _key(name: str) -> bytes:
    return name.lower().encode("ascii")


def _in_order(names: Sequence[str], headers: Mapping[bytes, list[bytes]]) -> Iterator[bytes]:
    """The headers that the names stand for: the lowest of a name first, then none (5.4.2)."""
    left = {name: list(values) for name, values in headers.items()}
    for name in names:
        if values := left.get(_key(name)):
            yield values.pop()


@lru_cache(maxsize=64)
def _folded(names: str) -> tuple[str, ...]:
    """The names in lines that end behind a colon, where blanks do not count."""
    lines = [""]
    for part in re.findall(r"[^:]*:|[^:]+$", names):
        if lines[-1] and len(lines[-1]) + len(part) > _LINE:
            lines.append("")
        lines[-1] += part
    return tuple(lines)
