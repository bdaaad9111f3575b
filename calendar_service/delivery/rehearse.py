"""Rehearses a stretch of time: the real planning and delivery on a simulated clock.

It works on a copy of the store, and the mails go to a Maildir: nothing is changed, and nothing
leaves the machine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from secrets import token_bytes
from tempfile import TemporaryDirectory

from sqlalchemy import func, select

from calendar_service.actions.choices import TypedChoices
from calendar_service.actions.confirming import confirm, confirm_token
from calendar_service.actions.digests import plan_all_digests
from calendar_service.actions.planning import plan_event
from calendar_service.actions.service import Service
from calendar_service.actions.signup import SignupRequest, request_subscription
from calendar_service.clock import SetClock
from calendar_service.delivery.deliverer import Deliverer
from calendar_service.delivery.housekeeping import keep_house
from calendar_service.domain.readers import Target, TargetKind
from calendar_service.domain.reminders import OFFERED
from calendar_service.errors import CalendarError
from calendar_service.mail.maildir import MaildirSender
from calendar_service.mail.senders import Fate, MayGo, Parcel, Told, always
from calendar_service.store.copying import copy_news, copy_tables
from calendar_service.store.database import Database
from calendar_service.store.queries.deliveries import next_instant
from calendar_service.store.queries.events import all_events, event_of_uid
from calendar_service.store.queries.feeds import all_feeds
from calendar_service.store.queries.readers import all_subscriptions
from calendar_service.store.rows import (
    AudienceRow,
    DeliveryRow,
    EventRow,
    FeedEventRow,
    FeedRow,
    ReaderRow,
    RelationRow,
    RevisionRow,
    SearchEventRow,
    SearchRow,
    SignupRow,
    State,
    SubscriptionOffsetRow,
    SubscriptionRow,
)

COPIED = (
    EventRow,
    RevisionRow,
    RelationRow,
    FeedRow,
    FeedEventRow,
    ReaderRow,
    SubscriptionRow,
    SubscriptionOffsetRow,
    AudienceRow,
    SearchRow,
    SearchEventRow,
)
"""What a rehearsal starts from, with the changes that wait to be told; all else it plans anew."""

CHORES_EVERY = timedelta(days=30)
"""The worker does its chores daily; a rehearsal needs them only before a series' horizon ends."""

ONE_SECOND = timedelta(seconds=1)
SAMPLE_ADDRESS = "sample.reader@example.org"


@dataclass(frozen=True, slots=True)
class Mailing:
    """One mail that a reader would get; `at` is aware UTC."""

    at: datetime
    address: str
    zone: str
    subject: str
    message_id: str


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What came of a rehearsal; `sampled` says that a reader was made up for it."""

    mailings: tuple[Mailing, ...]
    readers: int
    sampled: bool
    unsent: int


def rehearse(
    service: Service,
    *,
    start: datetime,
    end: datetime,
    maildir: Path,
    progress: Callable[[datetime], None] = lambda _instant: None,
) -> Rehearsal:
    """What every reader would get between two instants, aware UTC, if nothing changed.

    Where nobody follows anything, a sample reader signs up to the first feed at the start.
    """
    if end <= start:
        raise CalendarError("The rehearsal ends before it begins; give --to a later day.")
    with TemporaryDirectory(prefix="rehearsal-") as folder:
        stage = _set_up(service, start, Path(folder))
        try:
            return _play(stage, end, maildir, progress)
        finally:
            stage.database.close()


class _Recorder:
    """Puts mails into a Maildir, and notes what went to whom at which simulated instant."""

    def __init__(self, maildir: Path, clock: SetClock) -> None:
        self._sender = MaildirSender(maildir)
        self._clock = clock
        self.noted: list[tuple[datetime, str, str, str]] = []

    def send(self, parcels: Iterator[Parcel], told: Told, may_go: MayGo = always) -> None:
        def noting(parcel: Parcel, fate: Fate) -> None:
            headers = message_from_bytes(parcel.content.octets, policy=default)
            subject, identity = str(headers["Subject"]), str(headers["Message-ID"])
            self.noted.append((self._clock.now(), parcel.to, subject, identity))
            told(parcel, fate)

        self._sender.send(parcels, noting, may_go)

    def share(self, _several: int) -> None:
        """A rate is a relay's; this is none."""

    def close(self) -> None:
        self._sender.close()


def _set_up(service: Service, start: datetime, folder: Path) -> Service:
    """A service of its own over a copy of the store, at the start of the rehearsal."""
    database = Database(f"sqlite:///{folder / 'rehearsal.sqlite3'}")
    database.upgrade()
    copy_tables(service.database, database, COPIED)
    copy_news(service.database, database)
    stage = replace(
        service,
        database=database,
        settings=replace(service.settings, var=folder, publish=None),
        clock=SetClock(start),
        secret=token_bytes(32),  # so that no link of a rehearsal works in earnest
    )
    with database.plan() as session:
        for revision in all_events(session):
            row = event_of_uid(session, revision.event.uid)
            assert row is not None  # noqa: S101 - read in this transaction
            plan_event(session, row, revision.event, now=start)
        plan_all_digests(session, now=start)
    return stage


def _play(
    stage: Service, end: datetime, maildir: Path, progress: Callable[[datetime], None]
) -> Rehearsal:
    clock = stage.clock
    assert isinstance(clock, SetClock)  # noqa: S101 - set up above
    recorder = _Recorder(maildir, clock)
    deliverer = Deliverer(stage, recorder)
    sampled = _sign_up_sample_reader(stage, deliverer)
    with stage.database.read() as session:
        zones = {one.address: one.preferences.zone for one in all_subscriptions(session)}
    while True:
        keep_house(stage)
        deliverer.deliver_due()
        instant = _next_instant(stage)
        if instant > end:
            break
        clock.set(instant)
        progress(instant)
    clock.set(end)
    unsent = _count_unsent(stage)
    deliverer.close()
    home = stage.settings.zone
    mailings = [
        Mailing(at, address, zones.get(address, home), subject, identity)
        for at, address, subject, identity in recorder.noted
    ]
    return Rehearsal(tuple(mailings), len(zones), sampled, unsent)


def _sign_up_sample_reader(stage: Service, deliverer: Deliverer) -> bool:
    """Signs a made-up reader up the way real ones do, if nobody follows anything."""
    with stage.database.read() as session:
        if all_subscriptions(session):
            return False
        feeds = all_feeds(session)
    if not feeds:
        raise CalendarError("There is no feed to follow; load one with `calendar-service seed`.")
    request_subscription(
        stage,
        SignupRequest(
            target=Target(TargetKind.FEED, feeds[0].slug),
            address=SAMPLE_ADDRESS,
            choices=TypedChoices(
                tuple(map(str, OFFERED)), stage.settings.language, stage.settings.zone
            ),
            consent=True,
            shown_in=stage.settings.language,
        ),
    )
    deliverer.deliver_due()
    with stage.database.read() as session:
        key = session.scalars(select(SignupRow.key)).one()
    confirm(stage, confirm_token(stage, key))
    return True


def _next_instant(stage: Service) -> datetime:
    """When there is something to do again: a due instant, a retry, or the chores."""
    now = stage.clock.now()
    with stage.database.read() as session:
        instant = next_instant(session)
    soonest = min(instant or now + CHORES_EVERY, now + CHORES_EVERY)
    return max(now + ONE_SECOND, soonest)


def _count_unsent(stage: Service) -> int:
    with stage.database.read() as session:
        sent = DeliveryRow.state == State.SENT
        return session.scalar(select(func.count()).select_from(DeliveryRow).where(~sent)) or 0
