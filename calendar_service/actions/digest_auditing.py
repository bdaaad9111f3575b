"""Whether everybody who wants digests is in the ledger, with the next one and the last one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from calendar_service.actions.digests import plan_digest
from calendar_service.domain.digests import Issue, issues_after
from calendar_service.store.queries.deliveries import digest_key
from calendar_service.store.queries.digests import (
    Circle,
    circles,
    find_planned,
    without_digest,
)
from calendar_service.store.rows import DueRow, DueState


@dataclass(frozen=True, slots=True)
class MissingDigest:
    """A digest that some who want it are not owed, or will not be, and why."""

    circle: Circle
    instant: datetime
    due: DueRow | None
    readers: int
    addresses: tuple[str, ...]
    why: str

    def mend(self, session: Session) -> None:
        """Has it owed: who was owed it before is not owed it again."""
        if self.due is None:
            plan_digest(session, self.circle, self.instant)
        else:
            self.due.state, self.due.cursor = str(DueState.PLANNED), ""


def missing_digests(session: Session, now: datetime, *, show: int) -> Iterator[MissingDigest]:
    """The next digests, and those of late that are still worth sending, that not all have.

    The one after the next is planned when one is owed.
    """
    for circle in circles(session):
        for issue in _expected(circle, now):
            missing = _missing(session, circle, issue, now, show)
            if missing is not None:
                yield missing


def _expected(circle: Circle, now: datetime) -> Iterator[Issue]:
    """What is to be in the ledger, up to the first that is still to come."""
    for issue in issues_after(*circle, now - circle.digest.worth_for):
        yield issue
        if issue.instant > now:
            return


def _missing(
    session: Session, circle: Circle, issue: Issue, now: datetime, show: int
) -> MissingDigest | None:
    due = find_planned(session, circle, issue.instant)
    if due is not None and due.state == DueState.PLANNED:
        return None
    if due is not None:
        why = "it was owed to others, and not to them"
    elif issue.instant > now:
        why = "nothing is planned for it"
    else:
        why = "it is past due and was never planned"
    readers, addresses = without_digest(
        session,
        circle,
        digest_key(str(circle.digest), issue.day),
        at=issue.instant,
        started_by=min(now, issue.instant),
        show=show,
    )
    if not readers:
        return None
    return MissingDigest(circle, issue.instant, due, readers, tuple(addresses), why)
