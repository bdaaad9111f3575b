"""Many confirmed readers at once, as they would be after years, and an event that all follow."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import text

from calendar_service.actions.service import Service
from calendar_service.domain.zones import to_wall
from tests.calendars_at_work import NATO, confirmed, load_feeds, publish_event

ZONES = ("Europe/Tirane", "Europe/London", "America/New_York", "Europe/Brussels")
LANGUAGES = ("sq", "en", "fr")


def address(number: int) -> str:
    """The address of one of the crowd, counted from 1."""
    return f"reader{number}@example.org"


def crowd(service: Service, readers: int) -> set[str]:
    """Readers of NATO's feed in several languages and zones; their addresses.

    The first signs up as people do, and the others are made in the store in that one's likeness.
    """
    load_feeds(service, NATO)
    confirmed(service, address(1))
    with service.database.write() as session:
        if service.database.dialect == "sqlite":
            numbers = (
                "(WITH RECURSIVE g(n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM g WHERE n < :most)"
                " SELECT n FROM g)"
            )
        else:
            numbers = "(SELECT n FROM generate_series(2, :most) AS g(n)) AS g"
        first = "(SELECT * FROM reader WHERE address = 'reader1@example.org') AS r"
        session.execute(
            text(
                "INSERT INTO reader (key, address, address_key, confirmed_at) SELECT 'key' || n, "
                "'reader' || n || '@example.org', 'reader' || n || '@example.org', r.confirmed_at "
                f"FROM {first}, {numbers} WHERE n <= :most"
            ),
            {"most": readers},
        )
        session.execute(
            text(
                "INSERT INTO subscription (reader_id, target_kind, target_name, language, zone, "
                "hour, started_at) SELECT id, 'feed', 'nato', "
                f"{_one_of(LANGUAGES)}, {_one_of(ZONES)}, '08:00', confirmed_at "
                "FROM reader WHERE address <> 'reader1@example.org'"
            )
        )
        session.execute(
            text(
                "INSERT INTO subscription_offset (subscription_id, \"offset\") SELECT id, 'P1D' "
                "FROM subscription WHERE id NOT IN "
                "(SELECT subscription_id FROM subscription_offset)"
            )
        )
    return {address(number) for number in range(1, readers + 1)}


def due_soon(service: Service, uid: str = "briefing", *, within: timedelta) -> datetime:
    """Publishes an event whose day-before reminder is due that soon; tells when."""
    due = (service.clock.now() + within).replace(microsecond=0)
    start = to_wall(due, "Europe/Brussels") + timedelta(days=1)
    end = start + timedelta(hours=1)
    publish_event(
        service,
        uid,
        start.isoformat(timespec="seconds"),
        end=end.isoformat(timespec="seconds"),
        zone="Europe/Brussels",
    )
    return due


def _one_of(names: tuple[str, ...]) -> str:
    cases = " ".join(f"WHEN {number} THEN '{name}'" for number, name in enumerate(names))
    return f"CASE id % {len(names)} {cases} END"
