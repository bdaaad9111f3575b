"""How the sending of reminders goes: whether it is stopped, how late it is, and what is held."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from calendar_service.actions.findings import Finding, Health
from calendar_service.actions.freezing import why_frozen
from calendar_service.actions.service import Service
from calendar_service.store.queries.deliveries import count_by_state, next_instant
from calendar_service.store.queries.holds import held_events, unrenderable
from calendar_service.store.queries.reminders import oldest_overdue, oldest_retried
from calendar_service.store.rows import State

LAG = timedelta(minutes=5)
"""How late mails may leave before that is a fault; a flood of a million takes its time."""


def reminders_checked(service: Service) -> Iterator[Finding]:
    """Everything about the sending of reminders that an operator should know."""
    now = service.clock.now()
    with service.database.read() as session:
        counts = count_by_state(session)
        yield from _stopped(session)
        yield _counts(session, counts)
        yield _lag(session, now)
        yield from _retried(session, now)
        yield from _held(session, counts.get(State.HELD, 0))


def _stopped(session: Session) -> Iterator[Finding]:
    if why := why_frozen(session):
        remedy = (
            "once you know that the clock and the database are right, "
            "`calendar-service reminders release`; nothing is lost meanwhile."
        )
        yield Finding("sending", Health.BAD, f"stopped: {why}", remedy)


def _counts(session: Session, counts: Mapping[str, int]) -> Finding:
    total = ", ".join(f"{number:,} {state}" for state, number in sorted(counts.items()))
    upcoming = next_instant(session)
    next_due = f"; next at {upcoming:%Y-%m-%d %H:%M} UTC" if upcoming else ""
    return Finding("reminders", Health.GOOD, f"mails: {total or 'none yet'}{next_due}")


def _lag(session: Session, now: datetime) -> Finding:
    """How long that has waited which should have left by now: the oldest unsent mail."""
    oldest = oldest_overdue(session, now=now)
    if oldest is None:
        return Finding("lag", Health.GOOD, "nothing that is due waits to be sent")
    words = f"the oldest unsent mail was due {_in_words(now - oldest)} ago"
    if now - oldest > LAG:
        remedy = "see that the worker runs and the relay answers; nothing is lost meanwhile."
        return Finding("lag", Health.BAD, words, remedy)
    return Finding("lag", Health.GOOD, words)


def _retried(session: Session, now: datetime) -> Iterator[Finding]:
    """What the relay has refused for now, which is tried again by itself."""
    oldest = oldest_retried(session)
    if oldest is not None:
        words = f"the relay refused mails for now, the oldest due {_in_words(now - oldest)} ago"
        remedy = "`calendar-service reminders list --each --state queued` names them."
        health = Health.WARN if now - oldest > LAG else Health.GOOD
        yield Finding("retries", health, words, remedy if health is Health.WARN else "")


def _held(session: Session, held: int) -> Iterator[Finding]:
    """The held mails by why they are held."""
    events = held_events(session)
    for uid, why in sorted(events.items()):
        remedy = f"`calendar-service reminders release {uid}`, if it is to leave."
        yield Finding("held", Health.WARN, f"all mail about event {uid}: {why}", remedy)
    if not held:
        return
    unwritten, example = unrenderable(session)
    if unwritten:
        words = f"{unwritten:,} mails could not be written: {example}"
        remedy = (
            "mend their event, then `calendar-service reminders release --all`; "
            "`calendar-service reminders list --each --state held` names them."
        )
        yield Finding("held", Health.BAD, words, remedy)
    if held > unwritten:
        words = f"{held - unwritten:,} mails are held by the operator"
        remedy = "`calendar-service reminders list --each --state held` names them."
        yield Finding("held", Health.WARN, words, remedy)


def _in_words(waited: timedelta) -> str:
    minutes = int(waited.total_seconds() // 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h"
