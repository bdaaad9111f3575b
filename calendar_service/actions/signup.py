"""Asking for reminders: the first half of double opt-in; `confirming.py` has the second.

Nothing here tells whether an address is known: asking always answers alike. What is asked for is
kept until its time is over, whether or not a mail of its own is owed for it: the page of any link
that has been mailed to the address shows it.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from calendar_service.actions.choices import TypedChoices
from calendar_service.actions.limits import OURSELVES, Asker, turn_of_address, turn_of_asker
from calendar_service.actions.service import Service
from calendar_service.domain.events import Status
from calendar_service.domain.readers import Preferences, Target, TargetKind
from calendar_service.domain.when import InMonth, When, over_at
from calendar_service.errors import (
    ConflictError,
    InvalidInputError,
    Problem,
    UnknownEventError,
    UnknownFeedError,
)
from calendar_service.language.catalogues import translator
from calendar_service.mail.addresses import AddressError, address_key, parse_address
from calendar_service.store.queries.deliveries import owe
from calendar_service.store.queries.events import dated_event, find_event, to_revision
from calendar_service.store.queries.feeds import find_feed
from calendar_service.store.queries.signups import drop_needless, waiting_confirmation
from calendar_service.store.rows import (
    Kind,
    Lane,
    SignupRow,
)

CONFIRM_WITHIN = timedelta(hours=48)
"""From the turn of the mail that asks."""

MOST_WAITING = 20
"""Sign-ups of an address that are kept without a mail of their own, each for something else."""

_FORM = "sign-up"


@dataclass(frozen=True, slots=True)
class SignupRequest:
    """A sign-up form as it was typed; `shown_in` is the form's own language, not the mails'."""

    target: Target
    address: str
    choices: TypedChoices
    consent: bool
    shown_in: str
    asker: Asker = OURSELVES


def consent_words(language: str) -> str:
    """The sentence that a reader agrees to, kept with the consent."""
    return translator(language).gettext(
        "I want to be reminded by email and told of changes, and can stop it at any time with one "
        "click."
    )


def request_subscription(service: Service, request: SignupRequest) -> None:
    """Keeps a sign-up, and owes the mail that asks its address, which leaves when it is its turn.

    Where such a mail waits already, it asks for all that it then finds, and no other is owed; nor
    where the address was asked for too often. Nobody is told, and it takes as long.

    Raises InvalidInputError with every mistake of the form, in its own language;
    UnknownFeedError or UnknownEventError; ConflictError for an event that is over or cancelled;
    TooManyError where too much comes from the same network, or in all.
    """
    now = service.clock.now()
    preferences, address = _checked(request)
    with service.database.write() as session:
        dates = _dates_ahead(session, service, request.target, now)
        if dates and preferences.offsets and not _any_left(dates, preferences, now):
            say = translator(request.shown_in).gettext
            wrong = say("It is too late for these reminders. Choose one closer to the event.")
            raise InvalidInputError([Problem(_FORM, "offsets", wrong)])
        signup = _signup(request, preferences, address, now)
        asker_turn = now + turn_of_asker(session, service.secret, request.asker, now=now)
        _keep(session, service, signup, asker_turn)


def _keep(session: Session, service: Service, signup: SignupRow, asker_turn: datetime) -> None:
    """Keeps a sign-up until its time is over, which begins with the mail that asks for it."""
    now, key = signup.asked_at, signup.address_key
    turn = turn_of_address(session, service.secret, key, now=asker_turn)
    waiting = waiting_confirmation(session, key)
    mailed_at = max(now, waiting.due_at) if waiting else turn.at or asker_turn
    signup.expires_at = mailed_at + CONFIRM_WITHIN
    session.add(signup)
    session.flush()
    owed = waiting is None and turn.at is not None
    with session.begin_nested() as step:
        owe(session, [_confirmation(signup, mailed_at)])
        if not owed:
            step.rollback()  # at the end, so that its time tells nobody
    turn.settle(session, taken=owed)
    drop_needless(session, signup, most=MOST_WAITING)


def _checked(request: SignupRequest) -> tuple[Preferences, str]:
    """The form's values, or InvalidInputError with what is wrong in the form's language."""
    say = translator(request.shown_in).gettext
    problems: list[Problem] = []
    address = ""
    try:
        address = parse_address(request.address)
    except AddressError:
        problems.append(wrong_address(_FORM, request.shown_in))
    problems += request.choices.problems(_FORM, request.shown_in)
    if not request.consent:
        wrong = say("Without your agreement we may not write to you. Please tick the box.")
        problems.append(Problem(_FORM, "consent", wrong))
    if problems:
        raise InvalidInputError(problems)
    return request.choices.preferences(_FORM, request.shown_in), address


def wrong_address(place: str, language: str) -> Problem:
    """That an address is none, in the language of the form that it was typed into."""
    say = translator(language).gettext
    wrong = say("This is not a complete email address. Write it like name@example.org.")
    return Problem(place, "address", wrong)


def _dates_ahead(session: Session, service: Service, target: Target, now: datetime) -> list[When]:
    """When the event that is followed takes place; nothing for what holds several."""
    if target.kind is TargetKind.SEARCH:
        return []
    if target.kind is TargetKind.FEED:
        if find_feed(session, target.name) is None:
            raise UnknownFeedError(target.name)
        return []
    row = find_event(session, target.name)
    if row is None or row.status == Status.DRAFT:
        raise UnknownEventError(target.name)
    if row.status == Status.POSTPONED:
        return []  # whatever its old day was, its new one is awaited
    zone = to_revision(row).event.home_zone(service.settings.zone)
    ahead = [one.when for one in dated_event(session, row) if over_at(one.when, zone) > now]
    if not ahead or row.status == Status.CANCELLED:
        raise ConflictError("This event is over or cancelled; follow one of its calendars instead.")
    return ahead


def _any_left(dates: Iterable[When], preferences: Preferences, now: datetime) -> bool:
    """Whether a reminder is still to come of one of the dates; an unknown day is ahead of us."""
    return any(
        isinstance(when, InMonth)
        or (instant := offset.instant(when, zone=preferences.zone, hour=preferences.hour)) is None
        or instant > now
        for when in dates
        for offset in preferences.offsets
    )


def _signup(
    request: SignupRequest, preferences: Preferences, address: str, now: datetime
) -> SignupRow:
    """A sign-up that waits for being confirmed; until when, is not said yet."""
    return SignupRow(
        key=secrets.token_urlsafe(16),
        address=address,
        address_key=address_key(address),
        target_kind=str(request.target.kind),
        target_name=request.target.name,
        offsets=" ".join(map(str, preferences.offsets)),
        language=preferences.language,
        zone=preferences.zone,
        hour=f"{preferences.hour:%H:%M}",
        notices=preferences.notices,
        digest=preferences.digest or "",
        arrivals=preferences.arrivals,
        words=consent_words(request.shown_in),
        words_language=request.shown_in,
        asked_at=now,
    )


def _confirmation(signup: SignupRow, turn: datetime) -> dict[str, object]:
    now = signup.asked_at
    return {
        "key": f"{Kind.CONFIRMATION}:email:{signup.key}",
        "kind": str(Kind.CONFIRMATION),
        "lane": int(Lane.ASKED_FOR),
        "signup_id": signup.id,
        "time_rev": 0,
        "offset": "",
        "due_at": turn,
        "not_before": turn if turn > now else None,
        "created_at": now,
        "deadline": signup.expires_at,
    }
