"""Our full rendering against what the icalendar library itself takes to write as much."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator

import icalendar

from bench.calendars import ORIGIN, revisions
from calendar_service.domain.events import Revision
from calendar_service.ical.calendars import render_for_feed
from calendar_service.ical.events import Piece

EVENTS = 1_000
GOAL = 0.7


def rendering(rounds: int) -> Iterator[str]:
    """Prints events a second; gives what falls short of the goal.

    The library writes from components that are made already, so that ours is measured against
    its writing alone.
    """
    published = list(revisions(EVENTS))
    calendar = icalendar.Calendar.from_ical(_written(published))
    pairs = [
        (_seconds(lambda: _written(published)), _seconds(calendar.to_ical)) for _ in range(rounds)
    ]
    ours, theirs = (EVENTS / statistics.median(one) for one in zip(*pairs, strict=True))
    ratio = statistics.median(their / our for our, their in pairs)
    print(f"We write {ours:,.0f} events/s, icalendar {theirs:,.0f}; ratio {ratio:.2f} ({GOAL})")
    if ratio < GOAL:
        yield f"rendering: {ratio:.2f} of {GOAL}"


def _written(published: list[Revision]) -> bytes:
    pieces = [render_for_feed(one, language="en", origin=ORIGIN) for one in published]
    content = b"".join(piece.content for piece in pieces if isinstance(piece, Piece))
    return b"BEGIN:VCALENDAR\r\n" + content + b"END:VCALENDAR\r\n"


def _seconds(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began
