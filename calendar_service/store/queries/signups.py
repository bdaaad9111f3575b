"""Sign-ups that wait to be confirmed, and the mail that asks their address."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, delete, func, select, update
from sqlalchemy.orm import Session

from calendar_service.domain.readers import Target
from calendar_service.store.queries.readers import target_of
from calendar_service.store.rows import DeliveryRow, Kind, SignupRow, State


class WaitingMail(NamedTuple):
    """A mail that is owed and that no relay has had: when it is its turn.

    A confirmation was owed for the sign-up of that number.
    """

    id: int
    due_at: datetime
    signup_id: int


def find_signup(session: Session, key: str) -> SignupRow | None:
    """The sign-up of a key."""
    return session.scalar(select(SignupRow).where(SignupRow.key == key))


def signups_by_key(session: Session, address_key: str, keys: Collection[str]) -> list[SignupRow]:
    """Those of an address that have one of these keys, the oldest first."""
    found = select(SignupRow).where(SignupRow.address_key == address_key, SignupRow.key.in_(keys))
    return list(session.scalars(found.order_by(SignupRow.id)))


def waiting_of(session: Session, address_key: str, *, now: datetime) -> list[SignupRow]:
    """What an address can confirm, the newest first: of each target the newest sign-up alone."""
    return waiting_among(session, [address_key], now=now).get(address_key, [])


def waiting_among(
    session: Session, address_keys: Collection[str], *, now: datetime
) -> dict[str, list[SignupRow]]:
    """The same for several addresses; those without any are left out."""
    newest: dict[str, dict[Target, SignupRow]] = defaultdict(dict)
    asked = select(SignupRow).where(
        SignupRow.address_key.in_(address_keys), _unconfirmed(), SignupRow.expires_at > now
    )
    for row in session.scalars(asked.order_by(SignupRow.id.desc())):
        newest[row.address_key].setdefault(target_of(row), row)
    return {key: list(rows.values()) for key, rows in newest.items()}


def drop_needless(session: Session, newest: SignupRow, *, most: int) -> None:
    """Forgets what the newest sign-up of an address replaces, and its oldest ones beyond so many.

    Those that a mail is or was owed for stay: the mail's link leads to them.
    """
    owed_for = select(DeliveryRow.id).where(DeliveryRow.signup_id == SignupRow.id).exists()
    of_address = SignupRow.address_key == newest.address_key
    others = and_(of_address, _unconfirmed(), SignupRow.id != newest.id, ~owed_for)
    kept = select(SignupRow.id).where(others).order_by(SignupRow.id.desc()).limit(most - 1)
    kept = kept.correlate(None)
    for needless in (_of_target(target_of(newest)), SignupRow.id.not_in(kept)):
        session.execute(
            delete(SignupRow).where(others, needless).execution_options(synchronize_session=False)
        )


def note_confirmed(session: Session, row: SignupRow, *, now: datetime) -> None:
    """Ends a sign-up, and the older ones of its address to the same, as answered."""
    same = and_(SignupRow.address_key == row.address_key, _of_target(target_of(row)))
    session.execute(
        update(SignupRow)
        .where(same, _unconfirmed(), SignupRow.id <= row.id)
        .values(confirmed_at=now)
    )


def waiting_confirmation(session: Session, address_key: str) -> WaitingMail | None:
    """The confirmation that an address is still owed; no sender takes it before this ends.

    One that a relay may have had is none: nobody knows what it told.
    """
    return _waiting(
        session,
        and_(
            DeliveryRow.kind == Kind.CONFIRMATION,
            DeliveryRow.signup_id.in_(
                select(SignupRow.id).where(SignupRow.address_key == address_key)
            ),
        ),
    )


def waiting_answer(session: Session, reader_id: int) -> WaitingMail | None:
    """The mail about their choices that a reader is still owed, likewise."""
    return _waiting(
        session,
        and_(DeliveryRow.kind == Kind.PREFERENCES, DeliveryRow.reader_id == reader_id),
    )


def cancel_waiting(session: Session, mail: WaitingMail, *, now: datetime) -> bool:
    """Calls a mail back; tells whether it had still not been taken by a sender."""
    called_back = session.execute(
        update(DeliveryRow)
        .where(DeliveryRow.id == mail.id, DeliveryRow.state == State.QUEUED)
        .values(state=str(State.CANCELLED), not_before=None, settled_at=now)
        .returning(DeliveryRow.id)
    )
    return called_back.first() is not None


def move_turn(session: Session, mail: WaitingMail, turn: datetime) -> None:
    """Lets a mail that waits leave at another instant, and be worth sending for as long."""
    row = session.get_one(DeliveryRow, mail.id)
    row.deadline += turn - row.due_at
    row.due_at = row.not_before = turn


def delete_expired_signups(session: Session, *, now: datetime) -> int:
    """Forgets every sign-up whose time is over; tells how many there were."""
    gone: Sequence[int] = session.scalars(
        delete(SignupRow).where(SignupRow.expires_at <= now).returning(SignupRow.id)
    ).all()
    return len(gone)


def _waiting(session: Session, whose: ColumnElement[bool]) -> WaitingMail | None:
    """The newest of some mails, which are few: sorted by the database it might read all mails."""
    rows = session.execute(
        select(DeliveryRow.id, DeliveryRow.due_at, func.coalesce(DeliveryRow.signup_id, 0))
        .where(whose, DeliveryRow.state == State.QUEUED, DeliveryRow.unanswered == 0)
        .with_for_update()
    )
    return max((WaitingMail(*row) for row in rows), default=None)


def _unconfirmed() -> ColumnElement[bool]:
    return SignupRow.confirmed_at.is_(None)


def _of_target(target: Target) -> ColumnElement[bool]:
    return and_(SignupRow.target_kind == str(target.kind), SignupRow.target_name == target.name)
