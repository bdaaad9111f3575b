"""The searches that readers follow, and what each of them finds."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from calendar_service.domain.readers import Target, TargetKind
from calendar_service.store.queries.deliveries import insert_new
from calendar_service.store.rows import SearchEventRow, SearchRow, SubscriptionRow


def saved_searches(session: Session) -> Sequence[str]:
    """All that anybody follows, each once however many do."""
    return session.scalars(select(SearchRow.name).order_by(SearchRow.name)).all()


def is_saved(session: Session, name: str) -> bool:
    """Whether a search is among them."""
    return session.get(SearchRow, name) is not None


def save_search(session: Session, name: str, found: Collection[int]) -> None:
    """Adds a search with the events that it finds from the first."""
    insert_new(session, SearchRow, [{"name": name}])
    rows: list[dict[str, object]] = [
        {"search_name": name, "event_id": one, "arrived_at": None} for one in found
    ]
    insert_new(session, SearchEventRow, rows)


def write_finds(session: Session, event_id: int, names: Collection[str], *, now: datetime) -> bool:
    """Says which searches find an event; only differences are written. Tells if one finds it anew.

    It passes by the ORM, which looks through all that it knows for each row.
    """
    connection, mine = session.connection(), SearchEventRow.event_id == event_id
    before = set(connection.scalars(select(SearchEventRow.search_name).where(mine)))
    if gone := before - set(names):
        lost = SearchEventRow.search_name.in_(gone)
        connection.execute(delete(SearchEventRow).where(mine, lost))
    if new := set(names) - before:
        rows = [
            {"search_name": name, "event_id": event_id, "arrived_at": now} for name in sorted(new)
        ]
        connection.execute(insert(SearchEventRow), rows)
    return bool(new)


def found_since(session: Session, event_id: int, at: datetime) -> list[Target]:
    """The searches that an event came to at an instant, and that find it still."""
    mine = SearchEventRow.event_id == event_id, SearchEventRow.arrived_at == at
    names = session.scalars(select(SearchEventRow.search_name).where(*mine))
    return [Target(TargetKind.SEARCH, name) for name in sorted(names)]


def arrivals_since(session: Session, since: datetime) -> Mapping[int, frozenset[datetime]]:
    """When events came to searches since an instant, by the event's number."""
    arrived = select(SearchEventRow.event_id, SearchEventRow.arrived_at).distinct()
    found: dict[int, frozenset[datetime]] = {}
    for event_id, at in session.execute(arrived.where(SearchEventRow.arrived_at >= since)):
        found[event_id] = found.get(event_id, frozenset()).union([at] if at else ())
    return dict(sorted(found.items()))


def arrived_since(session: Session, names: Collection[str], since: datetime) -> frozenset[int]:
    """The events that some searches find since an instant or later."""
    mine = SearchEventRow.search_name.in_(names)
    arrived = select(SearchEventRow.event_id).where(mine, SearchEventRow.arrived_at >= since)
    return frozenset(session.scalars(arrived)) if names else frozenset()


def searches_of(session: Session, reader_id: int) -> int:
    """How many searches a reader follows."""
    running = SubscriptionRow.reader_id == reader_id, SubscriptionRow.ended_at.is_(None)
    to_search = SubscriptionRow.target_kind == str(TargetKind.SEARCH)
    return len(session.scalars(select(SubscriptionRow.id).where(*running, to_search)).all())


def forget_searches(session: Session) -> None:
    """Removes the searches that nobody follows any more."""
    followed = select(SubscriptionRow.target_name).where(
        SubscriptionRow.target_kind == str(TargetKind.SEARCH), SubscriptionRow.ended_at.is_(None)
    )
    session.execute(delete(SearchRow).where(SearchRow.name.not_in(followed)))
