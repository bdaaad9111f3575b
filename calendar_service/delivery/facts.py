"""What the store said of everything that a batch of mails is about.

It holds all that is needed to check the mails and to write them, so that neither asks the store
anything more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from typing import NamedTuple

from calendar_service.delivery.digesting import Circumstances, Contents, Digests
from calendar_service.delivery.knowledge import Knowledge, Told
from calendar_service.domain.digests import Digest, issue_of
from calendar_service.domain.events import Localized, Revision, text_in
from calendar_service.domain.notices import Change, Notice
from calendar_service.domain.readers import Preferences, Target
from calendar_service.domain.reminders import parse_offsets
from calendar_service.errors import InvalidInputError
from calendar_service.mail.forms import Form
from calendar_service.store.queries.deliveries import Overdue
from calendar_service.store.queries.ledger import Owed
from calendar_service.store.rows import (
    Kind,
    SignupRow,
)

_OF_EVENTS = frozenset([str(Kind.NOTICE), str(Kind.ARRIVAL)])
_ONLY_WANTED = frozenset([str(Kind.DIGEST), str(Kind.ARRIVAL)])
OLDEST = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Instance:
    """One dated instance of an event as it stands, and what readers can follow it through.

    `held` says that an operator holds all mail about the event.
    """

    id: int
    active: bool
    time_rev: int
    timed_at: datetime | None
    document: Mapping[str, object]
    published: Revision
    revision: Revision
    targets: frozenset[Target]
    held: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Way:
    """How some readers follow something. Readers whose `Way` is the same one are reminded alike."""

    target: Target
    language: str
    zone: str
    hour: str
    notices: bool
    digest: str = ""
    arrivals: bool = False
    offsets: frozenset[str] = frozenset()

    @property
    def preferences(self) -> Preferences:
        """The same as a value."""
        return Preferences(
            offsets=parse_offsets(self.offsets),
            language=self.language,
            zone=self.zone,
            hour=time.fromisoformat(self.hour),
            notices=self.notices,
            digest=Digest(self.digest) if self.digest else None,
            arrivals=self.arrivals,
        )

    def wants(self, mail: Owed) -> bool:
        """Whether they want a mail such as this, of whatever they follow."""
        if mail.kind == Kind.REMINDER:
            return mail.offset in self.offsets
        if mail.kind == Kind.ARRIVAL:
            return self.arrivals
        return self.notices if mail.kind == Kind.NOTICE else self.digest == mail.offset


class Reason(NamedTuple):
    """A running subscription through which a reader hears of an event, and since when it runs.

    What was owed before `paused_until` is not sent through it.
    """

    id: int
    way: Way
    since: datetime
    paused_until: datetime | None = None

    def goes_on(self, at: datetime) -> bool:
        """Whether it is not paused at an instant."""
        return self.paused_until is None or self.paused_until <= at


@dataclass(slots=True)
class Facts:
    """What the store said, at an instant, of everything that a batch of mails is about.

    `unreadable` tells of mails, by their numbers, why this release cannot read what they are about.
    """

    at: datetime
    knowledge: Knowledge
    instances: dict[int, Instance] = field(default_factory=dict)
    readers: dict[int, tuple[str, str]] = field(default_factory=dict)
    following: dict[int, list[Reason]] = field(default_factory=lambda: defaultdict(list))
    unreadable: dict[int, InvalidInputError] = field(default_factory=dict)
    outdone: frozenset[int] = frozenset()
    undecided: frozenset[int] = frozenset()
    overdue: dict[int, list[Overdue]] = field(default_factory=lambda: defaultdict(list))
    signups: dict[int, SignupRow] = field(default_factory=dict)
    waiting: dict[str, list[SignupRow]] = field(default_factory=dict)
    follower_keys: dict[str, str] = field(default_factory=dict)
    titles: dict[Target, Localized] = field(default_factory=dict)
    titles_to_confirm: dict[Target, Localized] = field(default_factory=dict)
    newest_answers: Mapping[int, int] = field(default_factory=dict)
    suppressed: frozenset[str] = frozenset()
    forms: dict[Hashable, Form] = field(default_factory=dict)
    digests: Digests = field(default_factory=lambda: Digests(OLDEST, -1))
    ways: set[Way] = field(default_factory=set)
    _leading_to: dict[frozenset[Target], frozenset[Way]] = field(default_factory=dict)
    _reasons: dict[int, list[Reason]] = field(default_factory=dict)
    _told: dict[int, Told | None] = field(default_factory=dict)

    def instance_of(self, reminder: Owed) -> Instance:
        """What a reminder is about."""
        assert reminder.occurrence_id is not None  # noqa: S101 - only a confirmation has none
        return self.instances[reminder.occurrence_id]

    def targets_of(self, mail: Owed) -> frozenset[Target]:
        """What the event of a mail can be followed through."""
        if mail.kind in _OF_EVENTS:
            return self.knowledge.stories[mail.event_id or 0].targets
        return self.instance_of(mail).targets

    def follow(self, reader_id: int, reason: Reason) -> None:
        """Adds what a reader follows."""
        self.ways.add(reason.way)
        self.following[reader_id].append(reason)

    def address(self, delivery: Owed) -> str:
        """Where a mail is to go; empty where its reader or sign-up is gone."""
        if delivery.signup_id is not None:
            signup = self.signups.get(delivery.signup_id)
            return signup.address if signup else ""
        return self.readers.get(delivery.reader_id or 0, ("", ""))[1]

    def reasons(self, delivery: Owed) -> list[Reason]:
        """Why this reader is sent this mail; empty where it is unwanted."""
        found = self._reasons.get(delivery.id)
        if found is None:
            found = self._reasons[delivery.id] = self._find_reasons(delivery)
        return found

    def _find_reasons(self, delivery: Owed) -> list[Reason]:
        """Of what its reader follows and has not paused, what leads to it, if that is wanted."""
        following = self.following.get(delivery.reader_id or 0, ())
        if delivery.kind == Kind.DIGEST:
            at, found = delivery.due_at, following
        else:
            at, ways = self._owed_at(delivery), self._ways_to(self.targets_of(delivery))
            found = [one for one in following if one.way in ways]
        found = [one for one in found if one.goes_on(at)]
        wanted = [one for one in found if one.way.wants(delivery)]
        return wanted if delivery.kind in _ONLY_WANTED or not wanted else found

    def _owed_at(self, delivery: Owed) -> datetime:
        """When it was owed: a reminder that is late because its event has moved, from then on."""
        if delivery.kind != Kind.REMINDER:
            return delivery.due_at
        return max(delivery.due_at, self.instance_of(delivery).timed_at or delivery.due_at)

    def main_reason(self, delivery: Owed) -> Reason:
        """The one that a mail was owed through if it still runs, or another that wants it."""
        reasons = self.reasons(delivery)
        if len(reasons) == 1:
            return reasons[0]
        first = next(one for one in reasons if one.way.wants(delivery))
        return next((one for one in reasons if one.id == delivery.subscription_id), first)

    def told_before(self, delivery: Owed) -> Told | None:
        """What its reader knows of the event; None where that cannot be anything but what is so."""
        if not self.knowledge.stories:
            return None
        if delivery.id not in self._told:
            since = max(one.since for one in self.reasons(delivery))
            self._told[delivery.id] = self.knowledge.told_before(delivery, since)
        return self._told[delivery.id]

    def leaves(self, delivery: Owed) -> int | None:
        """Notes that a mail goes; the state of its event that it tells.

        Others of this batch need not tell its reader the same.
        """
        if delivery.id in self.unreadable:
            return None
        if self.knowledge.stories and delivery.reader_id is not None:
            self.told_before(delivery)
            self.knowledge.leaves(delivery)
        return self._tells(delivery)

    def change(self, delivery: Owed) -> Change | None:
        """What is new to its reader about the date that a reminder is of."""
        language = self.main_reason(delivery).way.language
        return self.knowledge.change(delivery, self.told_before(delivery), language)

    def circumstances(self, delivery: Owed) -> Circumstances:
        """For whom a digest is that its reader wants."""
        way = self.main_reason(delivery).way
        return Circumstances(
            issue=issue_of(Digest(delivery.offset), delivery.due_at, way.zone),
            targets=frozenset(one.way.target for one in self.reasons(delivery)),
            language=way.language,
            zone=way.zone,
            hour=time.fromisoformat(way.hour),
        )

    def digest(self, delivery: Owed) -> Contents:
        """What a digest is to tell its reader."""
        return self.digests.contents[self.circumstances(delivery)]

    def title_to_confirm(self, target: Target, language: str) -> str:
        """What an unconfirmed sign-up is for, as a mail may call it."""
        return text_in(self.titles_to_confirm[target], language)[0]

    def notice(self, delivery: Owed) -> Notice | None:
        """What a notice is to tell its reader; None where they know it."""
        language = self.main_reason(delivery).way.language
        return self.knowledge.notice(delivery, self.told_before(delivery), language)

    def _tells(self, delivery: Owed) -> int | None:
        if delivery.kind in _OF_EVENTS:
            return self.knowledge.stories[delivery.event_id or 0].published.sequence
        if delivery.kind == Kind.REMINDER:
            return self.instance_of(delivery).published.sequence
        return None

    def _ways_to(self, targets: frozenset[Target]) -> frozenset[Way]:
        """The ways that lead to an event, by what it can be followed through."""
        ways = self._leading_to.get(targets)
        if ways is None:
            ways = frozenset(way for way in self.ways if way.target in targets)
            self._leading_to[targets] = ways
        return ways

    def has_a_later_one(self, delivery: Owed, reasons: list[Reason]) -> bool:
        """Whether a later reminder is due too that the fan-out has not come to yet."""
        return any(
            due.instant > delivery.due_at
            and any(
                due.offset in one.way.offsets
                and due.zone in {"", one.way.zone}
                and due.hour in {"", one.way.hour}
                for one in reasons
            )
            for due in self.overdue.get(delivery.occurrence_id or 0, ())
        )

    def is_told_anyway(self, delivery: Owed, reasons: list[Reason]) -> bool:
        """Whether a reminder is due only because the event has moved, and another mail tells that.

        One that has gone since, or a notice that is to go. Who wants no notices would else hear
        nothing of the new time. Where a notice has nothing to tell, since the event is back where
        its reader last knew it, the reminder is due as ever: but not to who began to follow, or was
        told of that time, only after its instant.
        """
        moved_at = self.instance_of(delivery).timed_at
        if moved_at is None or delivery.due_at > moved_at:
            return False
        if self.knowledge.has_heard(delivery, moved_at):
            return True
        wanted = any(one.way.notices for one in reasons)
        if not (wanted and self.knowledge.is_told_by_notice(delivery, moved_at)):
            return False
        followed_then = any(one.since <= delivery.due_at for one in reasons)
        if not followed_then or self.change(delivery) is not None:
            return True
        return self.knowledge.has_heard(delivery, delivery.due_at)


def nothing_gathered(now: datetime) -> Facts:
    """What is known before anything is claimed."""
    return Facts(now, Knowledge(now))
