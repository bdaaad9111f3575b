"""Histories of an event or a series: what its editors do, which mails leave, what readers know.

The model knows nothing of how mails are planned and checked. It sees what was published and what
the relay took, in that order; it says of each mail what it was good for, and at the end what is
missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from sqlalchemy.orm import Session

from calendar_service.actions.service import Service
from calendar_service.clock import SetClock
from calendar_service.delivery.deliverer import Deliverer
from calendar_service.domain.events import Revision
from calendar_service.domain.reminders import Offset
from calendar_service.domain.when import Timed
from calendar_service.domain.when_documents import read_when
from calendar_service.mail.errors import TemporaryRefusalError
from calendar_service.mail.senders import MayGo, Parcel, Receipt, Told, always
from calendar_service.store.rows import DeliveryRow, OccurrenceRow

NOWHERE = -1
"""Of a mail about a date that there is no more."""

_NOT_NOW = TemporaryRefusalError(
    code=451, enhanced="4.3.0", command="DATA", reply="451 4.3.0 later"
)

MINUTE, LONGEST_WAIT = timedelta(minutes=1), timedelta(minutes=11)


class Stand(NamedTuple):
    """What readers can know of an event."""

    status: str
    start: datetime

    @property
    def takes_place(self) -> bool:
        """Whether there is anything to be reminded of."""
        return self.status == "confirmed"

    def is_as(self, other: Stand) -> bool:
        """Whether both are the same to readers: nobody asks when the cancelled would have been."""
        return self.status == other.status and (
            self.start == other.start or self.status == "cancelled"
        )

    def corrected(self, before: Stand, after: Stand) -> Stand:
        """What is known after a silent correction: of what it corrects, by who knew just that."""
        return Stand(
            after.status if self.status == before.status else self.status,
            after.start if self.start == before.start else self.start,
        )


class Stage(NamedTuple):
    """What was published of each date, and whether readers are to be told of it."""

    sequence: int
    at: datetime
    silent: bool
    stands: tuple[Stand, ...]


class Mail(NamedTuple):
    """A mail that the relay took; `overtaken` where something happened once it was given out.

    `date` says which date it was of, counted from 0; a notice is of all.
    """

    at: datetime
    to: str
    kind: str
    date: int | None
    told: int
    due_at: datetime
    overtaken: bool


@dataclass(frozen=True, slots=True)
class Follower:
    """A reader of the event, who followed it before anything happened."""

    name: str
    offsets: tuple[str, ...]
    notices: bool

    @property
    def address(self) -> str:
        """Where mails to this reader go."""
        return f"{self.name}@example.org"


@dataclass
class History:
    """An installation at work: editors, time, and two senders."""

    service: Service
    clock: SetClock
    log: list[Stage | Mail] = field(default_factory=list)
    meanwhile: list[Callable[[], None]] = field(default_factory=list)
    at_work: list[int] = field(default_factory=list)
    refuses: bool = False
    up_at: list[datetime] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.senders = [Deliverer(self.service, _Watched(self)) for _ in range(2)]

    def end(self) -> None:
        """Ends the senders in order."""
        for sender in self.senders:
            sender.close()

    @property
    def stands(self) -> tuple[Stand, ...]:
        """What stands of each date now."""
        return self.stages()[-1].stands

    def publish(self, revision: Revision, stands: Sequence[Stand], *, silent: bool) -> None:
        """Notes what editors have published."""
        if not self.log or revision.sequence != self.stages()[-1].sequence:
            stage = Stage(revision.sequence, self.clock.now(), silent, tuple(stands))
            self.log.append(stage)
        self.clock.set(self.clock.now() + timedelta(seconds=1))  # no two things are at once

    def wait(self, minutes: int, first: int = 0) -> None:
        """Lets time pass; the senders are at work all the while."""
        for _ in range(minutes):
            self.clock.set(self.clock.now() + MINUTE)
            self.deliver(first)

    def be_down(self, minutes: int) -> None:
        """Lets time pass in which no sender is at work."""
        self.clock.set(self.clock.now() + minutes * MINUTE)

    def deliver(self, first: int = 0) -> None:
        """What leaves without any time passing; `first` says which sender begins."""
        self.up_at.append(self.clock.now())
        for number in (first, 1 - first):
            self._deliver(number)

    def deliver_by_other(self) -> None:
        """What the sender has for the relay that is not at work just now."""
        if len(self.at_work) == 1:
            self._deliver(1 - self.at_work[0])

    def _deliver(self, number: int) -> None:
        self.at_work.append(number)
        self.senders[number].deliver_due()
        self.at_work.pop()

    def stages(self) -> list[Stage]:
        """What was published."""
        return [one for one in self.log if isinstance(one, Stage)]

    def mails(self, to: str) -> list[Mail]:
        """What one reader was sent."""
        return [one for one in self.log if isinstance(one, Mail) and one.to == to]


@dataclass
class _Watched:
    """A relay that takes what it does not refuse; sometimes something happens just before."""

    history: History

    def send(self, parcels: Iterator[Parcel], told: Told, may_go: MayGo = always) -> None:
        for parcel in parcels:
            overtaken = bool(self.history.meanwhile)
            if overtaken:
                self.history.meanwhile.pop(0)()
            if not may_go():
                return
            if self.history.refuses:
                self.history.refuses = False
                told(parcel, _NOT_NOW)
                continue
            self.history.log.append(self._mail(parcel, overtaken=overtaken))
            told(parcel, Receipt("250 2.0.0 ok"))

    def share(self, _several: int) -> None:
        pass

    def close(self) -> None:
        pass

    def _mail(self, parcel: Parcel, *, overtaken: bool) -> Mail:
        with self.history.service.database.read() as session:
            row = session.get_one(DeliveryRow, parcel.number)
            assert row.revision is not None
            now, date = self.history.clock.now(), self._date(session, row)
            return Mail(now, parcel.to, row.kind, date, row.revision, row.due_at, overtaken)

    def _date(self, session: Session, row: DeliveryRow) -> int | None:
        """Which date a mail is of: that of the same start."""
        if row.occurrence_id is None:
            return None
        when = read_when(session.get_one(OccurrenceRow, row.occurrence_id).document)
        assert isinstance(when, Timed)
        starts = [stand.start for stand in self.history.stands]
        return starts.index(when.starts_at()) if when.starts_at() in starts else NOWHERE


@dataclass
class _Reading:
    """One reader's side of the history of one date, told from its beginning.

    `settled` is since when it begins when it does, and `news` which notices had something to tell.
    """

    reader: Follower
    date: int
    stages: Mapping[int, Stage]
    current: Stage
    settled: Stage
    known: Stand
    heard: int = -1
    last: Mail | None = None
    news: set[Mail] = field(default_factory=set)

    def publish(self, stage: Stage) -> None:
        """What stands is another."""
        before, after = self._stand(self.current), self._stand(stage)
        if stage.silent:
            self.known = self.known.corrected(before, after)
        if not after.is_as(before):
            self.settled = stage
        self.current = stage

    def read(self, mail: Mail) -> Iterator[str]:
        """What is wrong with a mail; then it is known."""
        stand = self._told(mail)
        if mail.overtaken or not stand.is_as(self.known):
            self.news.add(mail)
        if not mail.overtaken:
            if not stand.is_as(self._stand(self.current)):
                yield f"{mail} tells what stood before {self.current}"
            if mail.kind == "notice" and not self.reader.notices:
                yield f"{mail} is of a kind that is not wanted"
            if mail.kind == "reminder":
                yield from self._of_reminder(mail, stand)
        self.known, self.heard, self.last = stand, max(self.heard, mail.told), mail
        later = [one for number, one in sorted(self.stages.items()) if number >= mail.told]
        for before, after in pairwise(later[: self.current.sequence - mail.told + 1]):
            if after.silent:
                self.known = self.known.corrected(self._stand(before), self._stand(after))

    def _of_reminder(self, mail: Mail, stand: Stand) -> Iterator[str]:
        if not stand.takes_place:
            yield f"{mail} is of what does not take place"
        by_move = mail.due_at <= self.settled.at
        is_back = stand.is_as(self.known) and self.heard < self.settled.sequence
        if by_move and self.reader.notices and not (self.settled.silent or is_back):
            yield f"{mail} is due by {self.settled} alone, which a notice tells"
        last = self.last
        said = last is not None and self._told(last).is_as(stand)
        if last and said and last.due_at >= mail.due_at and (by_move or last.kind == "reminder"):
            yield f"{mail} says what {last} said"

    def missing(self, mails: list[Mail], up_at: list[datetime]) -> Iterator[str]:
        """What should have been said, while somebody was up to say it and it was worth it."""
        stand, settled = self._stand(self.current), self.settled
        read = self._told(self.last) if self.last else self.known
        knows = self.known.is_as(stand) or read.is_as(stand)
        late = self.current.at + LONGEST_WAIT
        told_in_time = any(late <= at < stand.start for at in up_at)
        if self.reader.notices and not self.known.is_as(stand) and told_in_time:
            yield f"{self.known} is known and {self.current} was not told"
        if not stand.takes_place:
            return
        said = [one for one in mails if self._told(one).is_as(stand)]
        for offset in map(Offset.parse, self.reader.offsets):
            due = stand.start - timedelta(days=offset.days, hours=offset.hours)
            could = any(settled.at < at and due <= at < stand.start for at in up_at)
            if settled.at < due and could and not any(one.at >= due for one in said):
                yield f"there was no reminder at {due} of {self.current}"
            if due <= settled.at and could and not self.reader.notices and not knows:
                yield f"{self.known} is known and there was no reminder of {self.current}"

    def _stand(self, stage: Stage) -> Stand:
        return stage.stands[self.date]

    def _told(self, mail: Mail) -> Stand:
        return self._stand(self.stages[mail.told])


def faults(history: History, reader: Follower) -> Iterator[str]:
    """What a reader may complain of."""
    mails, news = history.mails(reader.address), set[Mail]()
    for date in range(len(history.stands)):
        reading = _begun(history, reader, date)
        of_date = [one for one in mails if one.date in {None, date}]
        for one in history.log:
            if isinstance(one, Stage):
                reading.publish(one)
            elif one in of_date:
                yield from reading.read(one)
        yield from reading.missing(of_date, history.up_at)
        news |= reading.news
    for mail in mails:
        if mail.kind == "notice" and mail not in news:
            yield f"{mail} tells nothing new"
        if mail.date == NOWHERE and not mail.overtaken:
            yield f"{mail} is of no date that there is"


def _begun(history: History, reader: Follower, date: int) -> _Reading:
    """Before anything has happened."""
    stages = {stage.sequence: stage for stage in history.stages()}
    first = stages[min(stages)]
    return _Reading(reader, date, stages, first, first, first.stands[date])
