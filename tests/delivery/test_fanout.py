"""Who is owed a mail by now, however many things lead to its event, and what becomes of them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace

from sqlalchemy import delete, select

from calendar_service.actions.service import Service
from calendar_service.clock import SetClock
from calendar_service.delivery.fanout import TARGETS, fan_out, fan_out_batch
from calendar_service.domain.feeds import Feed, Selection
from calendar_service.store.rows import DeliveryRow, DueState, ReaderRow
from tests.calendars_at_work import NATO, confirmed, load_feeds, publish_event
from tests.delivery.mailings import DUE


def feeds(count: int) -> list[Feed]:
    """So many feeds of all events, in the order of their slugs."""
    return [replace(NATO, slug=f"feed{n:02}", position=100 + n) for n in range(count)]


def owed_to(service: Service) -> list[str]:
    """Who is owed a mail, in the order of the alphabet."""
    with service.database.read() as session:
        found = session.scalars(select(ReaderRow.address).join(DeliveryRow))
        return sorted(address.partition("@")[0] for address in found)


def test_who_follows_the_next_feed_is_reminded_though_the_event_has_left_the_one_before(
    service: Service, clock: SetClock
) -> None:
    one, other = feeds(2)
    load_feeds(service, one, other)
    publish_event(service, "ministers", "2026-02-12")
    confirmed(service, "anna@example.org", feed=one.slug)
    confirmed(service, "besa@example.org", feed=other.slug)
    clock.set(DUE)
    assert fan_out_batch(service, DUE, most=1) is DueState.PLANNED
    load_feeds(service, replace(one, selection=Selection(topics=("summit",))), other)
    fan_out(service)
    assert owed_to(service) == ["anna", "besa"]


def test_all_feeds_of_an_event_are_gone_through_a_few_at_a_time(
    service: Service, clock: SetClock
) -> None:
    offered = feeds(TARGETS + 2)
    load_feeds(service, *offered)
    publish_event(service, "ministers", "2026-02-12")
    for feed in offered:
        confirmed(service, f"{feed.slug}@example.org", feed=feed.slug)
    clock.set(DUE)
    assert fan_out_batch(service, DUE) is DueState.PLANNED
    assert len(owed_to(service)) == TARGETS - 1  # what is followed first is the event itself
    assert fan_out_batch(service, DUE) is DueState.DONE
    assert owed_to(service) == [feed.slug for feed in offered]


def test_who_is_erased_just_then_keeps_nobody_else_from_being_owed_theirs(
    service: Service, clock: SetClock
) -> None:
    load_feeds(service, NATO)
    publish_event(service, "ministers", "2026-02-12")
    for name in ("anna", "besa"):
        confirmed(service, f"{name}@example.org")
    clock.set(DUE)
    with ThreadPoolExecutor() as elsewhere:
        with service.database.write() as session:
            session.execute(delete(ReaderRow).where(ReaderRow.address == "anna@example.org"))
            owing = elsewhere.submit(fan_out, service, DUE)
            wait([owing], timeout=0.3)
        owing.result()
    assert owed_to(service) == ["besa"]
