"""Digests: how often all that a reader follows is told together, and of which days."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from calendar_service.domain.events import Event
from calendar_service.domain.notices import Notice, compare
from calendar_service.domain.stages import Stage, as_known
from calendar_service.domain.when import over_at
from calendar_service.domain.zones import to_utc, to_wall

MONDAY = 0


class Digest(StrEnum):
    """How often."""

    DAILY = "daily"
    WEEKLY = "weekly"

    @property
    def period(self) -> timedelta:
        """From one to the next."""
        return timedelta(days=1 if self is Digest.DAILY else 7)

    @property
    def days(self) -> int:
        """How many days it tells of, its own included."""
        return 7 if self is Digest.DAILY else 28

    @property
    def worth_for(self) -> timedelta:
        """How long it is worth sending; a daily one is outdone by the next."""
        return timedelta(days=1 if self is Digest.DAILY else 3)


@dataclass(frozen=True, slots=True)
class Issue:
    """A digest of one day: when it is due, in UTC, and the days that it tells of."""

    digest: Digest
    day: date
    instant: datetime

    @property
    def last_day(self) -> date:
        """The last day that it tells of."""
        return self.day + timedelta(days=self.digest.days - 1)

    def before(self, zone: str, hour: time) -> datetime:
        """When the one before was due: what changed since then is told."""
        return to_utc(datetime.combine(self.day - self.digest.period, hour), zone)


def issue_of(digest: Digest, instant: datetime, zone: str) -> Issue:
    """The digest that is due at an instant for readers in a zone."""
    return Issue(digest, to_wall(instant, zone).date(), instant)


def issues_after(digest: Digest, zone: str, hour: time, now: datetime) -> Iterator[Issue]:
    """The digests to come, each at the readers' hour in their zone; a weekly one on Mondays."""
    day = to_wall(now, zone).date()
    if digest is Digest.WEEKLY:
        day -= timedelta(days=day.weekday() - MONDAY)
    while True:
        instant = to_utc(datetime.combine(day, hour), zone)
        if instant > now:
            yield Issue(digest, day, instant)
        day += digest.period


@dataclass(frozen=True, slots=True)
class News:
    """What is new about an event: that it was announced, or else what has changed."""

    event: Event
    notice: Notice | None


def news_since(
    stages: Sequence[Stage], since: datetime, language: str, *, now: datetime, zone: str
) -> News | None:
    """What is new about an event since an instant; None for nothing that is still to come.

    `stages` are the states that readers could see. What was announced since then is announced as
    it is now, however often it changed.
    """
    if not stages:
        return None
    event = stages[-1].event
    before = [stage for stage in stages if stage.at < since]
    if not before:
        ends = over_at(event.when, event.home_zone(zone))
        ahead = event.status.takes_place and (event.recurrence is not None or ends > now)
        return News(event, None) if ahead else None
    known = as_known(stages, before[-1].sequence)
    notice = compare(known, event, language, now=now, zone=zone)
    return News(event, notice) if notice else None
