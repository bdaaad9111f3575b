"""Calendars read back."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from calendar_service.domain.events import Status
from calendar_service.errors import InvalidInputError
from calendar_service.ical.reading import ReadEvent, read_calendar
from tests.builders import all_day, timed, utc
from tests.ical.samples import feed_of, published

CALENDARS = Path(__file__).parents[1] / "calendars"


def test_what_we_write_is_read_back() -> None:
    content = feed_of(
        published(
            all_day("2026-07-07", "2026-07-08"), "summit", title={"en": "Summit; C:\\New, 2026"}
        ),
        published(timed("2026-02-12 14:00", "15:00"), "council", status=Status.CANCELLED),
        published(timed("2026-02-12 23:00", zone="Africa/Cairo"), "call"),
    )
    assert read_calendar(content, "feed") == (
        ReadEvent(
            uid="council",
            sequence=0,
            summary="Cancelled: Meeting",
            start=utc("2026-02-12 13:00"),
            end=utc("2026-02-12 14:00"),
            all_day=False,
            status="CANCELLED",
        ),
        ReadEvent("call", 0, "Meeting", utc("2026-02-12 21:00"), None, False, "CONFIRMED"),
        ReadEvent(
            uid="summit",
            sequence=0,
            summary="Summit; C:\\New, 2026",
            start=date(2026, 7, 7),
            end=date(2026, 7, 9),
            all_day=True,
            status="CONFIRMED",
        ),
    )


def test_what_others_leave_out_has_its_meaning_of_rfc_5545() -> None:
    (event,) = read_calendar((CALENDARS / "only-what-is-required.ics").read_bytes(), "theirs")
    assert (event.uid, event.sequence, event.summary) == ("required", 0, "")
    assert (event.all_day, event.status) == (False, "CONFIRMED")
    assert event.start.isoformat() == "2026-02-12T09:00:00"
    assert event.end is not None
    assert event.end.isoformat() == "2026-02-12T10:30:00"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "theirs: is no calendar: "),
        (b"<html><body>404</body></html>", "theirs: is no calendar: "),
        (b"\xff\xfe\x00\x00", "theirs: is no calendar: "),
        (b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n", "theirs: is no calendar: "),
        (b"BEGIN:VEVENT\r\nEND:VEVENT\r\n", "it begins with BEGIN:VEVENT"),
    ],
)
def test_what_is_no_calendar_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        read_calendar(content, "theirs")
    assert message in str(caught.value)


def test_every_mistake_is_named_with_its_event() -> None:
    with pytest.raises(InvalidInputError) as caught:
        read_calendar((CALENDARS / "events-with-mistakes.ics").read_bytes(), "theirs")
    assert [problem.key for problem in caught.value.problems] == [
        "event no-such-day",
        "event without UID",
        "event no-start",
    ]
