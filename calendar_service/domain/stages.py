"""An event's published states, and what a reader who was told of one of them knows today."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

from calendar_service.domain.events import Event

WAIT = timedelta(minutes=3)
"""How long a change waits for others, so that what is taken back at once is told to nobody."""

LONGEST_WAIT = timedelta(minutes=10)
"""How long the first of several waits for the last."""

_TOGETHER = (("when", "recurrence"), ("status", "reason"), ("title",), ("place",), ("language",))
"""What readers are told, by fields that mean something only together."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One published state of an event; `at` is the instant of its publication, aware UTC.

    A `silent` one is an editor's correction, of which nobody is told.
    """

    sequence: int
    at: datetime
    silent: bool
    event: Event


def stood_at(stages: Sequence[Stage], since: datetime) -> int:
    """The sequence of the state that somebody saw who began to follow at an instant.

    One of that very instant was not seen. Who followed before there was anything to see counts as
    having seen what stood when the first state could no longer be taken back unnoticed. `stages`
    begin with the first public one.
    """
    first = stages[0].at
    seen = since if since >= first else first + WAIT
    return max(stage.sequence for stage in stages if stage is stages[0] or stage.at < seen)


def seen_by(stages: Sequence[Stage], sequence: int) -> datetime | None:
    """By when somebody has followed who never saw what stood before a state; None if all may have.

    What is changed right after it was published was seen by those alone who began to follow then.
    """
    told = next((stage for stage in stages if stage.sequence == sequence), stages[-1])
    return stages[0].at if told.at < stages[0].at + WAIT else None


def is_news(stages: Sequence[Stage]) -> bool:
    """Whether anybody can know something else than what is so now."""
    return any(
        getattr(before.event, name) != getattr(after.event, name)
        for before, after in pairwise(stages)
        for names in _TOGETHER
        for name in names
    )


def as_known(stages: Sequence[Stage], sequence: int) -> Event:
    """The event as a reader knows it who was told of one of its states.

    A silent correction since then is taken as known wherever the reader knew what it corrects;
    who knew something else is to be told of it. Of a state that is not among these, the next one
    before it counts, or the first.
    """
    told = [stage for stage in stages if stage.sequence <= sequence] or [stages[0]]
    later = [told[-1], *(stage for stage in stages if stage.sequence > sequence)]
    known = told[-1].event
    for before, after in pairwise(later):
        if after.silent:
            known = _corrected(known, before.event, after.event)
    return known


def _corrected(known: Event, before: Event, after: Event) -> Event:
    for names in _TOGETHER:
        if all(getattr(known, name) == getattr(before, name) for name in names):
            known = replace(known, **{name: getattr(after, name) for name in names})
    return known
