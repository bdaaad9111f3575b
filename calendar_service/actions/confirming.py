"""Confirming what was asked for: the second half of double opt-in.

A link is mailed to an address and leads to all that waits for it, whatever that mail was about: who
asked for several things is sent one mail for them. Others may have asked for some of it, so what is
confirmed is what was shown, by its key, and never more.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from calendar_service.actions.digests import circle_of, plan_digests
from calendar_service.actions.limits import Levels, give_back, lock_address
from calendar_service.actions.planning import plan_subscription
from calendar_service.actions.reader_links import preferences_token
from calendar_service.actions.saved_searches import MOST_SEARCHES
from calendar_service.actions.service import Service
from calendar_service.actions.standing import allow_after_never
from calendar_service.actions.titles import Titled, titled
from calendar_service.actions.tokens import LinkError, Purpose, make_token, read_token
from calendar_service.domain.readers import Preferences, TargetKind
from calendar_service.errors import ConflictError
from calendar_service.store.queries.followers import Audience
from calendar_service.store.queries.readers import (
    find_reader,
    find_subscription,
    preferences_of,
    target_of,
    write_preferences,
)
from calendar_service.store.queries.records import note_plans, write_audit
from calendar_service.store.queries.searches import searches_of
from calendar_service.store.queries.signups import (
    cancel_waiting,
    find_signup,
    move_turn,
    note_confirmed,
    signups_by_key,
    waiting_answer,
    waiting_confirmation,
    waiting_of,
)
from calendar_service.store.rows import ConsentRow, ReaderRow, SignupRow, SubscriptionRow


class TooManySearchesError(ConflictError):
    """A reader follows as many searches as one may."""

    def __init__(self) -> None:
        super().__init__(f"{MOST_SEARCHES} searches are the most; stop one of them first.")


class AskedAnewError(ConflictError):
    """Something to be confirmed is not any more what its page showed."""

    def __init__(self) -> None:
        super().__init__("What waits here has changed since it was shown; look at it again.")


@dataclass(frozen=True, slots=True)
class Asked:
    """Something that was asked for, as its page shows it; `title` may hold a stranger's words."""

    key: str
    title: Titled
    preferences: Preferences
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Pending:
    """What a link leads to: what it was mailed about, and all that waits, the newest first.

    `confirmed` says that what it was mailed about is answered; `language` is that of its newest
    sign-up. `choices` is the token of the link by which the reader changes what they are sent,
    empty before anything is confirmed: whoever has this mail's link has the mailbox.
    """

    language: str
    mailed: Asked
    confirmed: bool
    waiting: tuple[Asked, ...]
    choices: str = ""


def pending(service: Service, token: str) -> Pending:
    """What a confirmation link leads to; changes nothing. Raises LinkError."""
    with service.database.read() as session:
        signup = _signup_of(session, service, token)
        waiting = waiting_of(session, signup.address_key, now=service.clock.now())
        return Pending(
            language=next(iter(_alike(waiting, signup)), signup).language,
            mailed=_to_asked(session, signup),
            confirmed=signup.confirmed_at is not None,
            waiting=tuple(_to_asked(session, row) for row in waiting),
            choices=_choices(session, service, signup),
        )


def _choices(session: Session, service: Service, signup: SignupRow) -> str:
    reader = find_reader(session, signup.address_key) if signup.confirmed_at else None
    follows = reader is not None and reader.left_at is None
    return preferences_token(service, reader.key) if reader and follows else ""


def confirm(service: Service, token: str, keys: Collection[str] | None = None) -> tuple[Asked, ...]:
    """Makes sign-ups of a link's address subscriptions, by their keys; tells which, oldest first.

    Without keys, what the link was mailed about. Doing it again changes nothing. Raises LinkError;
    AskedAnewError for a key of nothing, or of what has been asked for otherwise since it was shown;
    and TooManySearchesError. After an error nothing is changed.
    """
    now = service.clock.now()
    with service.database.plan() as session:
        mailed = _signup_of(session, service, token)
        levels = lock_address(session, service.secret, mailed.address_key, now=now)
        waiting = waiting_of(session, mailed.address_key, now=now)
        if keys is None:
            wanted = [mailed if mailed.confirmed_at else told_first(waiting, mailed)]
        else:
            wanted = signups_by_key(session, mailed.address_key, keys)
        _refuse_what_has_changed(wanted, waiting, keys)
        unanswered = [row for row in wanted if row.confirmed_at is None]
        for row in unanswered:
            _subscribe(session, row, now)
            note_confirmed(session, row, now=now)
        if unanswered:
            allow_after_never(session, service.secret, mailed.address_key, now=now)
            _call_back(session, mailed.address_key, levels, now)
        return tuple(_to_asked(session, row) for row in wanted)


def told_first(waiting: Sequence[SignupRow], owed_for: SignupRow) -> SignupRow:
    """What a mail tells in full, and whose language it speaks: what it is owed for, while it waits.

    Else the newest that waits; where nothing does, what it was owed for.
    """
    return next(iter([*_alike(waiting, owed_for), *waiting]), owed_for)


def _alike(waiting: Sequence[SignupRow], signup: SignupRow) -> list[SignupRow]:
    """Those that are to the same; one at most."""
    return [one for one in waiting if target_of(one) == target_of(signup)]


def confirm_token(service: Service, signup_key: str) -> str:
    """The token of a confirmation mail's link."""
    return make_token(service.secret, Purpose.CONFIRM, signup_key)


def _refuse_what_has_changed(
    wanted: Collection[SignupRow], waiting: Collection[SignupRow], keys: Collection[str] | None
) -> None:
    if keys is not None and {one.key for one in wanted} != set(keys):
        raise AskedAnewError
    if any(one.confirmed_at is None and one not in waiting for one in wanted):
        raise AskedAnewError


def _call_back(session: Session, address_key: str, levels: Levels, now: datetime) -> None:
    """Calls back the mail that waits, where all that it would ask for is answered or was asked.

    It is owed for a sign-up and for what comes after; of what was before, an earlier mail has told.
    """
    mail = waiting_confirmation(session, address_key)
    if mail is None:
        return
    waiting = waiting_of(session, address_key, now=now)
    needed = any(one.id >= mail.signup_id for one in waiting)
    if not needed and cancel_waiting(session, mail, now=now):
        give_back(session, levels)
        _bring_forward(session, address_key, mail.due_at)


def _bring_forward(session: Session, address_key: str, turn: datetime) -> None:
    """Gives a turn that has become free to the link to their choices that a reader waits for."""
    reader = find_reader(session, address_key)
    link = waiting_answer(session, reader.id) if reader else None
    if link is not None and link.due_at > turn:
        move_turn(session, link, turn)


def _signup_of(session: Session, service: Service, token: str) -> SignupRow:
    """The sign-up of a link; raises LinkError for whatever else, after one look into the store.

    So one that is forged takes no other time than one that has expired.
    """
    try:
        (key,) = read_token(service.secret, Purpose.CONFIRM, token, 1)
    except LinkError:
        key = ""
    signup = find_signup(session, key)
    if signup is None or signup.expires_at <= service.clock.now():
        raise LinkError
    return signup


def _subscribe(session: Session, signup: SignupRow, now: datetime) -> None:
    reader = find_reader(session, signup.address_key)
    if reader is None:
        reader = ReaderRow(
            key=secrets.token_urlsafe(16),
            address=signup.address,
            address_key=signup.address_key,
            confirmed_at=now,
        )
        session.add(reader)
    reader.left_at = None
    session.flush()
    target, preferences = target_of(signup), preferences_of(signup)
    row = find_subscription(session, reader.id, target)
    if target.kind is TargetKind.SEARCH and (row is None or row.ended_at):
        _refuse_too_many(session, reader)
    if row is None:
        row = SubscriptionRow(
            reader_id=reader.id, target_kind=str(target.kind), target_name=target.name
        )
        session.add(row)
    else:
        note_plans(session, now=now)  # so that what is ready by the old choices is looked at again
    row.started_at, row.ended_at, row.chosen_at, row.paused_until = now, None, None, None
    write_preferences(session, row, preferences)
    session.add(
        ConsentRow(
            subscription_id=row.id,
            asked_at=signup.asked_at,
            agreed_at=now,
            language=signup.words_language,
            words=signup.words,
        )
    )
    audience = [
        Audience(offset, preferences.zone, preferences.hour) for offset in preferences.offsets
    ]
    plan_subscription(session, target, audience, now=now)
    plan_digests(session, circle_of(preferences), now=now)
    write_audit(
        session,
        now=now,
        actor="reader",
        action="reader.confirm",
        subject=f"reader {reader.id}",
        detail={"target": f"{target.kind} {target.name}"},
    )


def _refuse_too_many(session: Session, reader: ReaderRow) -> None:
    if searches_of(session, reader.id) >= MOST_SEARCHES:
        raise TooManySearchesError


def _to_asked(session: Session, signup: SignupRow) -> Asked:
    title = titled(session, target_of(signup))
    return Asked(signup.key, title, preferences_of(signup), signup.asked_at)
