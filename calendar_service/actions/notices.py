"""Plans to tell readers of a change, inside the transaction that publishes it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from calendar_service.domain.events import Event, Status
from calendar_service.domain.notices import news_of, tell_at
from calendar_service.domain.stages import WAIT
from calendar_service.store.queries.notices import (
    first_waiting,
    plan_arrival,
    plan_notice,
    stages_of,
)
from calendar_service.store.queries.searches import found_since
from calendar_service.store.rows import EventRow


def plan_news(
    session: Session, row: EventRow, before: Event, after: Event, *, now: datetime, zone: str
) -> None:
    """Plans to tell all who follow an event of its newest state, if that is news to anybody.

    One due row, however many they are. What waits already becomes one with it: whoever is told is
    told what stands then, and what they were last told.
    """
    if before.status is Status.DRAFT:
        earlier = [one for one in stages_of(session, row.id) if one.sequence < row.sequence]
        if not earlier:
            return
        before = earlier[-1].event
    if after.status is Status.DRAFT:
        return
    notice = news_of(before, after, now=now, zone=zone)
    if notice is None:
        return
    first = first_waiting(session, row.id)
    waiting_since = first - WAIT if first else None
    instant = tell_at(notice, now=now, zone=zone, waiting_since=waiting_since)
    plan_notice(session, row.id, row.sequence, instant)


def plan_arrivals(session: Session, row: EventRow, *, now: datetime) -> None:
    """Plans to tell who follows a search of an event that has just come to it.

    It waits as a change does, so that what is taken back at once is told to nobody.
    """
    if found_since(session, row.id, now):
        plan_arrival(session, row.id, row.sequence, now + WAIT)
