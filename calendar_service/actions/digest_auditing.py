"""Whether everybody who wants digests has the next one planned."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from calendar_service.domain.digests import issues_after
from calendar_service.store.queries.digests import (
    Circle,
    circles,
    count_circle,
    is_planned,
    some_of_circle,
)


@dataclass(frozen=True, slots=True)
class MissingDigest:
    """A digest to come that is not planned for those who want it."""

    circle: Circle
    instant: datetime
    readers: int
    addresses: tuple[str, ...]


def missing_digests(session: Session, now: datetime, *, show: int) -> Iterator[MissingDigest]:
    """The next digests that nothing is planned for."""
    for circle in circles(session):
        issue = next(issues_after(*circle, now))
        if is_planned(session, circle, issue.instant):
            continue
        readers = count_circle(session, circle, at=issue.instant)
        if readers:
            addresses = some_of_circle(session, circle, at=issue.instant, show=show)
            yield MissingDigest(circle, issue.instant, readers, tuple(addresses))
