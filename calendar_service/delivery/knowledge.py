"""What readers know of events whose mails are about to leave, and what is news to them.

A reader knows what the last mail about an event told them, or what stood when they began to follow
it; of a series, a reminder tells of its own date alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple

from sqlalchemy.orm import Session

from calendar_service.domain.dates import HORIZON, LOOKING_BACK, has_moved, pair_dates
from calendar_service.domain.events import Event, Revision
from calendar_service.domain.notices import Change, Notice, change_of, compare
from calendar_service.domain.readers import Target
from calendar_service.domain.recurrence import occurrences
from calendar_service.domain.stages import Stage, as_known, is_news, stood_at
from calendar_service.domain.when import InMonth, KnownWhen, over_at
from calendar_service.errors import InvalidInputError
from calendar_service.store.queries.claimed import told_of
from calendar_service.store.queries.events import to_revision
from calendar_service.store.queries.followers import targets_of
from calendar_service.store.queries.holds import why_event_held
from calendar_service.store.queries.ledger import Owed
from calendar_service.store.queries.notices import newest_notices, stages_of
from calendar_service.store.queries.reminders import recurrence_ids
from calendar_service.store.rows import EventRow, Kind


class Told(NamedTuple):
    """What a reader was last told: the number of a state, and those of single dates told since."""

    sequence: int
    dates: frozenset[tuple[str, int]] = frozenset()


@dataclass(frozen=True, slots=True)
class Story:
    """An event as it stands, how it came to be so, and what readers can follow it through.

    `newest` is the newest state that a notice is planned of, and `held` says that an operator
    holds all mail about the event.
    """

    id: int
    published: Revision
    stages: tuple[Stage, ...]
    targets: frozenset[Target]
    newest: int
    held: bool

    def next_date(self, now: datetime, zone: str) -> KnownWhen | None:
        """When it is next; None of what is over, does not take place, or has no day yet."""
        event = self.published.event
        if not event.status.takes_place or isinstance(event.when, InMonth):
            return None
        dates: Iterable[KnownWhen] = [event.when]
        if event.recurrence is not None:
            first = (now - LOOKING_BACK).date()
            found = occurrences(
                event.when, event.recurrence, first=first, last=(now + HORIZON).date()
            )
            dates = (one.when for one in found)
        return next((one for one in dates if over_at(one, event.home_zone(zone)) > now), None)

    @property
    def is_news(self) -> bool:
        """Whether anybody can know anything else than what is so now."""
        return is_news(self.stages)

    def told_change(self, at: datetime) -> tuple[Event, Event] | None:
        """What was published at an instant, and what stood before, if readers are told of it."""
        for before, after in pairwise(self.stages):
            if after.at == at and after.sequence <= self.newest:
                return before.event, after.event
        return None


@dataclass(slots=True)
class Knowledge:
    """What the readers of a batch of mails know; `zone` is where whole days end.

    `being_told` are the mails whose readers are just being sent another one about the same event.
    `unread` are the events whose history this release cannot read, and why.
    """

    now: datetime
    zone: str = "UTC"
    stories: dict[int, Story] = field(default_factory=dict)
    told: dict[int, dict[int | None, int]] = field(default_factory=lambda: defaultdict(dict))
    being_told: set[int] = field(default_factory=set)
    names: Mapping[int, str] = field(default_factory=dict)
    unread: dict[int, InvalidInputError] = field(default_factory=dict)
    _leaving: dict[tuple[int, int], dict[int | None, int]] = field(default_factory=dict)
    _known: dict[tuple[int, int], Event] = field(default_factory=dict)
    _notices: dict[Hashable, Notice | None] = field(default_factory=dict)
    _changes: dict[Hashable, Change | None] = field(default_factory=dict)
    _moves: dict[Hashable, bool] = field(default_factory=dict)

    def told_before(self, mail: Owed, since: datetime) -> Told | None:
        """What the reader of a mail was last told, who follows its event since an instant.

        None where there is nothing else to know than what is so now.
        """
        story = self.stories.get(mail.event_id or 0)
        if story is None or not story.is_news:
            return None
        told, saw = self._told_by_mail(mail), stood_at(story.stages, since)
        if story.published.event.recurrence is None:
            return Told(max([saw, *told.values()]))
        whole = max(saw, told.get(None, saw))
        if mail.kind == Kind.REMINDER:
            return Told(max(whole, told.get(mail.occurrence_id, whole)))
        later = {
            (self.names[number], sequence)
            for number, sequence in told.items()
            if number is not None and number in self.names and sequence > whole
        }
        return Told(whole, frozenset(later))

    def has_heard(self, mail: Owed, since: datetime) -> bool:
        """Whether a mail has told the reader of a reminder what its date is since an instant."""
        story, told = self.stories.get(mail.event_id or 0), self._told_by_mail(mail)
        newest = max(told.get(None, -1), told.get(mail.occurrence_id, -1))
        return story is not None and any(
            stage.at >= since and stage.sequence <= newest for stage in story.stages
        )

    def leaves(self, mail: Owed) -> None:
        """Notes that a mail goes."""
        story = self.stories.get(mail.event_id or 0)
        if story is not None and mail.reader_id is not None:
            leaving = self._leaving.setdefault((mail.reader_id, story.id), {})
            leaving[mail.occurrence_id] = story.published.sequence

    def notice(self, mail: Owed, told: Told | None, language: str) -> Notice | None:
        """What a notice is to tell a reader; None where they know it already."""
        if told is None or mail.event_id is None:
            return None
        key = (mail.event_id, told, language)
        if key not in self._notices:
            self._notices[key] = compare(
                self._as_known(mail.event_id, told.sequence),
                self.stories[mail.event_id].published.event,
                language,
                now=self.now,
                zone=self.zone,
                told={name: self._as_known(mail.event_id, n) for name, n in told.dates},
            )
        return self._notices[key]

    def change(self, mail: Owed, told: Told | None, language: str) -> Change | None:
        """What is new to a reader about the date that a reminder is of."""
        if told is None or mail.event_id is None:
            return None
        key = (mail.event_id, mail.occurrence_id, told, language)
        if key not in self._changes:
            before = self._as_known(mail.event_id, told.sequence)
            after = self.stories[mail.event_id].published.event
            name = self.names.get(mail.occurrence_id or 0, "")
            pair = pair_dates(before, after, now=self.now).get(name)
            self._changes[key] = change_of(pair, language) if pair and pair.before else None
        return self._changes[key]

    def is_told_by_notice(self, mail: Owed, moved_at: datetime) -> bool:
        """Whether a notice tells that the date of a reminder begins at another time since then."""
        key = (mail.event_id, mail.occurrence_id, moved_at)
        if key not in self._moves:
            story = self.stories.get(mail.event_id or 0)
            change = story.told_change(moved_at) if story else None
            name = self.names.get(mail.occurrence_id or 0, "")
            pair = pair_dates(*change, now=self.now).get(name) if change else None
            self._moves[key] = pair is not None and has_moved(pair)
        return self._moves[key]

    def _told_by_mail(self, mail: Owed) -> dict[int | None, int]:
        """The newest state that mails have told, by the occurrence that they were of."""
        leaving = self._leaving.get((mail.reader_id or 0, mail.event_id or 0), {})
        return self.told.get(mail.id, {}) | leaving

    def _as_known(self, event_id: int, sequence: int) -> Event:
        key = (event_id, sequence)
        if key not in self._known:
            self._known[key] = as_known(self.stories[event_id].stages, sequence)
        return self._known[key]


def events_with_news(session: Session, claimed: Collection[Owed]) -> set[int]:
    """The events of claimed mails that there may be news of: in notices, and the changed ones."""
    about = {mail.event_id for mail in claimed if mail.event_id} - _in_notices(claimed)
    changed = {number for number in about if session.get_one(EventRow, number).sequence > 0}
    return _in_notices(claimed) | changed


def _in_notices(claimed: Collection[Owed]) -> set[int]:
    told = {Kind.NOTICE, Kind.ARRIVAL}
    return {mail.event_id for mail in claimed if mail.kind in told and mail.event_id}


def gather_knowledge(session: Session, claimed: Collection[Owed], knowledge: Knowledge) -> None:
    """Reads what the readers of claimed mails know, as far as there is anything new to know.

    That is of events that are in a notice, and of those that have more than one state.
    """
    concerned, in_notices = events_with_news(session, claimed), _in_notices(claimed)
    newest = newest_notices(session, concerned)
    for number in sorted(concerned):
        try:
            story = read_story(session, number, newest.get(number, -1))
        except InvalidInputError as error:
            knowledge.unread[number] = error
            continue
        if number in in_notices or story.is_news:
            knowledge.stories[number] = story
    if not knowledge.stories:
        return
    for number, occurrence, sequence, now in told_of(session, claimed, knowledge.stories):
        knowledge.told[number][occurrence] = sequence
        if now:
            knowledge.being_told.add(number)
    occurrences = {mail.occurrence_id for mail in claimed if mail.occurrence_id}
    occurrences |= {one for told in knowledge.told.values() for one in told if one}
    knowledge.names = recurrence_ids(session, occurrences)


def read_story(session: Session, event_id: int, newest: int) -> Story:
    """One event by its number."""
    row = session.get_one(EventRow, event_id)
    return Story(
        id=row.id,
        published=to_revision(row),
        stages=tuple(stages_of(session, row.id)),
        targets=frozenset(targets_of(session, row.id, row.uid)),
        newest=newest,
        held=why_event_held(session, row.uid) is not None,
    )
