"""How long a feed shows an event, before time alone takes it out again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from calendar_service.domain.events import Event, Revision
from calendar_service.domain.feeds import Feed
from calendar_service.domain.recurrence import Override, Recurrence, occurrences
from calendar_service.domain.when import InMonth, over_at

_NO_PLACE = "Etc/GMT+12"
"""The zone in which the days of an event without a place end: where on Earth they end last."""

_END_OF_TIME = date(9000, 1, 1)
"""What repeats until then goes on for ever: a window could not be counted from its end."""

_FAR = timedelta(days=366)
"""How much later than it was to be an instance is looked for."""


@dataclass(frozen=True, slots=True)
class Window:
    """Until which UTC instants a feed shows an event at all, and what of it does not take place.

    None is for ever.
    """

    until: datetime | None = None
    marked_until: datetime | None = None

    def is_open(self, now: datetime) -> bool:
        """Whether the feed shows it."""
        return self.until is None or now < self.until

    def shows_cancelled(self, now: datetime) -> bool:
        """Whether the feed still shows what of it does not take place."""
        return self.marked_until is None or now < self.marked_until


ALWAYS = Window()


def window_of(feed: Feed, revision: Revision) -> Window:
    """How long a feed shows a revision of an event.

    What does not take place is shown until the feed's `cancelled_days` after it would have ended,
    or after it was called off, whichever is later.
    """
    event, until, marked_until = revision.event, None, None
    if feed.past_days is not None and (end := _end(event)) is not None:
        until = end + timedelta(days=feed.past_days)
    if (called_off := _end_of_called_off(revision)) is not None:
        marked_until = called_off + timedelta(days=feed.cancelled_days)
    return Window(until, marked_until)


def _end(event: Event) -> datetime | None:
    """When the last of it is over; None for a series that goes on."""
    zone = event.home_zone(_NO_PLACE)
    if event.recurrence is None or isinstance(event.when, InMonth):
        return over_at(event.when, zone)
    if event.recurrence.is_endless:
        return None
    last = max(_ends(event, _END_OF_TIME), default=over_at(event.when, zone))
    return last if last.date() < _END_OF_TIME - _FAR else None


def _end_of_called_off(revision: Revision) -> datetime | None:
    """When the last of what does not take place would be over; None where all takes place."""
    event, series = revision.event, revision.event.recurrence
    if not event.status.takes_place:
        return max(revision.published_at, _end(event) or revision.published_at)
    called_off = [one for one in _overrides(series) if one.status and not one.status.takes_place]
    if not series or not called_off or (series.is_endless and any(o.and_rest for o in called_off)):
        return None
    last = max(one.of for one in called_off).date() + _FAR if series.is_endless else _END_OF_TIME
    return max((revision.published_at, *_ends(event, last, called_off=True)))


def _overrides(series: Recurrence | None) -> tuple[Override, ...]:
    return series.overrides if series else ()


def _ends(event: Event, last: date, *, called_off: bool = False) -> Iterator[datetime]:
    """When each instance ends, or each one that does not take place, up to a day."""
    assert not isinstance(event.when, InMonth)  # noqa: S101 - a series has its days
    for one in occurrences(event.when, event.recurrence, first=date.min, last=last):
        if not called_off or not event.at(one).status.takes_place:
            yield over_at(one.when, event.home_zone(_NO_PLACE))
