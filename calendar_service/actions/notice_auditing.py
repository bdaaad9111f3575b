"""Whether everybody who is to be told of a change is in the ledger, and who is not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise

from sqlalchemy.orm import Session

from calendar_service.actions.untold import LOOKED_BACK, Untold
from calendar_service.domain.events import Status
from calendar_service.domain.notices import news_of
from calendar_service.domain.stages import Stage, seen_by
from calendar_service.store.queries.coverage import (
    Group,
    count_group,
    events_changed_since,
    some_of,
    without_delivery,
)
from calendar_service.store.queries.deliveries import notice_key
from calendar_service.store.queries.followers import targets_of
from calendar_service.store.queries.notices import newest_notice, stages_of
from calendar_service.store.rows import DueState, EventRow, Kind


def untold_changes(session: Session, now: datetime, *, zone: str, show: int) -> Iterator[Untold]:
    """The changes of late that are news, of what is not over, and not told to everybody."""
    for event in events_changed_since(session, now - LOOKED_BACK):
        stages = stages_of(session, event.id)
        told = _newest_news(stages, now, zone)
        if told is None or event.status == Status.DRAFT:
            continue
        untold = _untold(session, event, stages, told, now, show)
        if untold is not None:
            yield untold


def _newest_news(stages: list[Stage], now: datetime, zone: str) -> Stage | None:
    """The newest state that readers are to be told of, as far as that is still worth it."""
    for before, after in reversed(list(pairwise(stages))):
        if not after.silent and news_of(before.event, after.event, now=now, zone=zone):
            return after
    return None


def _untold(
    session: Session, event: EventRow, stages: list[Stage], told: Stage, now: datetime, show: int
) -> Untold | None:
    due = newest_notice(session, event.id)
    if due is not None and due.state == DueState.PLANNED:
        return None
    targets = tuple(targets_of(session, event.id, event.uid))
    saw_it = seen_by(stages, told.sequence)
    group = Group(targets, "", "", "", started_by=told.at, started_after=saw_it)
    if due is None or due.time_rev < told.sequence:
        readers, addresses = count_group(session, group), some_of(session, group, show=show)
        why, due = "nothing is planned to tell of it", None
    else:
        key = notice_key(event.id, due.time_rev)
        readers, addresses = without_delivery(session, group, key, show=show)
        why = "it was owed to others, and not to them"
    if not readers:
        return None
    instant, named = due.instant if due else now, tuple(addresses)
    return Untold(Kind.NOTICE, event, told.sequence, due, instant, readers, named, why)
