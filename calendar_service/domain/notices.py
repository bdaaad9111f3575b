"""What a change of an event means to a reader: what they knew, what it is now, and its name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from calendar_service.domain.dates import Pair, pair_dates
from calendar_service.domain.events import Event, Status
from calendar_service.domain.stages import LONGEST_WAIT, WAIT
from calendar_service.domain.when import InMonth, Timed, When, over_at

AT_ONCE = timedelta(hours=1)
"""A change so close to the start, or while the event is on, does not wait for others."""

FOR_A_WHILE = timedelta(days=30)


class Headline(StrEnum):
    """What a change comes to, in a word; where several would do, the first of them."""

    CANCELLED = "cancelled"
    POSTPONED = "postponed"
    REVIVED = "revived"
    DATED = "dated"
    MOVED = "moved"
    PLACED = "placed"
    TITLED = "titled"
    CHANGED = "changed"
    ADDED = "added"


class Scope(StrEnum):
    """What a notice is about: an event, one date of a series, several of them, or all."""

    EVENT = "event"
    DATE = "date"
    DATES = "dates"
    SERIES = "series"


@dataclass(frozen=True, slots=True)
class Change:
    """One date of an event as a reader knows it, if they do, and as it is."""

    headline: Headline
    before: Event | None
    after: Event


@dataclass(frozen=True, slots=True)
class Notice:
    """What there is to tell a reader, the soonest date first.

    Where all dates of a series ahead have changed alike, the next one stands for them.
    """

    headline: Headline
    scope: Scope
    changes: tuple[Change, ...]


def compare(
    before: Event,
    after: Event,
    language: str,
    *,
    now: datetime,
    zone: str,
    told: Mapping[str, Event] | None = None,
) -> Notice | None:
    """What to tell somebody in a language who knows an event as it was; None for nothing.

    What is over is told to nobody; whole days end in `zone` where the event does not say. `told`
    has what was told since of single dates of a series, by recurrence id.
    """
    pairs = pair_dates(before, after, now=now)
    for name, later in (told or {}).items():
        if name in pairs:
            known = pair_dates(later, after, now=now).get(name, pairs[name]).before
            pairs[name] = Pair(known, pairs[name].after)
    ahead = [pair for pair in pairs.values() if _is_ahead(pair, now, zone)]
    found = [change_of(pair, language) for pair in ahead]
    changes = tuple(change for change in found if change)
    if not changes:
        return None
    alike = {change.headline for change in changes} == {changes[0].headline}
    headline = changes[0].headline if alike else Headline.CHANGED
    if before.recurrence is None and after.recurrence is None:
        return Notice(headline, Scope.EVENT, changes)
    untouched = [pair for pair, change in zip(ahead, found, strict=True) if not change]
    whole = headline is not Headline.ADDED and not any(map(_was_to_be, untouched))
    if alike and whole and len(changes) > 1:
        return Notice(headline, Scope.SERIES, changes[:1])
    return Notice(headline, Scope.DATE if len(changes) == 1 else Scope.DATES, changes)


def news_of(before: Event, after: Event, *, now: datetime, zone: str) -> Notice | None:
    """What there is to tell of a change in whatever language; None where nobody reads a word."""
    told = (compare(before, after, code, now=now, zone=zone) for code in _languages(before, after))
    return next(filter(None, told), None)


def change_of(pair: Pair, language: str) -> Change | None:
    """What has changed about one date for somebody who reads in a language; None for nothing."""
    before, after = pair.before, pair.after
    if after is None:
        if before is None or not before.status.takes_place:
            return None
        return Change(Headline.CANCELLED, before, _left_out(before))
    if before is None:
        return Change(Headline.ADDED, None, after) if after.status.takes_place else None
    headline = _headline(before, after, language)
    return Change(headline, before, after) if headline else None


def tell_at(
    notice: Notice, *, now: datetime, zone: str, waiting_since: datetime | None
) -> datetime:
    """When to tell of a change that is published now: once no other follows for a while.

    `waiting_since` is when the first was published of those that wait already. What begins within
    the hour, or has begun, is told at once.
    """
    if _is_urgent(notice, now, zone):
        return now
    return min(now + WAIT, max(now, (waiting_since or now) + LONGEST_WAIT))


def worth_until(event: Event, *, told_at: datetime, zone: str) -> datetime:
    """The last instant at which a change of an event is worth telling, as far as is known.

    Of a series that goes on, it is worth it for a while.
    """
    if event.recurrence is not None:
        return told_at + FOR_A_WHILE
    return _ends(event, zone)


def same_time(one: When, other: When) -> bool:
    """Whether two times are one and the same to readers, whichever zone each is written in."""
    if isinstance(one, Timed) and isinstance(other, Timed):
        return one.instants() == other.instants()
    return one == other


def place_in(event: Event, language: str) -> str:
    """The name of the place in a language, else in another; empty for none."""
    return event.in_language(event.place.name, language)[0] if event.place else ""


def _headline(before: Event, after: Event, language: str) -> Headline | None:
    moved = not same_time(before.when, after.when)
    match after.status:
        case Status.CANCELLED:
            return None if before.status is Status.CANCELLED else Headline.CANCELLED
        case Status.POSTPONED:
            known = before.status is Status.POSTPONED and not moved
            return None if known else Headline.POSTPONED
    if not before.status.takes_place:
        postponed = before.status is Status.POSTPONED
        return Headline.DATED if postponed and moved else Headline.REVIVED
    if moved:
        waited_for = isinstance(before.when, InMonth) and not isinstance(after.when, InMonth)
        return Headline.DATED if waited_for else Headline.MOVED
    placed = place_in(before, language) != place_in(after, language)
    titled = before.title_in(language) != after.title_in(language)
    if placed and titled:
        return Headline.CHANGED
    return Headline.PLACED if placed else Headline.TITLED if titled else None


def _is_urgent(notice: Notice, now: datetime, zone: str) -> bool:
    return any(
        event.when.starts_at(event.home_zone(zone)) - AT_ONCE <= now < _ends(event, zone)
        for change in notice.changes
        for event in (change.before, change.after)
        if event is not None and not isinstance(event.when, InMonth)
    )


def _was_to_be(pair: Pair) -> bool:
    return pair.before is not None and pair.before.status.takes_place


def _left_out(event: Event) -> Event:
    """A date that a series has no more."""
    return replace(event, status=Status.CANCELLED, reason={})


def _is_ahead(pair: Pair, now: datetime, zone: str) -> bool:
    event = pair.after or pair.before
    return event is not None and now < _ends(event, zone)


def _ends(event: Event, zone: str) -> datetime:
    return over_at(event.when, event.home_zone(zone))


def _languages(*events: Event) -> Iterable[str]:
    """Those in which something may be said otherwise than in the events' own."""
    found = {event.language for event in events}
    for event in events:
        found.update(event.title, event.place.name if event.place else ())
    return sorted(found)
