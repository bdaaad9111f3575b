"""What a digest tells: what is coming of all that its readers follow, and what has changed.

It is looked up once for all readers who follow the same in one language and zone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta

from sqlalchemy.orm import Session

from calendar_service.domain.digests import Issue, News, news_since
from calendar_service.domain.events import Event
from calendar_service.domain.readers import Target, TargetKind
from calendar_service.domain.when import over_at
from calendar_service.domain.when_documents import read_when
from calendar_service.domain.words import first_day_for
from calendar_service.errors import InvalidInputError
from calendar_service.store.queries.digests import dates_of, published_since
from calendar_service.store.queries.events import instance_of, readable
from calendar_service.store.queries.notices import stages_of
from calendar_service.store.queries.readers import events_followed
from calendar_service.store.queries.searches import arrived_since

FRESH = timedelta(minutes=5)
"""How long what a digest tells stands, so that many readers have it from one look."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """For whom a digest is: what they follow, in which language, zone and at which hour."""

    issue: Issue
    targets: frozenset[Target]
    language: str
    zone: str
    hour: time


@dataclass(frozen=True, slots=True)
class Contents:
    """What there is to tell: events as they are on their dates, and news, each by day."""

    coming: tuple[Event, ...] = ()
    news: tuple[News, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to tell."""
        return not self.coming and not self.news


@dataclass(slots=True)
class Digests:
    """What digests tell, as it was at an instant, when so much had been planned anew."""

    at: datetime
    plans: int
    contents: dict[Circumstances, Contents] = field(default_factory=dict)

    def stand(self, now: datetime, plans: int) -> bool:
        """Whether the next mails may tell the same."""
        return plans == self.plans and now - self.at < FRESH


def contents_of(
    session: Session, circumstances: Circumstances, *, now: datetime, zone: str
) -> Contents:
    """What to tell at an instant; `zone` is where whole days end that no event gives one."""
    targets = sorted(circumstances.targets, key=lambda one: (one.kind, one.name))
    followed = {number for target in targets for number in events_followed(session, target)}
    coming = _coming(session, followed, circumstances, now, zone)
    return Contents(tuple(coming), tuple(_news(session, followed, circumstances, now, zone)))


def _coming(
    session: Session, followed: Collection[int], of: Circumstances, now: datetime, zone: str
) -> Iterator[Event]:
    """What takes place on the days of a digest and is not over, by day."""
    for row, event in dates_of(session, followed, of.issue.day, of.issue.last_day):
        when = read_when(row.document)
        for _, revision in readable([event]):
            dated = replace(instance_of(revision, row).event, when=when)
            ended = over_at(when, dated.home_zone(zone)) <= now
            if not ended and first_day_for(when, of.zone) <= of.issue.last_day:
                yield dated


def _news(
    session: Session, followed: Collection[int], of: Circumstances, now: datetime, zone: str
) -> Iterator[News]:
    """What was announced or changed since the digest before."""
    since = of.issue.before(of.zone, of.hour)
    searches = [one.name for one in of.targets if one.kind is TargetKind.SEARCH]
    arrived = arrived_since(session, searches, since)
    for row in published_since(session, followed, since):
        try:
            stages = stages_of(session, row.id)
        except InvalidInputError:  # an older release stored it: it costs nobody the other news
            continue
        # What a search finds since then is announced to who follows it, however old it is.
        known_since = stages[0].at if stages and row.id in arrived else since
        news = news_since(stages, known_since, of.language, now=now, zone=zone)
        if news is not None:
            yield news
