"""Notices: the states that an event was published in, and what is planned to be told of them."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from calendar_service.domain.documents import read_event
from calendar_service.domain.events import Status
from calendar_service.domain.stages import Stage
from calendar_service.errors import InvalidInputError
from calendar_service.store.queries.deliveries import plan_due
from calendar_service.store.rows import DueRow, DueState, EventRow, Kind, RevisionRow

_log = logging.getLogger(__name__)


def stages_of(session: Session, event_id: int) -> list[Stage]:
    """The states of an event that readers could see, the first one first.

    What this release cannot read is left out.
    """
    columns = (RevisionRow.sequence, RevisionRow.at, RevisionRow.silent, RevisionRow.document)
    rows = session.execute(
        select(*columns).where(RevisionRow.event_id == event_id).order_by(RevisionRow.sequence)
    )
    found = []
    for sequence, at, silent, document in rows:
        try:
            event = read_event(document, f"revision {sequence} in the store")
        except InvalidInputError as error:
            _log.error("a revision of an event cannot be read: %s", error)
            continue
        if event.status is not Status.DRAFT:
            found.append(Stage(sequence, at, silent, event))
    return found


def uids_taken_back(session: Session, uids: Collection[str]) -> list[str]:
    """Of some UIDs, those of drafts that were published once: readers have seen them."""
    drafts = EventRow.uid.in_(uids), EventRow.status == str(Status.DRAFT)
    found = session.execute(select(EventRow.id, EventRow.uid).where(*drafts)) if uids else ()
    return [uid for number, uid in found if stages_of(session, number)]


def plan_notice(session: Session, event_id: int, sequence: int, instant: datetime) -> None:
    """Plans to tell of an event's revision, in place of what waits to be told of earlier ones."""
    session.execute(
        update(DueRow)
        .where(DueRow.event_id == event_id, DueRow.kind == Kind.NOTICE)
        .where(DueRow.state == DueState.PLANNED)
        .values(state=str(DueState.SUPERSEDED))
    )
    session.add(
        DueRow(
            event_id=event_id,
            kind=str(Kind.NOTICE),
            offset="",
            zone="",
            hour="",
            time_rev=sequence,
            instant=instant,
            state=str(DueState.PLANNED),
            cursor="",
        )
    )


def plan_arrival(session: Session, event_id: int, sequence: int, instant: datetime) -> None:
    """Plans to tell of an event that has come to searches with a revision."""
    due = {
        "event_id": event_id,
        "kind": str(Kind.ARRIVAL),
        "offset": "",
        "zone": "",
        "hour": "",
        "time_rev": sequence,
        "instant": instant,
    }
    plan_due(session, [due])


def planned_arrivals(session: Session, event_id: int) -> dict[int, DueRow]:
    """What is or was planned to be told of an event that came to searches, by its revision."""
    mine = DueRow.event_id == event_id, DueRow.kind == Kind.ARRIVAL
    return {row.time_rev: row for row in session.scalars(select(DueRow).where(*mine))}


def first_waiting(session: Session, event_id: int) -> datetime | None:
    """When the first change was to be told of those that readers have not been owed yet."""
    notices = DueRow.event_id == event_id, DueRow.kind == Kind.NOTICE
    done = select(func.coalesce(func.max(DueRow.time_rev), -1)).where(
        *notices, DueRow.state == DueState.DONE
    )
    later = DueRow.time_rev > done.scalar_subquery()
    return session.scalar(select(func.min(DueRow.instant)).where(*notices, later))


def newest_notice(session: Session, event_id: int) -> DueRow | None:
    """The newest revision of an event that readers are told of, as it is planned."""
    notices = select(DueRow).where(DueRow.event_id == event_id, DueRow.kind == Kind.NOTICE)
    return session.scalar(notices.order_by(DueRow.time_rev.desc()).limit(1))


def newest_notices(session: Session, event_ids: Iterable[int]) -> dict[int, int]:
    """The newest revision of each of some events that readers are told of."""
    rows = session.execute(
        select(DueRow.event_id, func.max(DueRow.time_rev))
        .where(DueRow.event_id.in_(list(event_ids)), DueRow.kind == Kind.NOTICE)
        .group_by(DueRow.event_id)
    )
    return {event_id: sequence for event_id, sequence in rows if event_id is not None}
