"""Asking for reminders, and confirming that one did (double opt-in).

Nothing here tells whether an address is known: asking always answers alike.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from calendar_service.actions.choices import TypedChoices
from calendar_service.actions.digests import circle_of, plan_digests
from calendar_service.actions.limits import OURSELVES, Asker, turn_of_address, turn_of_asker
from calendar_service.actions.planning import plan_subscription
from calendar_service.actions.saved_searches import MOST_SEARCHES
from calendar_service.actions.service import Service
from calendar_service.actions.standing import allow_after_never
from calendar_service.actions.titles import Titled, titled, titled_to_confirm
from calendar_service.actions.tokens import LinkError, Purpose, make_token, read_token
from calendar_service.domain.events import Status
from calendar_service.domain.readers import Preferences, Target, TargetKind
from calendar_service.domain.reminders import Offset
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
from calendar_service.store.queries.followers import Audience
from calendar_service.store.queries.readers import (
    find_reader,
    find_signup,
    find_subscription,
    preferences_of,
    target_of,
    write_preferences,
)
from calendar_service.store.queries.records import note_plans, write_audit
from calendar_service.store.queries.searches import searches_of
from calendar_service.store.rows import (
    ConsentRow,
    Kind,
    Lane,
    ReaderRow,
    SignupRow,
    SubscriptionRow,
)

CONFIRM_WITHIN = timedelta(hours=48)

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


class TooManySearchesError(ConflictError):
    """A reader follows as many searches as one may."""

    def __init__(self) -> None:
        super().__init__(f"{MOST_SEARCHES} searches are the most; stop one of them first.")


@dataclass(frozen=True, slots=True)
class Pending:
    """A sign-up as its confirmation link shows it."""

    target: Target
    title: Titled
    language: str
    offsets: tuple[Offset, ...]
    zone: str
    confirmed: bool


def consent_words(language: str) -> str:
    """The sentence that a reader agrees to, kept with the consent."""
    return translator(language).gettext(
        "I want to be reminded by email and told of changes, and can stop it at any time with one "
        "click."
    )


def request_subscription(service: Service, request: SignupRequest) -> None:
    """Notes a sign-up and owes its confirmation mail, which leaves when it is its turn.

    An address that was asked for too often gets none, and nobody is told.

    Raises InvalidInputError with every mistake of the form, in its own language;
    UnknownFeedError or UnknownEventError; ConflictError for an event that is over or cancelled;
    TooManyError where too much comes from the same network, or in all.
    """
    now = service.clock.now()
    preferences, address = _checked(request)
    with service.database.write() as session:
        dates = _dates_ahead(session, service, request.target, now)
        late = dates and preferences.offsets and not _any_left(dates, preferences, now)
        if late:
            say = translator(request.shown_in).gettext
            wrong = say("It is too late for these reminders. Choose one closer to the event.")
            raise InvalidInputError([Problem(_FORM, "offsets", wrong)])
        key = address_key(address)
        wait = turn_of_asker(session, service.secret, request.asker, now=now)
        own_wait = turn_of_address(session, service.secret, key, now=now)
        with session.begin_nested() as step:
            signup = _asked(request, preferences, address, key, now)
            session.add(signup)
            session.flush()
            owe(session, [_confirmation(signup, now, now + max(wait, own_wait or timedelta()))])
            if own_wait is None:
                step.rollback()  # at the end, so that its time tells nobody


def pending(service: Service, token: str) -> Pending:
    """What a confirmation link would confirm; changes nothing. Raises GoneError."""
    with service.database.read() as session:
        signup = _signup_of(session, service, token)
        return _to_pending(session, signup)


def confirm(service: Service, token: str) -> Pending:
    """Makes a sign-up a subscription; doing it again changes nothing. Raises GoneError."""
    now = service.clock.now()
    with service.database.plan() as session:
        signup = _signup_of(session, service, token)
        if signup.confirmed_at is None:
            signup.confirmed_at = now
            allow_after_never(session, service.secret, signup.address_key, now=now)
            _subscribe(session, signup, now)
        return _to_pending(session, signup)


def confirm_token(service: Service, signup_key: str) -> str:
    """The token of a confirmation mail's link."""
    return make_token(service.secret, Purpose.CONFIRM, signup_key)


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


def _asked(
    request: SignupRequest, preferences: Preferences, address: str, key: str, now: datetime
) -> SignupRow:
    """A sign-up that waits for being confirmed."""
    return SignupRow(
        key=secrets.token_urlsafe(16),
        address=address,
        address_key=key,
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
        expires_at=now + CONFIRM_WITHIN,
    )


def _confirmation(signup: SignupRow, now: datetime, turn: datetime) -> dict[str, object]:
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


def _to_pending(session: Session, signup: SignupRow) -> Pending:
    preferences, target = preferences_of(signup), target_of(signup)
    return Pending(
        target=target,
        title=titled(session, target)
        if signup.confirmed_at
        else titled_to_confirm(session, target),
        language=preferences.language,
        offsets=preferences.offsets,
        zone=preferences.zone,
        confirmed=signup.confirmed_at is not None,
    )
