"""Digests: the ones to come, one due row for each zone and hour, and the link that stops them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from sqlalchemy.orm import Session

from calendar_service.actions.service import Service
from calendar_service.actions.tokens import LinkError, Purpose, make_token, read_token
from calendar_service.domain.digests import Digest, issues_after
from calendar_service.domain.readers import Preferences
from calendar_service.store.queries.deliveries import plan_due
from calendar_service.store.queries.digests import Circle, circles
from calendar_service.store.queries.readers import find_reader_by_key, running_subscriptions
from calendar_service.store.queries.records import note_plans, write_audit
from calendar_service.store.rows import Kind, ReaderRow

AHEAD = 2
"""Digests that are planned for each circle of readers; each that is owed plans the next."""


def plan_digests(session: Session, wanted: Iterable[Circle], *, now: datetime) -> None:
    """Plans the next digests of some circles; what is planned already stays."""
    rows = [
        _due(circle, issue.instant)
        for circle in sorted(set(wanted))
        for issue in islice(issues_after(*circle, now), AHEAD)
    ]
    plan_due(session, rows)


def plan_all_digests(session: Session, *, now: datetime) -> None:
    """Plans the next digests of all who want any."""
    plan_digests(session, circles(session), now=now)


def circle_of(preferences: Preferences) -> Iterator[Circle]:
    """The circle that a reader with these preferences belongs to, if any."""
    if preferences.digest is not None:
        yield Circle(preferences.digest, preferences.zone, preferences.hour)


def plan_digest(session: Session, circle: Circle, instant: datetime) -> None:
    """Plans one digest, be its hour to come or past."""
    plan_due(session, [_due(circle, instant)])


def _due(circle: Circle, instant: datetime) -> dict[str, object]:
    return {
        "kind": str(Kind.DIGEST),
        "offset": str(circle.digest),
        "zone": circle.zone,
        "hour": f"{circle.hour:%H:%M}",
        "time_rev": 0,
        "instant": instant,
    }


# --- Stopping them ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DigestReader:
    """Whose digests a link stops: how often they come, and the language of their reader."""

    digest: Digest
    language: str


def digest_token(service: Service, reader_key: str, digest: str) -> str:
    """The token of a digest's link, which stops the digests of that sort and nothing else."""
    return make_token(service.secret, Purpose.DIGEST, reader_key, digest)


def look_at_digest(service: Service, token: str) -> DigestReader:
    """What a link would stop; changes nothing. Raises LinkError."""
    with service.database.read() as session:
        reader, digest = _reader_of(session, service, token)
        return _to_reader(session, reader, digest)


def stop_digest(service: Service, token: str) -> DigestReader:
    """Sends no more digests of a sort to a link's reader, whose reminders go on.

    Doing it again changes nothing. Raises LinkError.
    """
    now = service.clock.now()
    with service.database.plan() as session:
        reader, digest = _reader_of(session, service, token)
        stopped = [row for row in running_subscriptions(session, reader.id) if row.digest == digest]
        for row in stopped:
            row.digest = ""
        if stopped:
            note_plans(session, now=now)
            write_audit(
                session,
                now=now,
                actor="reader",
                action="reader.stop-digest",
                subject=f"reader {reader.id}",
                detail={"digest": str(digest), "stopped": [row.target_name for row in stopped]},
            )
        return _to_reader(session, reader, digest)


def _reader_of(session: Session, service: Service, token: str) -> tuple[ReaderRow, Digest]:
    """Whose link it is; a forged one takes no other time than one of a reader who is gone."""
    try:
        key, digest = read_token(service.secret, Purpose.DIGEST, token, 2)
    except LinkError:
        key, digest = "", Digest.DAILY
    reader = find_reader_by_key(session, key)
    if reader is None:
        raise LinkError
    return reader, Digest(digest)


def _to_reader(session: Session, reader: ReaderRow, digest: Digest) -> DigestReader:
    running = running_subscriptions(session, reader.id)
    return DigestReader(digest, next((row.language for row in running), "en"))
