"""Whether everybody who is to be told of what came to a search is in the ledger, and who is not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy.orm import Session

from calendar_service.actions.untold import LOOKED_BACK, Untold
from calendar_service.domain.events import Event
from calendar_service.domain.notices import worth_until
from calendar_service.domain.stages import WAIT, Stage
from calendar_service.domain.when import InMonth
from calendar_service.store.queries.coverage import Group, count_group, some_of, without_delivery
from calendar_service.store.queries.deliveries import arrival_key
from calendar_service.store.queries.notices import planned_arrivals, stages_of
from calendar_service.store.queries.reminders import events_by_id
from calendar_service.store.queries.searches import arrivals_since, found_since
from calendar_service.store.rows import DueRow, DueState, EventRow, Kind


def untold_arrivals(session: Session, now: datetime, *, zone: str, show: int) -> Iterator[Untold]:
    """The events that came to searches of late, are still ahead, and are not told to everybody.

    One came with a revision, and not with a silent one: what a feed's definition or a correction
    lets be found is told to nobody.
    """
    arrivals = arrivals_since(session, now - LOOKED_BACK)
    events = events_by_id(session, arrivals)
    for event_id, instants in arrivals.items():
        event, stages = events[event_id], stages_of(session, event_id)
        ledger = planned_arrivals(session, event_id)
        for stage in stages:
            told = stage.at in instants and not stage.silent
            if told and _is_worth_it(stages[-1].event, stage, now, zone):
                due = ledger.get(stage.sequence)
                yield from _untold(session, event, stage, due, now, show)


def _is_worth_it(event: Event, arrived: Stage, now: datetime, zone: str) -> bool:
    """Whether an event is ahead, on a known day: of others no mail says that they are new."""
    if not event.status.takes_place or isinstance(event.when, InMonth):
        return False
    return worth_until(event, told_at=arrived.at + WAIT, zone=zone) > now


def _untold(
    session: Session, event: EventRow, arrived: Stage, due: DueRow | None, now: datetime, show: int
) -> Iterator[Untold]:
    instant = arrived.at + WAIT
    targets = tuple(found_since(session, event.id, arrived.at))
    group = Group(targets, "", "", "", started_by=min(now, instant), arrivals=True)
    if due is not None and due.state == DueState.DONE:
        readers, addresses = without_delivery(session, group, arrival_key(event.id), show=show)
        why = "it was owed to others, and not to them"
    elif why := _why_not_planned(due, instant):
        readers, addresses = count_group(session, group), some_of(session, group, show=show)
    else:
        return
    if readers:
        sequence, named = arrived.sequence, tuple(addresses)
        yield Untold(Kind.ARRIVAL, event, sequence, due, instant, readers, named, why)


def _why_not_planned(due: DueRow | None, instant: datetime) -> str:
    """What is wrong with a due row that is not done; empty where it will be owed."""
    if due is None:
        return "nothing is planned to tell of it"
    if due.state == DueState.SUPERSEDED:
        return "it was called back, and the search finds it"
    if due.instant != instant:
        return f"it is planned for {due.instant:%Y-%m-%d %H:%M} UTC instead"
    return ""
