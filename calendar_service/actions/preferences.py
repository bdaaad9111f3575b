"""How a reader wants to be written to: looking at it, changing it, and the mail that answers.

A reader does it by the link that their mails have, an operator by the address.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from datetime import datetime, time, timedelta
from typing import Literal

from sqlalchemy.orm import Session

from calendar_service.actions.choices import MOST_OFFSETS
from calendar_service.actions.digests import circle_of, plan_digests
from calendar_service.actions.erasing import UnknownReaderError
from calendar_service.actions.planning import plan_subscription
from calendar_service.actions.reader_links import reader_of_link
from calendar_service.actions.service import Service
from calendar_service.actions.titles import Titled, titled
from calendar_service.domain.digests import Digest
from calendar_service.domain.readers import Preferences, Target, TargetKind
from calendar_service.domain.reminders import Offset, parse_offsets
from calendar_service.domain.zones import zone_names
from calendar_service.errors import InvalidInputError, NotFoundError, Problem
from calendar_service.language.catalogues import LANGUAGES
from calendar_service.mail.addresses import typed_key
from calendar_service.store.queries.deliveries import owe
from calendar_service.store.queries.events import find_event
from calendar_service.store.queries.followers import Audience
from calendar_service.store.queries.readers import (
    chosen,
    find_reader,
    running_subscriptions,
    target_of,
    write_preferences,
)
from calendar_service.store.queries.records import note_plans, write_audit
from calendar_service.store.rows import Kind, Lane, ReaderRow, SubscriptionRow

OPERATOR, READER = "operator", "reader"

WORTH_FOR = timedelta(days=2)
"""How long the answer to a change is worth sending."""

_PLACE = "preferences"


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be otherwise; what is None stays as it is. No digest at all is an empty text."""

    offsets: tuple[Offset, ...] | None = None
    language: str | None = None
    zone: str | None = None
    hour: time | None = None
    notices: bool | None = None
    digest: Digest | Literal[""] | None = None
    arrivals: bool | None = None

    @classmethod
    def for_all(cls, wanted: Preferences) -> Wish:
        """That everything is as it is there."""
        values = {one.name: getattr(wanted, one.name) for one in fields(cls)}
        return cls(**{**values, "digest": wanted.digest or ""})

    def put_upon(self, known: Preferences) -> Preferences:
        """The preferences with this wish fulfilled."""
        wished = {one.name: getattr(self, one.name) for one in fields(self)}
        changed = {name: value for name, value in wished.items() if value is not None}
        if self.offsets is not None:
            changed["offsets"] = parse_offsets(map(str, self.offsets))
        if self.digest == "":
            changed["digest"] = None
        return replace(known, **changed)


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing that a reader follows, and how they want to be written to about it.

    `paused_until` is None while it goes on.
    """

    subscription_id: int
    target: Target
    title: Titled
    preferences: Preferences
    paused_until: datetime | None = None


class NotFollowedError(NotFoundError):
    """Something that a reader does not follow."""

    def __init__(self, address: str, target: Target) -> None:
        super().__init__(
            f"{address!r} does not follow the {target.kind} {target.name!r}; "
            f"`calendar-service readers list` shows who follows what."
        )


def choices_by_link(service: Service, token: str) -> list[Choice]:
    """What the reader of a link follows, and how; changes nothing. Raises LinkError."""
    with service.database.read() as session:
        reader = reader_of_link(session, service, token)
        return choices_of(session, reader, service.clock.now())


def change_by_link(
    service: Service, token: str, wish: Wish, *, only: Target | None = None
) -> list[Choice]:
    """Changes how a link's reader is written to, about one thing or all; tells how it is then.

    Raises LinkError, and InvalidInputError with every mistake. A target that they do not follow is
    no longer theirs to change, and nothing happens.
    """
    now = service.clock.now()
    with service.database.plan() as session:
        reader = reader_of_link(session, service, token)
        running = running_subscriptions(session, reader.id)
        rows = [row for row in running if only is None or target_of(row) == only]
        _change(session, reader, wish, rows, now=now, actor=READER, silent=False)
        return choices_of(session, reader, now)


def change_by_address(
    service: Service,
    address: str,
    wish: Wish,
    *,
    only: Target | None = None,
    silent: bool = False,
) -> list[Choice]:
    """Changes how a reader is written to, as the operator; tells what has changed.

    An event may be named by its slug. They are told by mail, unless it is `silent`. Raises
    UnknownReaderError, NotFollowedError, and InvalidInputError with every mistake.
    """
    now = service.clock.now()
    with service.database.plan() as session:
        reader, rows = followed_by_address(session, address, only)
        changed = _change(session, reader, wish, rows, now=now, actor=OPERATOR, silent=silent)
        return [one for one in choices_of(session, reader, now) if one.subscription_id in changed]


def followed_by_address(
    session: Session, address: str, only: Target | None
) -> tuple[ReaderRow, list[SubscriptionRow]]:
    """A reader and what they follow, or the one thing of it; an event may be named by its slug.

    Raises UnknownReaderError and NotFollowedError.
    """
    reader = find_reader(session, typed_key(address))
    running = running_subscriptions(session, reader.id) if reader else []
    if reader is None or not running:
        raise UnknownReaderError(address)
    only = _by_uid(session, only)
    rows = [row for row in running if only is None or target_of(row) == only]
    if not rows and only is not None:
        raise NotFollowedError(address, only)
    return reader, rows


def _change(
    session: Session,
    reader: ReaderRow,
    wish: Wish,
    concerned: Iterable[SubscriptionRow],
    *,
    now: datetime,
    actor: str,
    silent: bool,
) -> list[int]:
    """Fulfils a wish, plans what follows from it and owes the answer; tells what has changed."""
    if problems := list(_problems(wish)):
        raise InvalidInputError(problems)
    changed = [row for row in concerned if _fulfil(session, row, wish, now)]
    if changed:
        note_plans(session, now=now)
        _note(session, reader, changed, wish, now, actor)
        if not silent:
            owe_answer(session, reader, now=now, turn=now)
    return [row.id for row in changed]


def _fulfil(session: Session, row: SubscriptionRow, wish: Wish, now: datetime) -> bool:
    """Changes one subscription, if it is not so already."""
    before = chosen(session, row)
    after = wish.put_upon(before)
    if after == before:
        return False
    write_preferences(session, row, after)
    row.chosen_at = now
    audiences = [Audience(offset, after.zone, after.hour) for offset in after.offsets]
    plan_subscription(session, target_of(row), audiences, now=now)
    plan_digests(session, circle_of(after), now=now)
    return True


def _problems(wish: Wish) -> Iterator[Problem]:
    if wish.offsets is not None and len(wish.offsets) > MOST_OFFSETS:
        wrong = f"must be {MOST_OFFSETS} reminders at most."
        yield Problem(_PLACE, "offsets", wrong)
    if wish.language is not None and wish.language not in LANGUAGES:
        wrong = f"{wish.language!r} is none of {', '.join(LANGUAGES)}."
        yield Problem(_PLACE, "language", wrong)
    if wish.zone is not None and wish.zone not in zone_names():
        wrong = f"there is no time zone {wish.zone!r}; write it like Europe/Brussels."
        yield Problem(_PLACE, "zone", wrong)


def owe_answer(
    session: Session, reader: ReaderRow | None, *, now: datetime, turn: datetime
) -> None:
    """Owes the mail that says how it is now, from its turn on; a later one says it better.

    One that is to nobody cannot be sent: whoever owes it takes it back.
    """
    mail = {
        "key": f"{Kind.PREFERENCES}:email:{now.isoformat()}",
        "kind": str(Kind.PREFERENCES),
        "lane": int(Lane.ASKED_FOR),
        "reader_id": reader.id if reader else None,
        "time_rev": 0,
        "offset": "",
        "due_at": turn,
        "not_before": turn if turn > now else None,
        "created_at": now,
        "deadline": turn + WORTH_FOR,
    }
    owe(session, [mail])


def _by_uid(session: Session, target: Target | None) -> Target | None:
    """The same; an event that was named by its slug has its UID."""
    if target is None or target.kind is not TargetKind.EVENT:
        return target
    row = find_event(session, target.name)
    return replace(target, name=row.uid) if row else target


def choices_of(session: Session, reader: ReaderRow, now: datetime) -> list[Choice]:
    """What a reader follows, and how it is at an instant."""
    return [
        Choice(
            row.id,
            target_of(row),
            titled(session, target_of(row)),
            chosen(session, row),
            row.paused_until if row.paused_until and row.paused_until > now else None,
        )
        for row in running_subscriptions(session, reader.id)
    ]


def _note(
    session: Session,
    reader: ReaderRow,
    changed: Iterable[SubscriptionRow],
    wish: Wish,
    now: datetime,
    actor: str,
) -> None:
    """The audit line tells what was chosen otherwise, and not what."""
    names = [one.name for one in fields(wish) if getattr(wish, one.name) is not None]
    write_audit(
        session,
        now=now,
        actor=actor,
        action="reader.choose",
        subject=f"reader {reader.id}",
        detail={"choices": names, "of": [row.target_name for row in changed]},
    )
