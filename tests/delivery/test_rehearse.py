"""Rehearsals: the real work on a simulated clock, and nothing else touched."""

from __future__ import annotations

import socket
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import NoReturn

import pytest

from calendar_service.actions.publishing import cancel_event, move_event
from calendar_service.actions.service import Service
from calendar_service.clock import SetClock
from calendar_service.delivery.rehearse import Rehearsal, rehearse
from calendar_service.domain.when import AllDay
from calendar_service.errors import CalendarError
from tests.calendars_at_work import (
    NATO,
    SUMMITS,
    confirmed,
    deliveries,
    load_feeds,
    planned,
    publish_event,
)
from tests.delivery.mailings import deliver

FEBRUARY = datetime(2026, 2, 1, tzinfo=UTC)
AUGUST = datetime(2026, 8, 1, tzinfo=UTC)


def played(service: Service, tmp_path: Path) -> list[tuple[str, str]]:
    return timeline(rehearse(service, start=FEBRUARY, end=AUGUST, maildir=tmp_path / "rehearsal"))


def timeline(result: Rehearsal) -> list[tuple[str, str]]:
    return [(f"{one.at:%m-%d %H:%M}", one.address) for one in result.mailings]


def test_each_reader_gets_what_they_chose_in_their_own_time(
    service: Service, tmp_path: Path
) -> None:
    load_feeds(service, NATO, SUMMITS)
    publish_event(service, "ministers", "2026-02-12")
    publish_event(service, "summit", "2026-07-07", end="2026-07-08", topics=["summit"])
    confirmed(service, offsets=("P7D", "P1D"))
    confirmed(service, "two@example.org", feed="summits", zone="America/New_York")
    assert played(service, tmp_path) == [
        ("02-05 07:00", "reader@example.org"),
        ("02-11 07:00", "reader@example.org"),
        ("06-30 06:00", "reader@example.org"),
        ("07-06 06:00", "reader@example.org"),
        ("07-06 12:00", "two@example.org"),
    ]


def test_nothing_of_the_real_store_changes(service: Service, tmp_path: Path) -> None:
    load_feeds(service, NATO)
    publish_event(service, "summit", "2026-07-07")
    confirmed(service)
    before = (planned(service), deliveries(service), deliveries(service, "confirmation"))
    assert len(played(service, tmp_path)) == 1
    assert (planned(service), deliveries(service), deliveries(service, "confirmation")) == before


def test_edits_show_in_the_rehearsal(service: Service, tmp_path: Path) -> None:
    load_feeds(service, NATO)
    publish_event(service, "ministers", "2026-02-12")
    publish_event(service, "summit", "2026-07-07")
    confirmed(service)
    cancel_event(service, "ministers", "Snow.")
    move_event(service, "summit", AllDay(date(2026, 7, 14), date(2026, 7, 14)))
    assert played(service, tmp_path) == [("07-13 06:00", "reader@example.org")]


def test_a_change_that_waits_to_be_told_shows_in_the_rehearsal(
    service: Service, clock: SetClock, tmp_path: Path
) -> None:
    load_feeds(service, NATO)
    publish_event(service, "summit", "2026-07-07")
    clock.set(FEBRUARY - timedelta(days=1))
    confirmed(service)
    clock.set(FEBRUARY)
    move_event(service, "summit", AllDay(date(2026, 7, 14), date(2026, 7, 14)))
    result = rehearse(service, start=FEBRUARY, end=AUGUST, maildir=tmp_path / "rehearsal")
    assert [(f"{one.at:%m-%d %H:%M}", one.subject) for one in result.mailings] == [
        ("02-01 00:03", "Moved: summit"),
        ("07-13 06:00", "Tomorrow: summit"),
    ]


def test_what_readers_were_told_already_is_not_told_in_the_rehearsal(
    service: Service, clock: SetClock, tmp_path: Path
) -> None:
    load_feeds(service, NATO)
    publish_event(service, "summit", "2026-07-07")
    clock.set(FEBRUARY - timedelta(days=1))
    confirmed(service)
    clock.set(FEBRUARY)
    move_event(service, "summit", AllDay(date(2026, 7, 14), date(2026, 7, 14)))
    clock.set(FEBRUARY + timedelta(minutes=5))
    assert deliver(service) == 1
    move_event(service, "summit", AllDay(date(2026, 7, 7), date(2026, 7, 7)))
    result = rehearse(service, start=FEBRUARY, end=AUGUST, maildir=tmp_path / "rehearsal")
    assert [one.subject for one in result.mailings] == ["Moved: summit", "Tomorrow: summit"]


def test_a_time_that_has_passed_can_be_rehearsed_again(service: Service, tmp_path: Path) -> None:
    load_feeds(service, NATO)
    publish_event(service, "the-hague", "2025-06-24", end="2025-06-25")
    confirmed(service)
    result = rehearse(
        service,
        start=datetime(2025, 6, 1, tzinfo=UTC),
        end=datetime(2025, 7, 1, tzinfo=UTC),
        maildir=tmp_path / "rehearsal",
    )
    assert timeline(result) == [("06-23 06:00", "reader@example.org")]


def test_where_nobody_follows_anything_a_sample_reader_signs_up(
    service: Service, tmp_path: Path
) -> None:
    load_feeds(service, NATO)
    publish_event(service, "summit", "2026-07-07")
    result = rehearse(service, start=FEBRUARY, end=AUGUST, maildir=tmp_path / "rehearsal")
    assert result.sampled
    assert [instant for instant, _ in timeline(result)] == [
        "02-01 00:00",  # the confirmation
        "06-30 06:00",
        "07-06 06:00",
        "07-07 06:00",
    ]


def test_no_socket_is_opened(
    sqlite_service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> NoReturn:
        raise AssertionError("a rehearsal opened a socket")

    load_feeds(sqlite_service, NATO)
    publish_event(sqlite_service, "summit", "2026-07-07")
    monkeypatch.setattr(socket, "socket", refuse)
    assert len(played(sqlite_service, tmp_path)) == 4


def test_progress_goes_forward_to_the_end(sqlite_service: Service, tmp_path: Path) -> None:
    load_feeds(sqlite_service, NATO)
    publish_event(sqlite_service, "summit", "2026-07-07")
    seen: list[datetime] = []
    rehearse(
        sqlite_service,
        start=FEBRUARY,
        end=AUGUST,
        maildir=tmp_path / "rehearsal",
        progress=seen.append,
    )
    assert seen == sorted(seen)
    assert seen[-1] <= AUGUST


def test_an_end_before_the_start_is_refused(sqlite_service: Service, tmp_path: Path) -> None:
    with pytest.raises(CalendarError, match="later day"):
        rehearse(sqlite_service, start=AUGUST, end=FEBRUARY, maildir=tmp_path / "rehearsal")
