"""The private keys that mails are signed with: made, kept as files, and told to the DNS.

The name of a file is its selector, the name under which the DNS has its public half
(RFC 6376 3.1): `calendar-rsa.pem` is `calendar-rsa._domainkey.example.org`.
"""

from __future__ import annotations

import os
import re
from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from calendar_service.errors import CalendarError, ConflictError

SUFFIX = ".pem"
SMALLEST = 2048
"""Bits of an RSA key; less is refused by some (RFC 8301 3.2 asks for it)."""

_SELECTOR = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
_PIECE = 255


class SigningKeyError(CalendarError):
    """A file that holds no key which mails could be signed with."""

    def __init__(self, file: Path, why: str) -> None:
        super().__init__(
            f"{file} is no key for DKIM: {why}. `calendar-service mail dkim-key` makes some."
        )
        self.file = file


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key, RSA or ed25519, with the name of its public half in the DNS."""

    selector: str
    private: RSAPrivateKey | Ed25519PrivateKey

    @property
    def kind(self) -> str:
        """`rsa` or `ed25519`, as the DNS calls it."""
        return "rsa" if isinstance(self.private, RSAPrivateKey) else "ed25519"

    @property
    def algorithm(self) -> str:
        """How its signatures are called (RFC 6376 3.3, RFC 8463 3)."""
        return f"{self.kind}-sha256"

    def sign(self, data: bytes) -> bytes:
        """The signature of the SHA-256 of some octets."""
        if isinstance(self.private, RSAPrivateKey):
            return self.private.sign(data, PKCS1v15(), SHA256())
        return self.private.sign(sha256(data).digest())

    @property
    def public(self) -> str:
        """Its public half as `p=` has it."""
        public = self.private.public_key()
        if isinstance(self.private, RSAPrivateKey):
            octets = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        else:
            octets = public.public_bytes(Encoding.Raw, PublicFormat.Raw)
        return b64encode(octets).decode("ascii")

    @property
    def record(self) -> str:
        """What the DNS is to say under its name (RFC 6376 3.6.1)."""
        return f"v=DKIM1; k={self.kind}; p={self.public}"

    def name(self, domain: str) -> str:
        """The name in the DNS that has the record."""
        return f"{self.selector}._domainkey.{domain}"


def zone_line(key: SigningKey, domain: str) -> str:
    """The record as a line of a zone file: no text in it is longer than 255 octets."""
    record = key.record
    pieces = [record[at : at + _PIECE] for at in range(0, len(record), _PIECE)]
    texts = " ".join(f'"{piece}"' for piece in pieces)
    return f"{key.name(domain)}. IN TXT ( {texts} )"


def make_keys(folder: Path, selector: str) -> list[Path]:
    """Makes a key of each kind, readable by its owner alone, and tells the files.

    Raises ConflictError where a file is there already, for the DNS may have its public half, and
    CalendarError for a selector that no DNS name can be made of, or a folder without room.
    """
    if not _SELECTOR.fullmatch(selector) or len(selector) > 40:
        raise CalendarError(f"{selector!r} is no selector; write small letters and digits.")
    files = [folder / f"{selector}-{kind}{SUFFIX}" for kind in ("rsa", "ed25519")]
    for file in files:
        if file.exists():
            raise ConflictError(f"{file} is there already; name another --selector.")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(files[0], generate_private_key(65537, SMALLEST))
        _write(files[1], Ed25519PrivateKey.generate())
    except OSError as error:
        raise CalendarError(f"No key can be kept in {folder}: {error.strerror}.") from error
    return files


def load_keys(files: Iterable[Path]) -> list[SigningKey]:
    """The keys of some files; raises SigningKeyError for one that cannot be used."""
    return [_load(file) for file in files]


def keys_open_to_others(files: Sequence[Path]) -> list[Path]:
    """The files that not their owner alone can read."""
    return [file for file in files if file.stat().st_mode & 0o077]


def _write(file: Path, key: RSAPrivateKey | Ed25519PrivateKey) -> None:
    octets = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as stream:
        stream.write(octets)
        stream.flush()
        os.fsync(stream.fileno())


def _load(file: Path) -> SigningKey:
    if file.suffix != SUFFIX or not _SELECTOR.fullmatch(file.stem):
        raise SigningKeyError(file, f"its name is no selector with {SUFFIX} behind it")
    try:
        private = load_pem_private_key(file.read_bytes(), password=None)
    except OSError as error:
        raise SigningKeyError(file, f"it cannot be read ({error.strerror})") from error
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise SigningKeyError(file, "it holds no private key in PEM without a password") from error
    if not isinstance(private, RSAPrivateKey | Ed25519PrivateKey):
        raise SigningKeyError(file, "it is neither RSA nor ed25519")
    if isinstance(private, RSAPrivateKey) and private.key_size < SMALLEST:
        raise SigningKeyError(file, f"{private.key_size} bits are too few; {SMALLEST} will do")
    return SigningKey(file.stem, private)
