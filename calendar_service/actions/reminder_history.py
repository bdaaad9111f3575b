"""One mail's history in words: why it was owed, each try, where it stands and what is next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from sqlalchemy.orm import Session

from calendar_service.actions.endings import ENDS, end_in_words
from calendar_service.actions.freezing import why_frozen
from calendar_service.actions.holding import UnknownDeliveryError, subject_of
from calendar_service.actions.reminder_listing import About, about
from calendar_service.actions.service import Service
from calendar_service.domain.changes import changed_fields
from calendar_service.domain.documents import write_event
from calendar_service.domain.standing import Weight
from calendar_service.language.offsets import offset_in_words
from calendar_service.mail.identity import address_mac
from calendar_service.store.queries.holds import why_event_held
from calendar_service.store.queries.notices import stages_of
from calendar_service.store.queries.readers import running_subscriptions, subscriptions_covering
from calendar_service.store.queries.records import RELAY_FACT, read_fact
from calendar_service.store.queries.reminders import (
    attempts_of,
    audit_of,
)
from calendar_service.store.queries.standing import find_suppression
from calendar_service.store.rows import (
    BounceRow,
    DeliveryRow,
    EventRow,
    Kind,
    OccurrenceRow,
    ReaderRow,
    SenderRow,
    SignupRow,
    State,
    SubscriptionRow,
    SuppressionRow,
)

_DONE = {
    "reminder.hold": "held by the operator",
    "reminder.release": "released by the operator",
    "reminder.retry": "given another try by the operator",
}

_CAME_BACK = {
    Weight.COMPLAINT: "its reader complained of it",
    Weight.OURS: "it came back, for no fault of its reader",
}


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened to a mail; `at` is aware UTC."""

    at: datetime
    words: str


@dataclass(frozen=True, slots=True)
class History:
    """A mail, all that happened to it in order, and what happens next."""

    number: int
    kind: str
    address: str
    about: About
    offset: str
    zone: str
    because: tuple[str, ...]
    state: str
    due_at: datetime
    deadline: datetime
    steps: tuple[Step, ...]
    next: str


@dataclass(frozen=True, slots=True)
class _Told:
    """A delivery with all that it refers to, as far as that is still here."""

    delivery: DeliveryRow
    occurrence: OccurrenceRow | None
    event: EventRow | None
    reader: ReaderRow | None
    signup: SignupRow | None
    bounce: BounceRow | None
    suppression: SuppressionRow | None

    @property
    def address(self) -> str:
        """Whom it is to."""
        known = self.reader or self.signup
        return known.address if known else ""


def history_of(service: Service, number: int) -> History:
    """The history of a mail by its number; raises UnknownDeliveryError."""
    now = service.clock.now()
    with service.database.read() as session:
        told = _read(session, number, service.secret)
        row, signup = told.delivery, told.signup
        covering = _covering(session, told)
        owed_for = session.get(SubscriptionRow, row.subscription_id or 0)  # perhaps ended since
        zones = [one.zone for one in (*covering, signup, owed_for) if one is not None]
        return History(
            number=number,
            kind=row.kind,
            address=told.address,
            about=about(told.occurrence, told.event),
            offset=row.offset,
            zone=zones[0] if zones else "",
            because=tuple(f"{one.target_kind} {one.target_name}" for one in covering),
            state=row.state,
            due_at=row.due_at,
            deadline=row.deadline,
            steps=tuple(sorted(_steps(session, told), key=lambda step: step.at)),
            next=_next(session, told, now),
        )


def _covering(session: Session, told: _Told) -> list[SubscriptionRow]:
    """The subscriptions, still running, for which the mail is sent."""
    row = told.delivery
    if row.kind == Kind.DIGEST:
        running = running_subscriptions(session, row.reader_id or 0)
        return [one for one in running if one.digest == row.offset]
    if row.kind == Kind.PREFERENCES:
        return running_subscriptions(session, row.reader_id or 0)
    if told.event is None:
        return []
    covering = subscriptions_covering(session, row.reader_id or 0, told.event.uid)
    if row.kind == Kind.ARRIVAL:
        return [one for one in covering if one.arrivals]
    return [one for one in covering if one.notices or row.kind != Kind.NOTICE]


def _read(session: Session, number: int, secret: bytes) -> _Told:
    row = session.get(DeliveryRow, number)
    if row is None:
        raise UnknownDeliveryError(number)
    reader = session.get(ReaderRow, row.reader_id) if row.reader_id else None
    signup = session.get(SignupRow, row.signup_id) if row.signup_id else None
    key = reader.address_key if reader else signup.address_key if signup else ""
    return _Told(
        row,
        session.get(OccurrenceRow, row.occurrence_id) if row.occurrence_id else None,
        session.get(EventRow, row.event_id) if row.event_id else None,
        reader,
        signup,
        session.get(BounceRow, row.id),
        find_suppression(session, address_mac(secret, key)) if key else None,
    )


def _steps(session: Session, told: _Told) -> Iterator[Step]:
    row = told.delivery
    yield from _why(session, row)
    for number, attempt in enumerate(attempts_of(session, row.id), start=1):
        strike = "; it refused the address itself" if attempt.strike else ""
        reply = f": {attempt.reply}" if attempt.reply else ""
        yield Step(attempt.at, f"try {number}, {attempt.outcome}{reply}{strike}")
    yield from _done(session, told)
    yield from _came_back(told)
    if told.occurrence is not None and told.occurrence.timed_at is not None:
        yield Step(told.occurrence.timed_at, "the event got another time, or ceased to take place")
    if told.signup is not None and told.signup.confirmed_at is not None:
        yield Step(told.signup.confirmed_at, "the address was confirmed")
    if row.settled_at is not None and row.state != State.SENT:
        yield Step(row.settled_at, f"{row.state}")


def _why(session: Session, row: DeliveryRow) -> Iterator[Step]:
    """Why it was owed, and since when."""
    if row.kind == Kind.CONFIRMATION:
        yield Step(
            row.created_at, "somebody signed up with this address, so a confirmation was owed"
        )
        return
    if row.kind == Kind.NOTICE:
        yield from _what_changed(session, row)
        yield Step(row.due_at, "to be told, if nothing else changed meanwhile")
    elif row.kind == Kind.ARRIVAL:
        yield Step(row.due_at, "to be told, as the event had come to a search that is followed")
    elif row.kind == Kind.DIGEST:
        yield Step(row.due_at, f"due, as the {row.offset} digest")
    elif row.kind == Kind.PREFERENCES:
        yield Step(row.due_at, "the reader's choices were changed, so an answer was owed")
    else:
        yield Step(row.due_at, f"due, {offset_in_words(row.offset, 'en')}")
    yield Step(row.created_at, "owed to this reader, and queued")


def _done(session: Session, told: _Told) -> Iterator[Step]:
    """What operators did to it: by its number, or by its event until it ended."""
    row, event = told.delivery, told.event.uid if told.event is not None else ""
    ended_at = row.settled_at if row.state != State.HELD else None
    for line in audit_of(session, [subject_of(row.id), event]):
        is_of_all = line.subject == event
        if is_of_all and (line.action not in _DONE or (ended_at and line.at > ended_at)):
            continue
        said = _DONE.get(line.action, line.action) + " with all mail about its event" * is_of_all
        why = line.detail.get("why")
        yield Step(line.at, f"{said}: {why}" if why else said)


def _came_back(told: _Told) -> Iterator[Step]:
    """What became of it after it had left, and what follows from that for its address."""
    bounce, suppression, state = told.bounce, told.suppression, told.delivery.state
    if bounce is not None and state != State.FAILED:
        said = _CAME_BACK.get(Weight(bounce.weight), "it came back")
        yield Step(bounce.at, f"{said}: {bounce.status}" if bounce.status else said)
    if suppression is not None and (bounce is not None or state != State.SENT):
        why = f"{suppression.why} {suppression.status}".rstrip()
        yield Step(suppression.at, f"nothing is sent to the address from here on: {why}")


def _what_changed(session: Session, row: DeliveryRow) -> Iterator[Step]:
    """The change that a notice was owed for; it tells what had changed when it left."""
    for before, after in pairwise(stages_of(session, row.event_id or 0)):
        if after.sequence == row.time_rev:
            changed = ", ".join(changed_fields(write_event(before.event), write_event(after.event)))
            words = f"the event was published as its revision {after.sequence}: {changed}"
            yield Step(after.at, words)


def _next(session: Session, told: _Told, now: datetime) -> str:
    row, state = told.delivery, State(told.delivery.state)
    if state in ENDS:
        return _why_ended(told, state)
    if state is State.FAILED:
        return f"It is not sent again, unless by `calendar-service reminders retry {row.id}`."
    if state is State.UNCONFIRMED:
        return (
            "The relay may have it, and never answered; so it is not sent again, unless by "
            f"`calendar-service reminders retry {row.id}`."
        )
    if state is State.HELD:
        return f"It waits for `calendar-service reminders release {_key_to(session, told)}`."
    if state is State.SENDING:
        return f"A sender has it{_sender(session, row)}; if that one dies, another takes it over."
    return _when_queued(session, told, now)


def _why_ended(told: _Told, state: State) -> str:
    row, suppression = told.delivery, told.suppression
    before = suppression and row.settled_at and suppression.at <= row.settled_at
    if state is State.CANCELLED and before:
        allow = f"`calendar-service readers allow {told.address}` takes that back"
        return f"It is not sent: its address is not written to any more. {allow}."
    return end_in_words(Kind(row.kind), state)


def _when_queued(session: Session, told: _Told, now: datetime) -> str:
    """What becomes of a queued mail: the first that holds of what ends, stops or delays it."""
    row = told.delivery
    until = f"until {row.deadline:%Y-%m-%d %H:%M} UTC"
    if ends := _ends_unsent(told, now):
        return f"{ends} when its turn comes."
    if stopped := _stopped(session, told, until):
        return stopped
    if row.not_before is not None and row.not_before > now:
        if not row.tries:
            return f"It is its turn at {row.not_before:%Y-%m-%d %H:%M:%S} UTC, {until}."
        return f"It is tried again at {row.not_before:%Y-%m-%d %H:%M:%S} UTC, {until}."
    return f"It leaves with the next turn of a worker, {until}."


def _ends_unsent(told: _Told, now: datetime) -> str:
    row, occurrence = told.delivery, told.occurrence
    if row.deadline <= now:
        return "It is too late: it ends as expired"
    if told.suppression is not None:
        return "Its address is not written to: it ends as cancelled"
    if occurrence is not None and not occurrence.active:
        return "The event does not take place: it ends as cancelled"
    if occurrence is not None and occurrence.time_rev != row.time_rev:
        return "The event has another time since: it ends as superseded"
    return ""


def _stopped(session: Session, told: _Told, until: str) -> str:
    if why := why_frozen(session):
        return f"All sending is stopped: {why} Then `calendar-service reminders release`."
    if told.event is not None and why_event_held(session, told.event.uid) is not None:
        release = f"`calendar-service reminders release {told.event.slug}`"
        return f"All mail about its event is held: {release}."
    relay = read_fact(session, RELAY_FACT)
    return f"It waits for the relay, {until}: {relay.value}" if relay and relay.value else ""


def _key_to(session: Session, told: _Told) -> str:
    """What is to be released for a held mail to leave."""
    if told.event is not None and why_event_held(session, told.event.uid) is not None:
        return told.event.slug
    return str(told.delivery.id)


def _sender(session: Session, row: DeliveryRow) -> str:
    sender = session.get(SenderRow, row.token) if row.token else None
    if sender is None:
        return ""
    return f" (process {sender.process}, seen at {sender.seen_at:%Y-%m-%d %H:%M:%S} UTC)"
