"""Mail addresses: one normal form, in ASCII, that is safe in a header and in an envelope."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.utils import parseaddr
from enum import StrEnum

from email_validator import EmailNotValidError, validate_email

from calendar_service.errors import CalendarError

LONGEST = 254
"""Octets in an address that fits a path of 256 (RFC 5321 4.5.3.1.3)."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_RESERVED = ("localhost", "test")
_SHELTER = ".example.org"


class AddressFault(StrEnum):
    """What is wrong with an address, for whoever says it in the reader's language."""

    EMPTY = "empty"
    FORM = "form"
    NAME = "name"
    DOMAIN = "domain"
    LONG = "long"


class AddressError(CalendarError):
    """A text that no mail can be sent to; `kind` says why."""

    def __init__(self, kind: AddressFault, message: str) -> None:
        super().__init__(message)
        self.kind = kind


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A name and an address: `Kalendari <calendar@example.org>` (RFC 5322 3.4)."""

    name: str
    address: str

    @property
    def domain(self) -> str:
        """What stands after the @."""
        return self.address.rpartition("@")[2]

    def __str__(self) -> str:
        """As a person writes it; headers are encoded where they are made."""
        return f"{self.name} <{self.address}>" if self.name else self.address


def parse_address(text: str) -> str:
    """The normal form of an address that a person typed; raises AddressError.

    Blanks around it are dropped. The domain comes out in small letters and as A-labels
    (RFC 5890), the part before the @ as it was typed. Names kept for tests and demonstrations
    (RFC 2606, RFC 6761) are addresses too: `reader@example.org`, `reader@localhost`.
    """
    typed = text.strip()
    local, at, domain = typed.rpartition("@")
    if not typed:
        raise AddressError(AddressFault.EMPTY, "Write a mail address, like reader@example.org.")
    if not at or not local or not domain or _CONTROL.search(typed) or " " in typed:
        raise AddressError(
            AddressFault.FORM,
            f"{_shown(typed)} is no mail address; write it like reader@example.org.",
        )
    if not local.isascii():
        raise AddressError(
            AddressFault.NAME,
            f"{_shown(typed)} cannot be written to yet: before the @ there may be only letters"
            " without accents, digits and signs like . - _ +.",
        )
    if len(local) > 64 or len(typed) > LONGEST:
        raise AddressError(
            AddressFault.LONG,
            f"This mail address is too long: 64 characters before the @ and {LONGEST} in all"
            " are the most.",
        )
    return _normalised(typed, domain)


def address_key(address: str) -> str:
    """What two spellings of one address have in common; `address` is what `parse_address` gave.

    In theory the part before the @ may tell A from a (RFC 5321 2.4). No provider does, and a
    reader who types either is the same reader.
    """
    return address.casefold()


def typed_key(text: str) -> str:
    """The comparable form of what was typed to look an address up, whether it is one or not."""
    try:
        return address_key(parse_address(text))
    except AddressError:
        return address_key(text.strip())


def parse_mailbox(text: str) -> Mailbox:
    """The name and address of a sender, as the settings write them; raises AddressError."""
    if _CONTROL.search(text):
        raise AddressError(
            AddressFault.FORM, "The sender has a line break or a control character; take it out."
        )
    name, address = parseaddr(text)
    if not address:
        raise AddressError(
            AddressFault.FORM,
            f"{_shown(text)} is no sender; write Kalendari <calendar@example.org>.",
        )
    return Mailbox(name.strip(), parse_address(address))


def _normalised(typed: str, domain: str) -> str:
    """Reserved names go through the validator under a domain that it takes for a real one."""
    reserved = domain.lower().rpartition(".")[2] in _RESERVED
    try:
        found = validate_email(
            typed + _SHELTER if reserved else typed,
            allow_smtputf8=False,
            check_deliverability=False,
            strict=True,
        )
    except EmailNotValidError as error:
        raise AddressError(
            _fault(str(error)), f"{_shown(typed)} is no mail address: {_reason(error)}"
        ) from error
    assert found.ascii_email is not None  # noqa: S101 - SMTPUTF8 is not allowed above
    return found.ascii_email.removesuffix(_SHELTER) if reserved else found.ascii_email


def _fault(reason: str) -> AddressFault:
    said = reason.lower()
    if "too long" in said:
        return AddressFault.LONG
    return AddressFault.DOMAIN if "after the @" in said else AddressFault.FORM


def _reason(error: EmailNotValidError) -> str:
    text = str(error)
    return text[:1].lower() + text[1:]


def _shown(text: str) -> str:
    """The text in quotes, short enough for a line and without control characters."""
    clean = _CONTROL.sub(" ", text)
    return repr(clean if len(clean) <= 80 else clean[:77] + "...")
