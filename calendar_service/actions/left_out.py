"""Events that no feed can show, for whoever is to mend them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from calendar_service.actions.service import Service
from calendar_service.store.queries.events import find_event, left_out_rows


@dataclass(frozen=True, slots=True)
class LeftOutEvent:
    """An event as it is stored, readable or not, and why it is in no feed."""

    uid: str
    slug: str
    reason: str
    document: Mapping[str, object]


def left_out_events(service: Service) -> list[LeftOutEvent]:
    """Every one of them, by UID."""
    with service.database.read() as session:
        return [
            LeftOutEvent(row.uid, row.slug, row.left_out or "", row.document)
            for row in left_out_rows(session)
        ]


def find_left_out(service: Service, name: str) -> LeftOutEvent | None:
    """The event of a UID or slug, if it is one of them."""
    with service.database.read() as session:
        row = find_event(session, name)
        if row is None or row.left_out is None:
            return None
        return LeftOutEvent(row.uid, row.slug, row.left_out, row.document)
