"""The last look before mails are sent: whether what each says still stands, and for whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

from calendar_service.delivery.facts import Facts
from calendar_service.domain.events import Status
from calendar_service.store.queries.ledger import Owed
from calendar_service.store.rows import Kind, State

LATE_AFTER = timedelta(minutes=15)
"""A reminder this long overdue says that it is late; not so where the event has moved since."""


def sorted_out(
    claimed: Iterable[Owed], facts: Facts, now: datetime
) -> tuple[dict[int | None, list[int]], dict[State, list[int]]]:
    """The mails that go, by which state of their event they tell, and the others by their end.

    Reminders come before notices: what they tell of a change need not be told once more.
    """
    going: dict[int | None, list[int]] = defaultdict(list)
    ending: dict[State, list[int]] = defaultdict(list)
    for owed in claimed:
        state = verdict(owed, facts, now)
        if state is State.SENDING:
            going[facts.leaves(owed)].append(owed.id)
        else:
            ending[state].append(owed.id)
    return going, ending


def verdict(delivery: Owed, facts: Facts, now: datetime) -> State:
    """SENDING if the mail is to go out, QUEUED if it is to wait, else the state it ends in unsent.

    It waits while its reader is just being told of the event as it was, or as it is: nobody knows
    yet what comes of that, and no news may be overtaken by what was news before.
    """
    if delivery.deadline <= now:
        return State.EXPIRED
    if facts.suppressed and facts.address(delivery) in facts.suppressed:
        return State.CANCELLED
    if delivery.id in facts.unreadable:
        return State.SENDING  # whoever writes it says what is wrong, and it is held for that
    return _VERDICTS[delivery.kind](delivery, facts)


def _verdict_on_confirmation(delivery: Owed, facts: Facts) -> State:
    """It is owed for a sign-up and for what comes after; what was before, an earlier one told."""
    signup = facts.signups.get(delivery.signup_id or 0)
    if signup is None:
        return State.CANCELLED
    waiting = facts.waiting.get(signup.address_key, ())
    waits = any(one.id >= signup.id for one in waiting)
    return State.SENDING if waits else State.CANCELLED


def _verdict_on_reminder(delivery: Owed, facts: Facts) -> State:
    instance = facts.instance_of(delivery)
    reasons = facts.reasons(delivery)
    if not (instance.active and reasons):
        return State.CANCELLED
    if instance.time_rev != delivery.time_rev:
        return State.SUPERSEDED
    if delivery.id in facts.outdone or facts.has_a_later_one(delivery, reasons):
        return State.SUPERSEDED
    if delivery.id in facts.undecided or delivery.id in facts.knowledge.being_told:
        return State.QUEUED
    if facts.is_told_anyway(delivery, reasons):
        return State.SUPERSEDED
    return State.HELD if instance.held else State.SENDING


def _verdict_on_notice(delivery: Owed, facts: Facts) -> State:
    story = facts.knowledge.stories[delivery.event_id or 0]
    if not facts.reasons(delivery) or story.published.event.status is Status.DRAFT:
        return State.CANCELLED
    if story.newest > delivery.time_rev:
        return State.SUPERSEDED
    if delivery.id in facts.knowledge.being_told:
        return State.QUEUED
    if facts.notice(delivery) is None:
        return State.SUPERSEDED
    return State.HELD if story.held else State.SENDING


def _verdict_on_arrival(delivery: Owed, facts: Facts) -> State:
    """Whoever has had a mail about the event knows of it."""
    story = facts.knowledge.stories[delivery.event_id or 0]
    if not facts.reasons(delivery) or story.published.event.status is Status.DRAFT:
        return State.CANCELLED
    known = facts.knowledge.told.get(delivery.id)
    if known or story.next_date(facts.at, facts.knowledge.zone) is None:
        return State.SUPERSEDED
    return State.HELD if story.held else State.SENDING


def _verdict_on_digest(delivery: Owed, facts: Facts) -> State:
    if not facts.reasons(delivery):
        return State.CANCELLED
    return State.SUPERSEDED if facts.digest(delivery).is_empty else State.SENDING


def _verdict_on_answer(delivery: Owed, facts: Facts) -> State:
    """One that was owed since says the same, and more."""
    if not facts.following.get(delivery.reader_id or 0):
        return State.CANCELLED
    is_newest = facts.newest_answers.get(delivery.reader_id or 0) == delivery.id
    return State.SENDING if is_newest else State.SUPERSEDED


_VERDICTS: Mapping[str, Callable[[Owed, Facts], State]] = {
    Kind.CONFIRMATION: _verdict_on_confirmation,
    Kind.REMINDER: _verdict_on_reminder,
    Kind.NOTICE: _verdict_on_notice,
    Kind.ARRIVAL: _verdict_on_arrival,
    Kind.DIGEST: _verdict_on_digest,
    Kind.PREFERENCES: _verdict_on_answer,
}
