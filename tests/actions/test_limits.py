"""What becomes of a form that is abused: nobody gets more mail, and nobody is told apart."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select, text

from calendar_service.actions.choices import TypedChoices
from calendar_service.actions.limits import (
    NETWORK,
    Asker,
    forget_limits,
    is_under_pressure,
    network_of,
)
from calendar_service.actions.service import Service
from calendar_service.actions.signup import SignupRequest, request_subscription
from calendar_service.clock import SetClock
from calendar_service.domain.readers import Target, TargetKind
from calendar_service.errors import TooManyError
from calendar_service.store.rows import DeliveryRow
from tests.calendars_at_work import NATO, load_feeds
from tests.delivery.mailings import deliver, sent_to
from tests.stores import WINTER

TARGET = Target(TargetKind.FEED, "nato")


def ask(service: Service, address: str, *, ip: str = "", has_worked: bool = False) -> None:
    asker = Asker(ip, has_worked=has_worked)
    choices = TypedChoices(("P1D",), "en", "Europe/Tirane")
    request_subscription(
        service, SignupRequest(TARGET, address, choices, consent=True, shown_in="en", asker=asker)
    )


def turns(service: Service) -> list[timedelta]:
    """How long after WINTER each confirmation leaves at the earliest."""
    with service.database.read() as session:
        rows = session.scalars(select(DeliveryRow).order_by(DeliveryRow.id)).all()
        return [(row.not_before or row.due_at) - WINTER for row in rows]


@pytest.mark.parametrize(
    ("number", "each_after"),
    [
        (200, timedelta(minutes=6)),
        pytest.param(9000, timedelta(seconds=9.6), marks=pytest.mark.thorough),
        pytest.param(2000, timedelta(), marks=pytest.mark.thorough),
    ],
)
def test_one_address_gets_a_mail_an_hour_and_three_a_day_however_often_it_is_typed(
    service: Service, clock: SetClock, number: int, each_after: timedelta
) -> None:
    """From a thousand networks; spread over a day, or all at once."""
    load_feeds(service, NATO)
    for count in range(number):
        clock.set(WINTER + count * each_after)
        ip = f"198.{count % 4}.{count % 250}.1"
        with suppress(TooManyError):
            ask(service, "Victim@example.org" if count % 2 else "victim@example.org", ip=ip)
        if count % (number // 50) == 0:
            deliver(service)
    found = sorted(turns(service))
    assert 2 <= len(found) <= 3
    gaps = [after - before for before, after in pairwise(found)]
    assert min(gaps, default=timedelta(hours=1)) >= timedelta(hours=1)
    clock.set(WINTER + timedelta(hours=24))
    deliver(service)
    assert 2 <= len(sent_to(service)) <= 3
    assert {to.lower() for to in sent_to(service)} == {"victim@example.org"}


def test_who_signs_up_twice_gets_the_second_mail_an_hour_later(
    service: Service, clock: SetClock
) -> None:
    load_feeds(service, NATO)
    ask(service, "reader@example.org")
    assert deliver(service) == 1
    for _ in range(5):
        ask(service, "reader@example.org")
    assert turns(service) == [timedelta(), timedelta(hours=1)]
    clock.set(WINTER + timedelta(minutes=59))
    assert deliver(service) == 0
    clock.set(WINTER + timedelta(hours=1))
    assert deliver(service) == 1


def test_a_network_that_asks_for_many_waits_its_turn_and_then_is_told(
    service: Service, clock: SetClock
) -> None:
    load_feeds(service, NATO)
    for number in range(NETWORK.size + NETWORK.debt):
        assert is_under_pressure(service, "192.0.2.200") is (number >= NETWORK.size)
        ask(service, f"reader{number}@example.org", ip=f"192.0.2.{number}")
    found = turns(service)
    assert found[: NETWORK.size] == [timedelta()] * NETWORK.size
    assert found[NETWORK.size :] == [timedelta(minutes=1 + n) for n in range(NETWORK.debt)]
    with pytest.raises(TooManyError):
        ask(service, "one-more@example.org", ip="192.0.2.255")
    ask(service, "elsewhere@example.org", ip="203.0.113.1")
    assert turns(service)[-1] == timedelta()
    clock.set(WINTER + timedelta(minutes=1))
    ask(service, "one-more@example.org", ip="192.0.2.255")


def test_who_has_done_the_work_need_not_wait(service: Service) -> None:
    load_feeds(service, NATO)
    for number in range(NETWORK.size + 5):
        ask(service, f"reader{number}@example.org", ip="192.0.2.1")
    ask(service, "worked@example.org", ip="192.0.2.1", has_worked=True)
    assert turns(service)[-2:] == [timedelta(minutes=5), timedelta()]


def test_no_address_of_a_reader_or_a_machine_is_kept(sqlite_service: Service) -> None:
    load_feeds(sqlite_service, NATO)
    ask(sqlite_service, "reader@example.org", ip="192.0.2.1")
    with sqlite_service.database.read() as session:
        names = session.execute(text("SELECT name FROM bucket ORDER BY name")).scalars().all()
    assert [name.split()[0] for name in names] == ["day", "hour", "network", "whole"]
    assert not [name for name in names if "192.0.2" in name or "@" in name]


def test_what_makes_no_difference_any_more_is_forgotten(
    sqlite_service: Service, clock: SetClock
) -> None:
    load_feeds(sqlite_service, NATO)
    ask(sqlite_service, "reader@example.org", ip="192.0.2.1")
    clock.set(WINTER + timedelta(days=2))
    ask(sqlite_service, "other@example.org")
    clock.set(WINTER + timedelta(days=3))
    forget_limits(sqlite_service)
    with sqlite_service.database.read() as session:
        names = session.execute(text("SELECT name FROM bucket")).scalars().all()
    assert sorted(name.split()[0] for name in names) == ["day", "hour", "whole"]


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:22ff:3::1", "2001:db8:1:2200::/56"),
        ("nonsense", "nonsense"),
    ],
)
def test_a_network_is_what_one_subscriber_of_a_provider_has(address: str, network: str) -> None:
    assert network_of(address) == network
