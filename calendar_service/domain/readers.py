"""Readers and what they follow."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time
from enum import StrEnum

from calendar_service.domain.digests import Digest
from calendar_service.domain.reminders import DEFAULT_HOUR, Offset

UNTIL_RESUMED = datetime(9999, 12, 31, tzinfo=UTC)
"""Until when something is paused whose reader has named no day."""

LAST_YEAR = 2199
"""The last one of which a day may be named."""


class TargetKind(StrEnum):
    """What a subscription can follow."""

    FEED = "feed"
    EVENT = "event"
    SEARCH = "search"


@dataclass(frozen=True, slots=True)
class Target:
    """What is followed: a feed by its slug, an event by its UID, a search by its query."""

    kind: TargetKind
    name: str


@dataclass(frozen=True, slots=True)
class Preferences:
    """How a reader wants to be written to.

    `hour` is local, for reminders of all-day events and for digests; `notices` tell of changes,
    and `arrivals` of each event that comes to a search.
    """

    offsets: tuple[Offset, ...]
    language: str
    zone: str
    hour: time = DEFAULT_HOUR
    notices: bool = True
    digest: Digest | None = None
    arrivals: bool = False


@dataclass(frozen=True, slots=True)
class Consent:
    """The words that a reader agreed to, the language of the form they stood in, and when."""

    words: str
    language: str
    asked_at: datetime
    agreed_at: datetime


@dataclass(frozen=True, slots=True)
class Enrolment:
    """One thing that one reader follows, as it comes from another tool and goes to one.

    `paused_until` is None where nothing says that it is paused.
    """

    address: str
    target: Target
    preferences: Preferences
    consent: Consent
    paused_until: datetime | None = None
