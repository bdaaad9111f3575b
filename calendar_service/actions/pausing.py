"""Pausing what a reader is sent, and resuming it: by their link, or by the operator they asked.

Nothing is owed whose instant falls before the end of a pause; a day begins by the clocks of each
subscription's zone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time

from sqlalchemy.orm import Session

from calendar_service.actions.preferences import (
    OPERATOR,
    Choice,
    choices_of,
    followed_by_address,
    owe_answer,
)
from calendar_service.actions.service import Service
from calendar_service.domain.readers import UNTIL_RESUMED, Target
from calendar_service.domain.zones import to_utc, to_wall
from calendar_service.errors import InvalidInputError, Problem
from calendar_service.store.queries.records import note_plans, write_audit
from calendar_service.store.rows import ReaderRow, SubscriptionRow


def pause_by_address(
    service: Service,
    address: str,
    day: date | None,
    *,
    only: Target | None = None,
    silent: bool = False,
) -> list[Choice]:
    """Pauses what an address follows until a day, or until they resume it; tells how it is then.

    Raises UnknownReaderError and NotFollowedError, and InvalidInputError for no day ahead.
    """
    now = service.clock.now()
    with service.database.plan() as session:
        reader, rows = followed_by_address(session, address, only)
        _refuse_what_is_over(day, rows, now)
        pause_rows(session, reader, rows, day, now=now, actor=OPERATOR, silent=silent)
        return _choices(session, reader, rows, now)


def resume_by_address(
    service: Service, address: str, *, only: Target | None = None, silent: bool = False
) -> list[Choice]:
    """Goes on with what is paused of what an address follows; tells what that was.

    Raises UnknownReaderError and NotFollowedError.
    """
    now = service.clock.now()
    with service.database.plan() as session:
        reader, rows = followed_by_address(session, address, only)
        resumed = resume_rows(session, reader, rows, now=now, actor=OPERATOR, silent=silent)
        return _choices(session, reader, resumed, now)


def pause_rows(
    session: Session,
    reader: ReaderRow,
    rows: Sequence[SubscriptionRow],
    day: date | None,
    *,
    now: datetime,
    actor: str,
    silent: bool = False,
) -> None:
    """Pauses subscriptions of a reader until a day, or until they resume it."""
    for row in rows:
        row.paused_until = _begins(day, row.zone) if day else UNTIL_RESUMED
    _told(session, reader, rows, "reader.pause", now=now, actor=actor, silent=silent)


def resume_rows(
    session: Session,
    reader: ReaderRow,
    rows: Sequence[SubscriptionRow],
    *,
    now: datetime,
    actor: str,
    silent: bool = False,
) -> list[SubscriptionRow]:
    """Goes on with those that are paused, and tells which; what lies before now is owed no more."""
    paused = [row for row in rows if row.paused_until is not None and row.paused_until > now]
    for row in paused:
        row.paused_until = now
    _told(session, reader, paused, "reader.resume", now=now, actor=actor, silent=silent)
    return paused


def is_ahead(day: date, rows: Iterable[SubscriptionRow], now: datetime) -> bool:
    """Whether a day has begun for none of some subscriptions."""
    return all(to_wall(now, row.zone).date() < day for row in rows)


def _refuse_what_is_over(day: date | None, rows: Iterable[SubscriptionRow], now: datetime) -> None:
    if day is not None and not is_ahead(day, rows, now):
        wrong = f"{day} has begun already; name a day that is still to come."
        raise InvalidInputError([Problem("preferences", "until", wrong)])


def _begins(day: date, zone: str) -> datetime:
    return to_utc(datetime.combine(day, time()), zone)


def _told(
    session: Session,
    reader: ReaderRow,
    rows: Sequence[SubscriptionRow],
    action: str,
    *,
    now: datetime,
    actor: str,
    silent: bool,
) -> None:
    """Notes what was done and owes the mail that tells how it is now, if anything was."""
    if not rows:
        return
    note_plans(session, now=now)
    if not silent:
        owe_answer(session, reader, now=now, turn=now)
    write_audit(
        session,
        now=now,
        actor=actor,
        action=action,
        subject=f"reader {reader.id}",
        detail={"of": [row.target_name for row in rows]},
    )


def _choices(
    session: Session, reader: ReaderRow, rows: Sequence[SubscriptionRow], now: datetime
) -> list[Choice]:
    numbers = {row.id for row in rows}
    return [one for one in choices_of(session, reader, now) if one.subscription_id in numbers]
