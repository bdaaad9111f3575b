"""What a reader does on the page of their link besides choosing: pausing, resuming and stopping."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from calendar_service.actions.choices import TypedChoices
from calendar_service.actions.limits import Asker, turn_of_address, turn_of_asker
from calendar_service.actions.pausing import is_ahead, pause_rows, resume_rows
from calendar_service.actions.preferences import (
    READER,
    Choice,
    Wish,
    change_by_link,
    choices_by_link,
    choices_of,
    owe_answer,
)
from calendar_service.actions.private_calendars import PrivateCalendar, calendar_of
from calendar_service.actions.reader_links import language_of, reader_of_link
from calendar_service.actions.service import Service
from calendar_service.actions.signup import wrong_address
from calendar_service.actions.unsubscribing import stop_following
from calendar_service.domain.fields import parse_day
from calendar_service.domain.readers import LAST_YEAR
from calendar_service.errors import InvalidInputError, Problem
from calendar_service.language.catalogues import translator
from calendar_service.mail.addresses import AddressError, address_key, parse_address
from calendar_service.store.queries.readers import find_reader, running_subscriptions
from calendar_service.store.queries.signups import waiting_answer
from calendar_service.store.rows import ReaderRow, SubscriptionRow

_FORM = "preferences"
_NOBODY = 0


@dataclass(frozen=True, slots=True)
class ReaderPage:
    """What a reader follows and how, and the calendar that they have of it."""

    choices: tuple[Choice, ...]
    calendar: PrivateCalendar | None


def reader_page(service: Service, token: str) -> ReaderPage:
    """What the page of a link shows; changes nothing. Raises LinkError."""
    with service.database.read() as session:
        reader = reader_of_link(session, service, token)
        choices = choices_of(session, reader, service.clock.now())
        calendar = calendar_of(session, service, reader)
        return ReaderPage(tuple(choices), calendar)


def language_of_page(service: Service, token: str) -> str:
    """The language that the page of a link speaks, and what is said on it. Raises LinkError."""
    with service.database.read() as session:
        return language_of(session, reader_of_link(session, service, token))


def choose(
    service: Service,
    token: str,
    number: int | None,
    typed: TypedChoices,
    *,
    alike: bool,
    shown_in: str,
) -> bool:
    """Has a link's reader written to as they typed, about one subscription or all `alike`.

    False where they do not follow it: it is not theirs to change, and nothing happens. Raises
    LinkError, and InvalidInputError with every mistake in the language of the form.
    """
    mine = [one for one in choices_by_link(service, token) if one.subscription_id == number]
    for one in mine:
        wish = Wish.for_all(typed.preferences(_FORM, shown_in))
        change_by_link(service, token, wish, only=None if alike else one.target)
    return bool(mine)


def pause(service: Service, token: str, until: str, *, only: int | None, shown_in: str) -> bool:
    """Owes a link's reader nothing until a day begins by their clocks, or until they resume.

    One subscription by its number, or all; False where they follow no such. Raises LinkError, and
    InvalidInputError for what is no day ahead, in the language of the form.
    """
    now = service.clock.now()
    with service.database.plan() as session:
        reader = reader_of_link(session, service, token)
        rows = _concerned(session, reader, only)
        day = _day(until, rows, now, shown_in) if rows else None
        pause_rows(session, reader, rows, day, now=now, actor=READER)
        return bool(rows)


def resume(service: Service, token: str, *, only: int | None) -> bool:
    """Goes on with what is paused; what lies before now is owed no more.

    False where they follow no such. Raises LinkError.
    """
    now = service.clock.now()
    with service.database.plan() as session:
        reader = reader_of_link(session, service, token)
        rows = _concerned(session, reader, only)
        resume_rows(session, reader, rows, now=now, actor=READER)
        return bool(rows)


def stop(service: Service, token: str, *, only: int | None) -> None:
    """Ends one subscription of a link's reader by its number, or all. Raises LinkError."""
    with service.database.plan() as session:
        reader = reader_of_link(session, service, token)
        stopped = _concerned(session, reader, only)
        stop_following(session, reader, stopped, now=service.clock.now())


def ask_for_link(service: Service, address: str, asker: Asker, shown_in: str) -> None:
    """Sends a reader the mail that tells their choices and has their link; others get nothing.

    Where one waits for its turn already, that will do. Nobody is told which, and it takes as long.
    Raises InvalidInputError for what is no address, and TooManyError.
    """
    try:
        key = address_key(parse_address(address))
    except AddressError as error:
        raise InvalidInputError([wrong_address(_FORM, shown_in)]) from error
    now = service.clock.now()
    with service.database.write() as session:
        asker_turn = now + turn_of_asker(session, service.secret, asker, now=now)
        turn = turn_of_address(session, service.secret, key, now=asker_turn)
        reader = find_reader(session, key)
        waiting = waiting_answer(session, reader.id if reader else _NOBODY)
        follows = reader is not None and reader.left_at is None
        owed = follows and waiting is None and turn.at is not None
        with session.begin_nested() as step:
            owe_answer(session, reader, now=now, turn=turn.at or asker_turn)
            if not owed:
                step.rollback()  # at the end, so that its time tells nobody
        turn.settle(session, taken=owed)


def _concerned(session: Session, reader: ReaderRow, only: int | None) -> list[SubscriptionRow]:
    """What is to be changed; what they do not follow any more is no longer theirs to change."""
    running = running_subscriptions(session, reader.id)
    return [row for row in running if only is None or row.id == only]


def _day(text: str, rows: list[SubscriptionRow], now: datetime, shown_in: str) -> date | None:
    """The day that was typed, which is ahead everywhere; None for none."""
    if not text.strip():
        return None
    day = parse_day(text.strip())
    if day is None or not is_ahead(day, rows, now) or day.year > LAST_YEAR:
        wrong = translator(shown_in).gettext("Choose a day that is still to come.")
        raise InvalidInputError([Problem(_FORM, "until", wrong)])
    return day
