"""Series in feeds: what apps read alike, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from calendar_service.domain.documents import read_event
from calendar_service.domain.events import Revision
from calendar_service.ical.calendars import render_for_feed
from calendar_service.ical.events import Piece
from tests.builders import revision
from tests.ical.linted import assert_clean
from tests.ical.samples import ORIGIN, feed_of, line, values


def series(start: str = "2026-03-02T09:00:00", **fields: Any) -> Revision:
    """Mondays at nine, for an hour, ten times; keywords are the recurrence's, and the event's."""
    of_event: dict[str, Any] = {
        name: fields.pop(name) for name in ("zone", "status") if name in fields
    }
    times: dict[str, str] = {
        "start": start,
        "zone": "Europe/Brussels",
        "end": start.replace("T09", "T10"),
    }
    if "T" not in start:
        times = {"start": start}
    document = {
        "uid": "weekly",
        "slug": "weekly",
        "language": "en",
        "title": {"en": "Weekly"},
        **times,
        **of_event,
        "recurrence": {"rule": "FREQ=WEEKLY;COUNT=10", **fields},
    }
    return revision(read_event(document))


def remaining(of: Revision) -> bytes:
    """The feed that hides what does not take place."""
    piece = render_for_feed(of, language="en", origin=ORIGIN)
    assert isinstance(piece, Piece)
    assert piece.remaining is not None
    return piece.remaining


def test_left_out_dates_have_the_type_and_zone_of_the_start() -> None:
    timed = feed_of(series(excluded=["2026-03-09T09:00:00", "2026-03-16T09:00:00"]))
    assert b"EXDATE;TZID=Europe/Brussels:20260309T090000\r\n" in timed
    assert values(timed, "EXDATE") == ["20260309T090000", "20260316T090000"]
    whole_days = feed_of(series("2026-03-02", excluded=["2026-03-09"]))
    assert line(whole_days, "EXDATE") == "EXDATE;VALUE=DATE:20260309"
    in_utc = feed_of(series(zone="UTC", excluded=["2026-03-09T09:00:00"]))
    assert line(in_utc, "EXDATE") == "EXDATE:20260309T090000Z"


def test_added_dates_are_events_of_their_own_because_apps_misread_rdate() -> None:
    content = feed_of(series(added=["2026-03-05T15:00:00"]))
    assert values(content, "UID") == ["weekly", "20260305T150000-weekly"]
    assert values(content, "DTSTART") == ["20260302T090000", "20260305T150000"]
    assert b"RDATE" not in content


def test_an_instance_that_differs_names_the_one_it_stands_for() -> None:
    change = {
        "of": "2026-03-16T09:00:00",
        "start": "2026-03-17T11:00:00",
        "title": {"en": "Special"},
    }
    content = feed_of(series(overrides=[change]))
    assert values(content, "UID") == ["weekly", "weekly"]
    assert line(content, "RECURRENCE-ID") == "RECURRENCE-ID;TZID=Europe/Brussels:20260316T090000"
    assert values(content, "DTSTART")[1] == "20260317T110000"
    assert values(content, "SUMMARY") == ["Weekly", "Special"]


def test_a_cancelled_instance_is_marked_and_hidden_it_is_left_out() -> None:
    change = {"of": "2026-03-16T09:00:00", "status": "cancelled", "reason": {"en": "Holiday"}}
    of = series(overrides=[change])
    content = feed_of(of)
    assert values(content, "SUMMARY") == ["Weekly", "Cancelled: Weekly"]
    assert values(content, "STATUS") == ["CONFIRMED", "CANCELLED"]
    assert values(content, "DESCRIPTION")[1].startswith("Holiday")
    assert b"EXDATE" not in content
    assert b"RECURRENCE-ID" not in remaining(of)
    assert b"EXDATE;TZID=Europe/Brussels:20260316T090000" in remaining(of)


def test_nothing_remains_of_what_is_cancelled_as_a_whole() -> None:
    assert remaining(series(status="cancelled", overrides=[{"of": "2026-03-16T09:00:00"}])) == b""


def test_what_changes_from_one_date_on_is_a_series_of_its_own() -> None:
    change = {"of": "2026-04-06T09:00:00", "and_rest": True, "start": "2026-04-07T10:00:00"}
    single = {"of": "2026-04-20T09:00:00", "title": {"en": "Special"}}
    content = feed_of(series(overrides=[change, single], excluded=["2026-04-13T09:00:00"]))
    assert values(content, "UID") == ["weekly", *["20260406T090000-weekly"] * 2]
    assert values(content, "RRULE") == [
        "FREQ=WEEKLY;UNTIL=20260330T070000Z",
        "FREQ=WEEKLY;COUNT=5",
    ]
    assert values(content, "EXDATE") == ["20260414T100000"]
    assert values(content, "RECURRENCE-ID") == ["20260421T100000"]
    assert b"RANGE" not in content


def test_where_only_one_date_is_left_of_a_series_it_is_written_as_it_is() -> None:
    first = {"of": "2026-03-02T09:00:00", "title": {"en": "Opening"}}
    rest = {"of": "2026-03-09T09:00:00", "and_rest": True, "start": "2026-03-10T10:00:00"}
    content = feed_of(series(overrides=[first, rest]))
    assert values(content, "UID") == ["weekly", "20260309T090000-weekly"]
    assert values(content, "SUMMARY") == ["Opening", "Weekly"]
    assert b"RECURRENCE-ID" not in content
    left_out = feed_of(series(overrides=[rest], excluded=["2026-03-02T09:00:00"]))
    assert values(left_out, "UID") == ["20260309T090000-weekly"]


def test_of_what_is_cancelled_from_one_date_on_the_dates_that_take_place_remain() -> None:
    rest = {"of": "2026-03-16T09:00:00", "and_rest": True, "status": "cancelled"}
    kept = {"of": "2026-03-30T09:00:00", "status": "confirmed"}
    added = {"of": "2026-04-02T09:00:00", "title": {"en": "Added"}}
    of = series(overrides=[rest, kept, added], added=["2026-04-02T09:00:00"])
    assert values(remaining(of), "UID") == [
        "weekly",
        "20260330T090000-weekly",
        "20260402T090000-weekly",
    ]


def test_in_a_zone_without_a_form_each_instance_stands_alone_with_what_differs() -> None:
    change = {"of": "2026-03-16T09:00:00", "start": "2026-03-17T11:00:00", "title": {"en": "New"}}
    content = feed_of(
        series(
            zone="Africa/Casablanca",
            rule="FREQ=WEEKLY;COUNT=4",
            excluded=["2026-03-09T09:00:00"],
            overrides=[change],
        )
    )
    assert values(content, "UID") == [
        f"{name}-weekly" for name in ("20260302T090000", "20260316T090000", "20260323T090000")
    ]
    assert values(content, "SUMMARY") == ["Weekly", "New", "Weekly"]
    assert all(start.endswith("Z") for start in values(content, "DTSTART"))
    assert b"RRULE" not in content


def test_one_instance_in_another_zone_is_written_in_that_of_the_series() -> None:
    change = {
        "of": "2026-03-16T09:00:00",
        "start": "2026-03-16T09:00:00",
        "zone": "Africa/Casablanca",
    }
    content = feed_of(series(overrides=[change]))
    assert values(content, "DTSTART") == ["20260302T090000", "20260316T100000"]
    assert line(content, "RECURRENCE-ID") == "RECURRENCE-ID;TZID=Europe/Brussels:20260316T090000"


def test_a_series_of_which_nothing_is_left_is_not_there() -> None:
    days = [f"2026-03-{day:02}T09:00:00" for day in (2, 9, 16)]
    cancelled = [{"of": day, "status": "cancelled"} for day in days]
    assert remaining(series(rule="FREQ=WEEKLY;COUNT=3", overrides=cancelled)) == b""
    assert remaining(series(rule="FREQ=WEEKLY;COUNT=4", overrides=cancelled)) != b""
    rest = {"of": days[2], "and_rest": True, "title": {"en": "New"}}
    split = series(rule="FREQ=WEEKLY;COUNT=3", overrides=[rest, cancelled[2]])
    assert values(remaining(split), "UID") == ["weekly"]


@pytest.mark.parametrize("form", ["marked", "unmarked", "remaining"])
def test_each_form_of_a_piece_is_clean(form: str) -> None:
    changes = [
        {"of": "2026-03-16T09:00:00", "status": "cancelled"},
        {"of": "2026-04-06T09:00:00", "and_rest": True, "start": "2026-04-07T10:00:00"},
    ]
    piece = render_for_feed(series(overrides=changes), language="en", origin=ORIGIN)
    assert isinstance(piece, Piece)
    content = {
        "marked": piece.content,
        "unmarked": piece.unmarked,
        "remaining": piece.remaining,
    }[form]
    assert content
    whole = feed_of().replace(b"END:VCALENDAR\r\n", content + b"END:VCALENDAR\r\n")
    zones = feed_of(series()).partition(b"BEGIN:VTIMEZONE")[2].partition(b"END:VTIMEZONE\r\n")[0]
    head, _, tail = whole.partition(b"BEGIN:VEVENT")
    assert_clean(head + b"BEGIN:VTIMEZONE" + zones + b"END:VTIMEZONE\r\n" + b"BEGIN:VEVENT" + tail)


def night(start: str, end: str, **fields: object) -> bytes:
    """A feed of what lasts from one day into the next."""
    document = {
        "uid": "night",
        "slug": "night",
        "language": "en",
        "title": {"en": "Night"},
        "zone": "Europe/Brussels",
        "start": start,
        "end": end,
        **fields,
    }
    return feed_of(revision(read_event(document)))


def test_an_instance_that_lasts_over_a_change_of_the_clocks_has_its_own_end() -> None:
    thrice = {"rule": "FREQ=WEEKLY;COUNT=3"}
    content = night("2026-03-21T23:00:00", "2026-03-22T06:00:00", recurrence=thrice)
    assert values(content, "RECURRENCE-ID") == ["20260328T230000"]
    assert values(content, "DTEND") == ["20260322T060000", "20260329T060000"]


def test_each_instance_has_its_own_end_where_the_first_lasts_over_a_change_of_the_clocks() -> None:
    thrice = {"rule": "FREQ=WEEKLY;COUNT=3"}
    content = night("2026-10-24T23:00:00", "2026-10-25T09:00:00", recurrence=thrice)
    assert b"RRULE" not in content
    starts = ["20261024T210000Z", "20261031T220000Z", "20261107T220000Z"]
    ends = ["20261025T080000Z", "20261101T080000Z", "20261108T080000Z"]
    assert (values(content, "DTSTART"), values(content, "DTEND")) == (starts, ends)


def test_one_event_that_lasts_over_a_change_of_the_clocks_is_in_utc() -> None:
    content = night("2026-10-23T10:00:00", "2026-10-27T10:00:00")
    assert values(content, "DTSTART") == ["20261023T080000Z"]
    assert values(content, "DTEND") == ["20261027T090000Z"]


def test_an_instance_by_day_has_no_need_of_it() -> None:
    assert b"RECURRENCE-ID" not in feed_of(series("2026-03-02T09:00:00", rule="FREQ=WEEKLY"))
