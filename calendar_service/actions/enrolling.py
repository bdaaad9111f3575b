"""Writes readers from a file, a batch at a time, with all that follows from them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from calendar_service.actions.digests import circle_of, plan_digests
from calendar_service.actions.planning import plan_subscription
from calendar_service.actions.saved_searches import keep_search
from calendar_service.actions.service import Service
from calendar_service.domain.readers import Enrolment, Preferences, Target
from calendar_service.store.queries.enrolments import (
    Known,
    Standing,
    add_readers,
    add_subscriptions,
    followed_by,
    readers_by_key,
    renew_subscriptions,
    subscriptions_by_id,
    welcome_back,
)
from calendar_service.store.queries.followers import Audience
from calendar_service.store.queries.records import note_plans, write_audit

OPERATOR = "operator"


class Outcome(StrEnum):
    """What came of a row."""

    LOADED = "loaded"
    UNCHANGED = "unchanged"
    UPDATED = "updated"
    KEPT = "kept"
    RESUBSCRIBED = "resubscribed"
    STOPPED = "stopped"
    REPEATED = "repeated"
    REFUSED = "refused"


CHANGING = frozenset({Outcome.LOADED, Outcome.UPDATED, Outcome.RESUBSCRIBED})
"""The outcomes after which something is not as it was."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What an import may do with readers who are here already, and whether it writes at all."""

    update: bool = False
    resubscribe: bool = False
    dry_run: bool = False


CAREFUL = Choices()
"""Who is here already stays as they are."""


@dataclass(frozen=True, slots=True)
class FileRow:
    """A row that could be read, with its address's comparable form."""

    line: int
    key: str
    enrolment: Enrolment


class Enrolling:
    """Loads batches of rows of a file, one transaction each."""

    def __init__(self, service: Service, name: str, choices: Choices) -> None:
        self._service = service
        self._name = name
        self._choices = choices
        self._planned = _Planned()

    def load(self, rows: Sequence[FileRow]) -> list[Outcome]:
        """What came of each row of a batch; on a dry run, what would come of it."""
        now = self._service.clock.now()
        with self._session() as session:
            readers = readers_by_key(session, [row.key for row in rows])
            followed = followed_by(session, [known.id for known in readers.values()])
            outcomes = [self._outcome(row, readers, followed) for row in rows]
            if not self._choices.dry_run:
                changing = [
                    row for row, outcome in zip(rows, outcomes, strict=True) if outcome in CHANGING
                ]
                self._write(session, changing, readers, followed, now)
        return outcomes

    def _session(self) -> AbstractContextManager[Session]:
        database = self._service.database
        return database.read() if self._choices.dry_run else database.plan()

    def _outcome(
        self,
        row: FileRow,
        readers: dict[str, Known],
        followed: dict[tuple[int, Target], Standing],
    ) -> Outcome:
        """What loading a row comes to: who has stopped here stays so, unless told otherwise."""
        reader = readers.get(row.key)
        if reader is None:
            return Outcome.LOADED
        standing = followed.get((reader.id, row.enrolment.target))
        if reader.left or (standing and not standing.running):
            return Outcome.RESUBSCRIBED if self._choices.resubscribe else Outcome.STOPPED
        if standing is None:
            return Outcome.LOADED
        if standing.is_like(row.enrolment):
            return Outcome.UNCHANGED
        return Outcome.UPDATED if self._choices.update else Outcome.KEPT

    def _write(
        self,
        session: Session,
        rows: list[FileRow],
        readers: dict[str, Known],
        followed: dict[tuple[int, Target], Standing],
        now: datetime,
    ) -> None:
        if not rows:
            return
        new = {row.key: row.enrolment for row in rows if row.key not in readers}
        readers = readers | add_readers(session, new)
        welcome_back(session, [known.id for row in rows if (known := readers[row.key]).left])
        renewed: dict[int, Enrolment] = {}
        added: list[tuple[int, Enrolment]] = []
        for row in rows:
            reader_id, one = readers[row.key].id, row.enrolment
            before = followed.get((reader_id, one.target))
            if before:
                renewed[before.id] = replace(one, paused_until=before.pause_after(one))
            else:
                added.append((reader_id, one))
        renew_subscriptions(session, renewed, now=now)
        numbers = add_subscriptions(session, added, now=now)
        written = renewed | dict(zip(numbers, (one for _, one in added), strict=True))
        self._planned.plan(session, written, now=now)
        if renewed:
            note_plans(session, now=now)
        write_audit(
            session,
            now=now,
            actor=OPERATOR,
            action="reader.import",
            subject=self._name,
            detail={"from_line": rows[0].line, "to_line": rows[-1].line, "rows": len(rows)},
        )


class _Planned:
    """Plans for each audience once in an import, however many readers and batches it has.

    All that a running subscription's audience is owed is planned. So of an audience of an earlier
    batch, one subscription is remembered; while that one runs, there is nothing to do.
    """

    def __init__(self) -> None:
        self._witnesses: dict[tuple[Target, Audience], int] = {}

    def plan(self, session: Session, followed: dict[int, Enrolment], *, now: datetime) -> None:
        """Plans for some subscriptions, by their numbers, which are written already."""
        concerned = {
            (one.target, audience): number
            for number, one in followed.items()
            for audience in _audiences(one.preferences)
        }
        witnesses = {number for who in concerned if (number := self._witnesses.get(who))}
        standing = subscriptions_by_id(session, witnesses)
        missing: dict[Target, list[Audience]] = {}
        for target, audience in concerned:
            witness = standing.get(self._witnesses.get((target, audience), 0))
            runs = witness and witness.running and audience in _audiences(witness.preferences)
            if not runs:
                missing.setdefault(target, []).append(audience)
        for one in followed.values():
            keep_search(session, one.target, now=now)  # also where it is without reminders
        for target, audiences in missing.items():
            plan_subscription(session, target, audiences, now=now)
        wanted = (circle for one in followed.values() for circle in circle_of(one.preferences))
        plan_digests(session, wanted, now=now)
        self._witnesses |= concerned


def _audiences(preferences: Preferences) -> Iterator[Audience]:
    for offset in preferences.offsets:
        yield Audience(offset, preferences.zone, preferences.hour)
