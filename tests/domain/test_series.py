"""Series with dates added and left out, and with instances that differ."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from calendar_service.domain.documents import read_event, write_event
from calendar_service.domain.events import Event, Place, Status
from calendar_service.domain.recurrence import Occurrence, Recurrence, occurrences
from calendar_service.domain.stretches import Stretch, move_series, stretches
from calendar_service.domain.when import InMonth, Timed
from calendar_service.domain.windows import window_of
from calendar_service.errors import InvalidInputError
from tests.builders import all_day, day, feed, revision, timed, utc, wall
from tests.builders import event as event_of


def series(
    start: str = "2026-03-02T09:00:00", *, last: str | None = None, **recurrence: Any
) -> Event:
    """Mondays at nine in Brussels, for an hour, ten times unless told otherwise."""
    told: dict[str, Any] = {"rule": "FREQ=WEEKLY;COUNT=10", **recurrence}
    times = {"start": start, "end": last or start}
    if "T" in start:
        times |= {"end": start.replace("09:00", "10:00"), "zone": "Europe/Brussels"}
    texts = {"language": "en", "title": {"en": "Weekly"}}
    return read_event({"uid": "weekly", "slug": "weekly", **texts, **times, "recurrence": told})


def instances(
    event: Event, first: str = "2026-01-01", last: str = "2026-12-31"
) -> list[Occurrence]:
    assert not isinstance(event.when, InMonth)
    return list(occurrences(event.when, event.recurrence, first=day(first), last=day(last)))


def begun(event: Event) -> list[str]:
    """When each instance begins, on the wall."""
    return [
        f"{one.when.start:%m-%d %H:%M}"
        if isinstance(one.when, Timed)
        else f"{one.when.first:%m-%d}"
        for one in instances(event)
    ]


def stretches_of(event: Event) -> list[Stretch]:
    assert not isinstance(event.when, InMonth)
    assert event.recurrence is not None
    return list(stretches(event.when, event.recurrence))


def test_added_and_excluded_dates_are_kept_in_order() -> None:
    event = series(
        rule="FREQ=WEEKLY;COUNT=3",
        added=["2026-03-05T15:00:00"],
        excluded=["2026-03-09T09:00:00"],
    )
    assert begun(event) == ["03-02 09:00", "03-05 15:00", "03-16 09:00"]


def test_a_series_can_be_a_list_of_dates_without_a_rule() -> None:
    event = series("2026-03-02", rule="", added=["2026-06-01", "2026-04-01"])
    assert begun(event) == ["03-02", "04-01", "06-01"]


def test_an_instance_that_moves_keeps_its_name_and_says_what_differs() -> None:
    event = series(
        overrides=[
            {
                "of": "2026-03-16T09:00:00",
                "start": "2026-03-17T11:00:00",
                "end": "2026-03-17T12:30:00",
                "title": {"en": "Special"},
            }
        ]
    )
    (moved,) = [one for one in instances(event) if one.changes]
    assert moved.recurrence_id == "20260316T090000"
    assert moved.when == timed("2026-03-17 11:00", "12:30")
    as_it_is = event.at(moved)
    assert (as_it_is.title, as_it_is.when, as_it_is.recurrence) == (
        {"en": "Special"},
        moved.when,
        None,
    )


@pytest.mark.parametrize(
    ("elsewhere", "zone"), [({}, "Europe/Brussels"), ({"zone": "Asia/Tokyo"}, "Asia/Tokyo")]
)
def test_an_hour_that_moves_lasts_as_long_as_the_others(
    elsewhere: dict[str, str], zone: str
) -> None:
    moved = {"of": "2026-03-16T09:00:00", "start": "2026-03-17T11:00:00", **elsewhere}
    (found,) = [one for one in instances(series(overrides=[moved])) if one.changes]
    assert found.when == timed("2026-03-17 11:00", "12:00", zone=zone)


def test_days_that_move_are_as_many_as_the_others_unless_their_last_is_said() -> None:
    changes = [
        {"of": "2026-03-09", "start": "2026-03-11"},
        {"of": "2026-03-16", "start": "2026-03-17", "end": "2026-03-17"},
    ]
    event = series("2026-03-02", last="2026-03-03", overrides=changes)
    found = [one.when for one in instances(event) if one.changes]
    assert found == [all_day("2026-03-11", "2026-03-12"), all_day("2026-03-17")]


def test_what_moves_into_the_days_asked_for_is_found_and_what_moves_out_is_not() -> None:
    event = series(
        overrides=[
            {"of": "2026-03-09T09:00:00", "start": "2026-04-30T09:00:00"},
            {"of": "2026-04-27T09:00:00", "start": "2026-03-10T09:00:00"},
        ]
    )
    found = instances(event, "2026-03-08", "2026-03-14")
    assert [one.recurrence_id for one in found] == ["20260427T090000"]


def test_this_and_the_rest_move_by_as_much_as_the_first_of_them() -> None:
    event = series(
        rule="FREQ=WEEKLY;COUNT=4",
        overrides=[
            {
                "of": "2026-03-16T09:00:00",
                "and_rest": True,
                "start": "2026-03-17T10:00:00",
                "end": "2026-03-17T10:30:00",
            }
        ],
    )
    assert begun(event) == ["03-02 09:00", "03-09 09:00", "03-17 10:00", "03-24 10:00"]
    assert instances(event)[-1].when == timed("2026-03-24 10:00", "10:30")


def test_a_later_change_of_the_rest_takes_the_place_of_an_earlier_one() -> None:
    event = series(
        rule="FREQ=WEEKLY;COUNT=3",
        overrides=[
            {"of": "2026-03-09T09:00:00", "and_rest": True, "title": {"en": "Spring"}},
            {"of": "2026-03-16T09:00:00", "and_rest": True, "title": {"en": "Summer"}},
            {"of": "2026-03-16T09:00:00", "status": "cancelled", "reason": {"en": "Holiday"}},
        ],
    )
    told = [event.at(one) for one in instances(event)]
    assert [one.title["en"] for one in told] == ["Weekly", "Spring", "Summer"]
    assert [one.status for one in told] == [
        Status.CONFIRMED,
        Status.CONFIRMED,
        Status.CANCELLED,
    ]


def test_nothing_of_a_cancelled_series_takes_place() -> None:
    event = series(overrides=[{"of": "2026-03-09T09:00:00", "status": "confirmed"}])
    document = write_event(event) | {"status": "cancelled"}
    cancelled = read_event(document)
    assert {cancelled.at(one).status for one in instances(cancelled)} == {Status.CANCELLED}


def test_a_document_is_written_as_it_was_read() -> None:
    event = series(
        added=["2026-03-05T15:00:00"],
        excluded=["2026-03-09T09:00:00"],
        overrides=[
            {
                "of": "2026-03-16T09:00:00",
                "start": "2026-03-17T11:00:00",
                "place": {"name": {"en": "X"}},
            },
            {"of": "2026-04-06T09:00:00", "and_rest": True, "description": {"en": "New.\n\nTwo."}},
        ],
    )
    assert read_event(write_event(event)) == event
    assert write_event(read_event(write_event(event))) == write_event(event)


@pytest.mark.parametrize(
    ("recurrence", "problem"),
    [
        ({"added": ["2026-03-09T09:00:00"]}, "recurrence.added: 2026-03-09T09:00:00 is a date of"),
        ({"added": ["2026-03-10"]}, "must be written with its hour"),
        ({"added": "2026-03-10"}, "must be a list of starts"),
        ({"added": ["2026-03-10T09:00:00"] * 2}, "names one start twice"),
        ({"excluded": ["2026-03-10T09:00:00"]}, "is no date of the rule"),
        ({"rule": "FREQ=WEEKLY;COUNT=1", "excluded": ["2026-03-02T09:00:00"]}, "leaves no date"),
        ({"rule": ""}, "recurrence.rule"),
        ({"overrides": [{"title": {"en": "x"}}]}, "recurrence.overrides[1].of: is missing"),
        ({"overrides": [{"of": "2026-03-03T09:00:00"}]}, "is no date of the series"),
        ({"overrides": [{"of": "2026-03-09T09:00:00"}] * 2}, "say two things of one date"),
        (
            {"overrides": [{"of": "2026-03-09T09:00:00", "start": "2026-03-09", "zone": ""}]},
            "must have an hour if the series has one",
        ),
        (
            {"overrides": [{"of": "2026-03-09T09:00:00", "status": "draft"}]},
            "'draft' is not one of",
        ),
        (
            {
                "overrides": [
                    {
                        "of": "2026-03-09T09:00:00",
                        "and_rest": True,
                        "start": "2026-03-09T09:00:00",
                        "zone": "Asia/Tokyo",
                    }
                ]
            },
            "must stay Europe/Brussels",
        ),
    ],
)
def test_a_mistake_is_named_with_its_place_and_remedy(
    recurrence: dict[str, Any], problem: str
) -> None:
    with pytest.raises(InvalidInputError) as refused:
        series(**recurrence)
    assert problem in "\n".join(map(str, refused.value.problems))


def test_a_series_that_changes_is_written_as_two_with_a_rule_each() -> None:
    event = series(
        overrides=[{"of": "2026-04-06T09:00:00", "and_rest": True, "start": "2026-04-07T10:00:00"}]
    )
    first, rest = stretches_of(event)
    assert first.rule == "FREQ=WEEKLY;UNTIL=20260330T070000Z"
    assert (rest.rule, rest.when.first_day) == ("FREQ=WEEKLY;COUNT=5", day("2026-04-07"))
    assert rest.shift == timedelta(days=1, hours=1)


def test_a_change_of_the_whole_series_is_one_stretch() -> None:
    event = series(
        overrides=[{"of": "2026-03-02T09:00:00", "and_rest": True, "start": "2026-03-02T10:00:00"}]
    )
    (only,) = stretches_of(event)
    assert only.rule == "FREQ=WEEKLY;COUNT=10"


@pytest.mark.parametrize("rule", ["FREQ=WEEKLY;BYDAY=MO,TU;COUNT=8", "FREQ=MONTHLY;COUNT=8"])
def test_no_rule_is_made_where_moved_days_would_not_follow_it(rule: str) -> None:
    of = "2026-03-16T09:00:00" if "WEEKLY" in rule else "2026-04-02T09:00:00"
    start = "2026-03-17T09:00:00" if "WEEKLY" in rule else "2026-04-03T09:00:00"
    event = series(rule=rule, overrides=[{"of": of, "and_rest": True, "start": start}])
    assert [one.rule is None for one in stretches_of(event)] == [False, True]


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;COUNT=9",
        "FREQ=WEEKLY;INTERVAL=2;UNTIL=20261001T070000Z",
        "FREQ=MONTHLY;BYDAY=1MO;COUNT=6",
        "FREQ=YEARLY;COUNT=3",
        "FREQ=WEEKLY",
    ],
)
@pytest.mark.parametrize("later", [timedelta(), timedelta(hours=3), timedelta(days=2)])
def test_the_stretches_together_are_the_series(rule: str, later: timedelta) -> None:
    plain = instances(series(rule=rule), last="2028-12-31")
    of = plain[2].when
    assert isinstance(of, Timed)
    change = {"of": of.start.isoformat(), "and_rest": True, "start": (of.start + later).isoformat()}
    event = series(rule=rule, overrides=[change])
    found = []
    for stretch in stretches_of(event):
        if stretch.rule is None:
            return  # its instances are written one by one
        part = (
            read_event(write_event(series(rule=stretch.rule, start="2026-03-02T09:00:00")))
            if (stretch.when == event.when)
            else _standing_alone(stretch)
        )
        found += [one.when.starts_at("UTC") for one in instances(part, last="2028-12-31")]
    assert found == [one.when.starts_at("UTC") for one in instances(event, last="2028-12-31")]


def _standing_alone(stretch: Stretch) -> Event:
    assert isinstance(stretch.when, Timed)
    return read_event(
        {
            "uid": "rest",
            "slug": "rest",
            "language": "en",
            "title": {"en": "Rest"},
            "start": stretch.when.start.isoformat(),
            "zone": stretch.when.zone,
            "recurrence": {"rule": stretch.rule},
        }
    )


def test_a_series_that_moves_takes_all_its_dates_with_it() -> None:
    event = series(
        rule="FREQ=WEEKLY;UNTIL=20260330T070000Z",
        excluded=["2026-03-09T09:00:00"],
        added=["2026-03-05T15:00:00"],
        overrides=[{"of": "2026-03-16T09:00:00", "start": "2026-03-17T11:00:00"}],
    )
    before, after = event.when, timed("2026-03-03 08:00", "09:00")
    assert isinstance(before, Timed)
    assert event.recurrence is not None
    moved = move_series(event.recurrence, before, after)
    found = occurrences(after, moved, first=day("2026-01-01"), last=day("2026-12-31"))
    assert [f"{one.when.start:%m-%d %H:%M}" for one in found if isinstance(one.when, Timed)] == [
        "03-03 08:00",
        "03-06 14:00",
        "03-18 10:00",
        "03-24 08:00",
        "03-31 08:00",
    ]


def test_a_series_stays_as_it_is_between_days_and_hours() -> None:
    event = series()
    assert event.recurrence is not None
    assert isinstance(event.when, Timed)
    assert move_series(event.recurrence, event.when, all_day("2026-03-02")) is event.recurrence


def test_what_is_over_stays_for_ever_unless_the_feed_says_how_long() -> None:
    summit = revision(event_of("Summit", all_day("2026-07-07", "2026-07-08")))
    assert window_of(feed(), summit).until is None
    in_ankara = revision(
        event_of("Summit", summit.event.when, place=Place({"sq": "Ankara"}, "Europe/Istanbul"))
    )
    assert window_of(feed(past_days=10), in_ankara).until == utc("2026-07-18 21:00")


def test_what_runs_somewhere_on_earth_is_not_over() -> None:
    """A day without a place is over when it is in the last zone, and no end is that of the day."""
    anywhere = revision(event_of("Day", all_day("2026-07-07")))
    assert window_of(feed(past_days=0), anywhere).until == utc("2026-07-08 12:00")
    month = revision(event_of("Month", InMonth(2026, 7)))
    assert window_of(feed(past_days=0), month).until == utc("2026-08-01 12:00")
    open_end = revision(event_of("Talks", timed("2026-07-07 15:00")))
    assert window_of(feed(past_days=0), open_end).until == utc("2026-07-07 22:00")


@pytest.mark.parametrize("rule", ["FREQ=YEARLY;COUNT=99999", "FREQ=YEARLY;UNTIL=99991231"])
def test_a_series_to_the_end_of_time_stays_for_ever(rule: str) -> None:
    event = event_of("Day", all_day("2026-12-31", "2027-01-02"), recurrence=Recurrence(rule))
    assert window_of(feed(past_days=36_500), revision(event)).until is None
    cancelled = replace(event, status=Status.CANCELLED)
    assert window_of(feed(), revision(cancelled)).marked_until == utc("2026-02-04 10:00")


def test_a_series_leaves_with_its_last_instance_and_an_endless_one_never() -> None:
    assert window_of(feed(past_days=1), revision(series())).until == utc("2026-05-05 08:00")
    endless = revision(series(rule="FREQ=WEEKLY"))
    assert window_of(feed(past_days=1), endless).until is None


def test_what_does_not_take_place_is_shown_for_a_month_after_it_would_have() -> None:
    event = series(overrides=[{"of": "2026-03-16T09:00:00", "status": "cancelled"}])
    window = window_of(feed(), revision(event))
    assert (window.until, window.marked_until) == (None, utc("2026-04-15 09:00"))
    assert window_of(feed(cancelled_days=0), revision(event)).marked_until == utc(
        "2026-03-16 09:00"
    )
    called_off_late = revision(event, at="2026-05-01 10:00")
    assert window_of(feed(), called_off_late).marked_until == utc("2026-05-31 10:00")


def test_an_endless_series_that_ends_with_a_cancelled_rest_keeps_its_mark() -> None:
    event = series(
        rule="FREQ=WEEKLY",
        overrides=[{"of": "2026-03-16T09:00:00", "and_rest": True, "status": "cancelled"}],
    )
    assert window_of(feed(), revision(event)).marked_until is None


def test_starts_on_the_wall_are_read_from_a_list_of_toml_dates() -> None:
    event = series(added=[wall("2026-03-05 15:00")])
    assert event.recurrence is not None
    assert event.recurrence.added == (wall("2026-03-05 15:00"),)
