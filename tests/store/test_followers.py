"""Followers are gone through in batches: each of them once, however they lie in the index."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from calendar_service.domain.readers import Target, TargetKind
from calendar_service.store.database import Database
from calendar_service.store.queries.deliveries import FRESH
from calendar_service.store.queries.followers import Cursor, Owing, owe_followers
from calendar_service.store.rows import (
    DeliveryRow,
    ReaderRow,
    SubscriptionOffsetRow,
    SubscriptionRow,
)

NOW = datetime(2026, 2, 11, 8, tzinfo=UTC)
NATO = Target(TargetKind.FEED, "nato")
PLACES = tuple(product(("Africa/Cairo", "Europe/Paris", "Europe/Tirane"), ("07:00", "08:00")))
FACTS = {
    **FRESH,
    "key": "reminder:email:1:P1D:0",
    "kind": "reminder",
    "lane": 0,
    "event_id": None,
    "occurrence_id": None,
    "time_rev": 0,
    "offset": "P1D",
    "due_at": NOW,
    "deadline": NOW + timedelta(days=1),
    "created_at": NOW,
}


def enrol(session: Session, number: int, zone: str, hour: str, *, follows: str = "nato") -> None:
    """A reader, whose subscription has the same number and wants to be told the day before."""
    name = f"reader{number}@example.org"
    session.execute(
        insert(ReaderRow).values(
            id=number, key=str(number), address=name, address_key=name, confirmed_at=NOW
        )
    )
    session.execute(
        insert(SubscriptionRow).values(
            id=number,
            reader_id=number,
            target_kind="feed",
            target_name=follows,
            language="sq",
            zone=zone,
            hour=hour,
            started_at=NOW,
        )
    )
    session.execute(insert(SubscriptionOffsetRow).values(subscription_id=number, offset="P1D"))


def owed(session: Session, owing: Owing, limit: int) -> tuple[list[int], int]:
    """Who is owed a mail in the end, and in how many batches."""
    cursor: Cursor | None = Cursor(NATO)
    batches = 0
    while cursor is not None:
        cursor = owe_followers(session, owing, cursor, limit=limit)
        cursor = Cursor.parse(str(cursor)) if cursor else None
        batches += 1
    return owed_to(session), batches


def owed_to(session: Session) -> list[int]:
    return sorted(reader or 0 for reader in session.scalars(select(DeliveryRow.reader_id)))


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 7, 13, 14, 100])
def test_everybody_is_owed_one_whatever_the_size_of_a_batch(database: Database, limit: int) -> None:
    with database.write() as session:
        for number in range(1, 14):
            enrol(session, number, *PLACES[number * number % len(PLACES)])
        enrol(session, 99, *PLACES[0], follows="another")
        found, batches = owed(session, Owing(FACTS, NOW, offset="P1D"), limit)
    assert found == list(range(1, 14))
    assert batches == 13 // limit + 1


@pytest.mark.parametrize("limit", [1, 2, 4, 100])
def test_those_in_one_zone_at_one_hour_are_owed_alone(database: Database, limit: int) -> None:
    with database.write() as session:
        for number in range(1, 19):
            enrol(session, number, *PLACES[number % len(PLACES)])
        found, _ = owed(session, Owing(FACTS, NOW, among=PLACES[1], offset="P1D"), limit)
    assert found == [1, 7, 13]


def test_who_begins_to_follow_meanwhile_is_owed_one_too(database: Database) -> None:
    owing = Owing(FACTS, NOW, offset="P1D")
    with database.write() as session:
        for number in range(1, 5):
            enrol(session, number, *PLACES[2])
        cursor = owe_followers(session, owing, Cursor(NATO), limit=2)
        assert cursor is not None
        enrol(session, 5, *PLACES[0])
        enrol(session, 6, *PLACES[4])
        assert owe_followers(session, owing, cursor, limit=100) is None
        assert owed_to(session) == [1, 2, 3, 4, 5, 6]


def test_a_cursor_that_an_older_release_wrote_begins_its_target_again_and_doubles_nothing(
    database: Database,
) -> None:
    owing, older = Owing(FACTS, NOW, offset="P1D"), '["feed", "nato", "Europe/Tirane", "08:00", 3]'
    with database.write() as session:
        for number in range(1, 5):
            enrol(session, number, *PLACES[number])
        assert owe_followers(session, owing, Cursor(NATO), limit=2) == Cursor(NATO, 2)
        cursor = Cursor.parse(older)
        assert cursor == Cursor(NATO)
        assert owe_followers(session, owing, cursor, limit=100) is None
        assert owed_to(session) == [1, 2, 3, 4]
