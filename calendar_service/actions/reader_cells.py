"""What single cells of a file of readers say; each that cannot be read says why, and the remedy."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time

from calendar_service.actions.choices import MOST_OFFSETS
from calendar_service.domain.digests import Digest
from calendar_service.domain.fields import near, parse_day
from calendar_service.domain.readers import LAST_YEAR, UNTIL_RESUMED
from calendar_service.domain.reminders import Offset, parse_offsets
from calendar_service.domain.zones import to_utc, zone_names
from calendar_service.errors import CalendarError
from calendar_service.language.catalogues import LANGUAGES
from calendar_service.language.negotiation import spelled
from calendar_service.mail.addresses import LONGEST, parse_address

NO_OFFSETS = "none"
RESUMED = "resumed"
"""Until when something is paused whose reader has named no day."""

LONGEST_WORDS = 20_000
LONGEST_LOCAL = 64
OLDEST = datetime(1970, 1, 1, tzinfo=UTC)

_NO_CONSENT = frozenset({"no", "non", "jo", "nein", "n", "false", "faux", "0", "none", "null"})
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
_HOUR = re.compile(r"([01]?\d|2[0-3])(?::([0-5]\d)(?::00)?)?", re.ASCII)
_PLAIN = re.compile(r"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*", re.ASCII)


class CellError(CalendarError):
    """A cell that cannot be read."""


class Addresses:
    """Reads addresses as `parse_address` does, but each domain only once: that is what takes long.

    Only for names before the @ that need no second look.
    """

    def __init__(self) -> None:
        self._domains: dict[str, str] = {}

    def read(self, text: str) -> str:
        """The normal form; raises AddressError."""
        local, _, domain = text.rpartition("@")
        known = self._domains.get(domain)
        plain = _PLAIN.fullmatch(local) and len(local) <= LONGEST_LOCAL and len(text) <= LONGEST
        if known is not None and plain and len(local) + 1 + len(known) <= LONGEST:
            return f"{local}@{known}"
        address = parse_address(text)
        self._domains[domain] = address.rpartition("@")[2]
        return address


def read_offsets(text: str) -> tuple[Offset, ...]:
    """Offsets with blanks between, ten at most, or `none`. Raises CellError."""
    if text.strip().lower() == NO_OFFSETS:
        return ()
    offsets = parse_offsets(text.split())
    if not offsets:
        raise CellError("is empty; write one or more, with blanks between them, like P7D P1D.")
    if len(offsets) > MOST_OFFSETS:
        raise CellError(f"has {len(offsets)} reminders; {MOST_OFFSETS} are the most.")
    return offsets


def read_language(text: str) -> str:
    """The code of a language that mails are written in. Raises CellError."""
    if code := spelled(text, LANGUAGES):
        return code
    raise CellError(f"{text!r} is no language of ours; write one of {', '.join(LANGUAGES)}.")


def read_zone(text: str) -> str:
    """A time zone of the tz database. Raises CellError."""
    if text in zone_names():
        return text
    raise CellError(
        f"there is no time zone {text!r}; write it like Europe/Brussels.{near(text, zone_names())}"
    )


def read_hour(text: str) -> time:
    """An hour of the day, like 08:00 or 8. Raises CellError."""
    match = _HOUR.fullmatch(text)
    if match is None:
        raise CellError(f"{text!r} is no hour of the day; write it like 08:00.")
    return time(int(match[1]), int(match[2] or 0))


def read_yes_or_no(text: str) -> bool:
    """Yes or no. Raises CellError."""
    if (word := text.lower()) in {"yes", "no"}:
        return word == "yes"
    raise CellError(f"{text!r} says neither; write yes or no.")


def read_digest(text: str) -> Digest:
    """How often a digest is wanted. Raises CellError."""
    if (word := text.lower()) in set(Digest):
        return Digest(word)
    raise CellError(f"{text!r} is no digest; write {' or '.join(Digest)}, or nothing.")


def read_pause(text: str, zone: str, now: datetime) -> datetime | None:
    """Until when somebody is paused: a day that begins by their clocks, an instant, or `resumed`.

    An instant is in UTC unless it says otherwise. None where it is over. Raises CellError.
    """
    if text.lower() == RESUMED:
        return UNTIL_RESUMED
    try:
        found = datetime.fromisoformat(text)
        if parse_day(text) is not None and zone:
            instant = to_utc(found, zone)
        else:
            instant = (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise CellError(
            f"{text!r} is no day; write 2026-09-01, 2026-09-01T08:00:00+02:00, or {RESUMED}."
        ) from error
    if instant.year > LAST_YEAR:
        raise CellError(f"{text!r} is too far away; write {RESUMED}, until they resume it.")
    return instant if instant > now else None


def write_pause(until: datetime | None) -> str:
    """The cell of a pause; empty for none."""
    if until is None:
        return ""
    return RESUMED if until == UNTIL_RESUMED else until.isoformat()


def read_words(text: str) -> str:
    """The words that somebody agreed to. Raises CellError."""
    if not text:
        raise CellError("is empty; write the words that the reader agreed to, or leave them out.")
    if text.lower() in _NO_CONSENT:
        raise CellError(f"{text!r} is no consent; nobody is written to who has not agreed.")
    if found := _UNPRINTABLE.search(text):
        raise CellError(f"has the character U+{ord(found[0]):04X}; take it out.")
    if len(text) > LONGEST_WORDS:
        raise CellError(f"has {len(text)} characters; {LONGEST_WORDS} are the most.")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def read_instant(text: str, now: datetime) -> datetime:
    """A past instant, in UTC unless it says otherwise; a date alone is its first moment.

    Raises CellError.
    """
    try:
        found = datetime.fromisoformat(text)
        instant = (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise CellError(
            f"{text!r} is no date; write 2026-02-12, or 2026-02-12T09:30:00+01:00."
        ) from error
    if not OLDEST <= instant <= now:
        raise CellError(f"{text!r} is before {OLDEST:%Y} or still to come; write when it was.")
    return instant
