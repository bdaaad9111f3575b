"""What there is to tell of a change: nothing, or what it was and what it is, in one word."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from calendar_service.domain.events import Event, Place, Status
from calendar_service.domain.notices import (
    Headline,
    Notice,
    Scope,
    compare,
    news_of,
    tell_at,
    worth_until,
)
from calendar_service.domain.recurrence import Override
from calendar_service.domain.stages import WAIT
from calendar_service.domain.stretches import move_series
from calendar_service.domain.when import AllDay, Timed, When
from tests.builders import all_day, event, in_month, timed, utc, wall, weekly

NOW = utc("2026-01-20 10:00")
ZONE = "Europe/Tirane"

BRIEFING = event(
    {"en": "Briefing", "fr": "Point de presse"},
    timed("2026-03-30 15:00", "16:00"),
    language="en",
    place=Place({"en": "Brussels", "fr": "Bruxelles"}, zone="Europe/Brussels"),
)


def told(before: Event, after: Event, language: str = "en", **known: Event) -> Notice | None:
    return compare(before, after, language, now=NOW, zone=ZONE, told=known)


def headline(before: Event, after: Event, language: str = "en") -> Headline | None:
    notice = told(before, after, language)
    return notice.headline if notice else None


def at(when: When, of: Event = BRIEFING, **fields: object) -> Event:
    return replace(of, when=when, **fields)  # type: ignore[arg-type]


# --- One event ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("when", "word"),
    [
        (timed("2026-03-31 15:00", "16:00"), Headline.MOVED),
        (timed("2026-03-30 14:00", "15:00"), Headline.MOVED),
        (timed("2026-03-30 15:00", "17:00"), Headline.MOVED),
        (all_day("2026-03-30"), Headline.MOVED),
        (in_month("2026-07"), Headline.MOVED),
        (timed("2026-03-30 16:00", "17:00", zone="Europe/Athens"), None),
        (timed("2026-03-30 15:00", "16:00", zone="Europe/Athens"), Headline.MOVED),
        (timed("2026-03-30 15:00", "16:00"), None),
    ],
)
def test_an_event_has_moved_if_it_is_at_another_instant(when: When, word: Headline | None) -> None:
    assert headline(BRIEFING, at(when)) is word


def test_a_day_that_becomes_known_is_a_new_date() -> None:
    assert headline(at(in_month("2026-07")), BRIEFING) is Headline.DATED
    assert headline(at(in_month("2026-07")), at(in_month("2026-08"))) is Headline.MOVED


def test_a_cancellation_is_told_once_and_whatever_else_changed() -> None:
    cancelled = at(all_day("2026-04-01"), status=Status.CANCELLED)
    assert headline(BRIEFING, cancelled) is Headline.CANCELLED
    assert headline(cancelled, replace(cancelled, reason={"en": "Snow."})) is None
    assert headline(cancelled, at(all_day("2026-05-01"), cancelled)) is None


def test_what_is_postponed_is_told_again_only_with_another_time() -> None:
    postponed = replace(BRIEFING, status=Status.POSTPONED)
    assert headline(BRIEFING, postponed) is Headline.POSTPONED
    assert headline(postponed, replace(postponed, place=None)) is None
    assert headline(postponed, at(in_month("2026-07"), postponed)) is Headline.POSTPONED
    assert headline(postponed, replace(postponed, status=Status.CANCELLED)) is Headline.CANCELLED


def test_what_was_postponed_gets_a_new_date_or_is_held_as_first_planned() -> None:
    postponed = replace(BRIEFING, status=Status.POSTPONED)
    assert headline(postponed, at(all_day("2026-06-01"))) is Headline.DATED
    assert headline(postponed, BRIEFING) is Headline.REVIVED


@pytest.mark.parametrize("when", [BRIEFING.when, all_day("2026-06-01")])
def test_what_was_cancelled_takes_place_after_all(when: When) -> None:
    assert headline(replace(BRIEFING, status=Status.CANCELLED), at(when)) is Headline.REVIVED


def test_title_and_place_are_compared_as_the_reader_reads_them() -> None:
    renamed = replace(BRIEFING, title={"en": "Briefing", "fr": "Conférence de presse"})
    assert headline(BRIEFING, renamed, "fr") is Headline.TITLED
    assert headline(BRIEFING, renamed, "en") is None
    assert headline(BRIEFING, renamed, "sq") is None  # which reads the event's own language
    elsewhere = replace(BRIEFING, place=Place({"en": "Ghent", "fr": "Gand"}))
    assert headline(BRIEFING, elsewhere) is Headline.PLACED
    assert headline(BRIEFING, replace(BRIEFING, place=None)) is Headline.PLACED
    assert headline(BRIEFING, replace(renamed, place=elsewhere.place), "fr") is Headline.CHANGED
    assert headline(BRIEFING, replace(elsewhere, when=all_day("2026-04-01"))) is Headline.MOVED


@pytest.mark.parametrize(
    "fields",
    [
        {"description": {"en": "More."}},
        {"topics": ("nato",)},
        {"status": Status.TENTATIVE},
        {"place": Place({"en": "Brussels", "fr": "Bruxelles"}, latitude=50.8, longitude=4.4)},
    ],
)
def test_what_readers_need_not_act_on_is_no_news(fields: dict[str, object]) -> None:
    changed = replace(BRIEFING, **fields)  # type: ignore[arg-type]
    assert told(BRIEFING, changed) is None
    assert news_of(BRIEFING, changed, now=NOW, zone=ZONE) is None


def test_news_in_any_language_is_news() -> None:
    renamed = replace(BRIEFING, title={"en": "Briefing", "fr": "Conférence"})
    assert news_of(BRIEFING, renamed, now=NOW, zone=ZONE) is not None


def test_what_is_over_is_told_to_nobody() -> None:
    yesterday = at(timed("2026-01-19 15:00", "16:00"))
    assert told(yesterday, replace(yesterday, status=Status.CANCELLED)) is None
    assert told(BRIEFING, yesterday) is None
    assert headline(yesterday, BRIEFING) is Headline.MOVED
    today = at(all_day("2026-01-20"))
    assert headline(today, replace(today, place=None)) is Headline.PLACED


@pytest.mark.parametrize(
    ("before", "after", "urgent"),
    [
        ("2026-01-20 11:00", "2026-03-30 15:00", True),
        ("2026-01-20 12:01", "2026-03-30 15:00", False),
        ("2026-03-30 15:00", "2026-01-20 12:00", True),
        ("2026-01-20 10:30", "2026-03-30 15:00", True),
    ],
)
def test_a_change_of_what_is_about_to_begin_or_runs_is_urgent(
    before: str, after: str, urgent: bool
) -> None:
    one, other = (
        timed(start, f"{wall(start) + timedelta(hours=1):%H:%M}") for start in (before, after)
    )
    notice = told(at(one), at(other))
    assert notice is not None
    instant = tell_at(notice, now=NOW, zone=ZONE, waiting_since=None)
    assert instant == (NOW if urgent else NOW + WAIT)


@pytest.mark.parametrize(("waited", "wait"), [(0, 3), (5, 3), (8, 2), (10, 0), (60, 0)])
def test_a_change_waits_three_minutes_but_the_first_of_several_ten_at_most(
    waited: int, wait: int
) -> None:
    notice = told(BRIEFING, at(all_day("2026-04-01")))
    assert notice is not None
    since = NOW - timedelta(minutes=waited)
    instant = tell_at(notice, now=NOW, zone=ZONE, waiting_since=since)
    assert instant == NOW + timedelta(minutes=wait)


def test_a_change_is_worth_telling_until_its_event_is_over() -> None:
    assert worth_until(BRIEFING, told_at=NOW, zone=ZONE) == utc("2026-03-30 14:00")
    cancelled = at(all_day("2026-02-12"), status=Status.CANCELLED)
    assert worth_until(cancelled, told_at=NOW, zone=ZONE) == utc("2026-02-12 23:00")
    assert worth_until(SERIES, told_at=NOW, zone=ZONE) == NOW + timedelta(days=30)


# --- Series -------------------------------------------------------------------------------------

SERIES = weekly("2026-01-26 09:00", "10:00", count=6, language="en", title={"en": "Week ahead"})


def series(of: Event = SERIES, **changes: object) -> Event:
    assert of.recurrence is not None
    return replace(of, recurrence=replace(of.recurrence, **changes))  # type: ignore[arg-type]


def with_override(**changes: object) -> Event:
    """The series with something different about its second date."""
    return series(overrides=(Override(wall("2026-02-02 09:00"), **changes),))  # type: ignore[arg-type]


def moved(of: Event, when: AllDay | Timed) -> Event:
    assert of.recurrence is not None
    assert isinstance(of.when, AllDay | Timed)
    return replace(of, when=when, recurrence=move_series(of.recurrence, of.when, when))


def starts(notice: Notice | None) -> list[tuple[Headline, str]]:
    assert notice is not None
    return [
        (one.headline, f"{one.after.when.start:%m-%d %H:%M}")  # type: ignore[union-attr]
        for one in notice.changes
    ]


def test_a_change_of_one_date_names_that_date_alone() -> None:
    notice = told(SERIES, with_override(when=timed("2026-02-03 11:00", "12:00")))
    assert starts(notice) == [(Headline.MOVED, "02-03 11:00")]
    assert notice is not None
    assert notice.scope is Scope.DATE
    (change,) = notice.changes
    assert change.before is not None
    assert change.before.when == timed("2026-02-02 09:00", "10:00")


def test_a_date_that_is_left_out_is_cancelled_and_an_added_one_is_new() -> None:
    notice = told(SERIES, series(excluded=(wall("2026-02-02 09:00"),)))
    assert starts(notice) == [(Headline.CANCELLED, "02-02 09:00")]
    notice = told(SERIES, series(added=(wall("2026-02-05 09:00"),)))
    assert starts(notice) == [(Headline.ADDED, "02-05 09:00")]


def test_several_dates_are_told_each_by_its_own_word() -> None:
    after = series(
        excluded=(wall("2026-02-09 09:00"),),
        overrides=(Override(wall("2026-02-02 09:00"), place=Place({"en": "Ghent"})),),
    )
    notice = told(SERIES, after)
    assert notice is not None
    assert (notice.headline, notice.scope) == (Headline.CHANGED, Scope.DATES)
    assert starts(notice) == [(Headline.PLACED, "02-02 09:00"), (Headline.CANCELLED, "02-09 09:00")]


def test_a_series_that_moves_is_told_as_one_by_its_next_date() -> None:
    notice = told(SERIES, moved(SERIES, timed("2026-01-27 10:00", "11:00")))
    assert notice is not None
    assert (notice.headline, notice.scope) == (Headline.MOVED, Scope.SERIES)
    assert starts(notice) == [(Headline.MOVED, "01-27 10:00")]


def test_a_series_that_moves_with_an_odd_date_is_told_as_one_too() -> None:
    odd = with_override(when=timed("2026-02-03 11:00", "12:00"))
    notice = told(odd, moved(odd, timed("2026-01-27 10:00", "11:00")))
    assert notice is not None
    assert notice.scope is Scope.SERIES


def test_a_series_that_is_cancelled_is_told_as_one() -> None:
    notice = told(SERIES, replace(SERIES, status=Status.CANCELLED))
    assert notice is not None
    assert (notice.headline, notice.scope) == (Headline.CANCELLED, Scope.SERIES)


def test_a_date_that_was_cancelled_before_keeps_the_rest_from_nothing() -> None:
    thinned = with_override(status=Status.CANCELLED)
    notice = told(thinned, replace(thinned, title={"en": "The week to come"}))
    assert notice is not None
    assert (notice.headline, notice.scope) == (Headline.TITLED, Scope.SERIES)


def test_the_rest_of_a_series_that_moves_leaves_the_dates_before_out() -> None:
    rest = Override(
        wall("2026-02-09 09:00"), and_rest=True, when=timed("2026-02-09 08:00", "09:00")
    )
    notice = told(SERIES, series(overrides=(rest,)))
    assert notice is not None
    assert (notice.headline, notice.scope) == (Headline.MOVED, Scope.DATES)
    assert starts(notice)[0] == (Headline.MOVED, "02-09 08:00")
    assert len(notice.changes) == 4


def test_another_rule_drops_the_dates_that_it_has_no_more() -> None:
    notice = told(SERIES, series(rule="FREQ=WEEKLY;INTERVAL=2;COUNT=3"))
    assert starts(notice) == [
        (Headline.CANCELLED, "02-02 09:00"),
        (Headline.CANCELLED, "02-16 09:00"),
        (Headline.CANCELLED, "03-02 09:00"),
    ]


def test_a_series_written_from_a_later_start_has_the_dates_it_had() -> None:
    later = replace(series(rule="FREQ=WEEKLY;COUNT=5"), when=timed("2026-02-02 09:00", "10:00"))
    assert starts(told(SERIES, later)) == [(Headline.CANCELLED, "01-26 09:00")]


def test_dates_that_are_over_are_told_to_nobody() -> None:
    after = with_override(place=Place({"en": "Ghent"}))
    march = utc("2026-03-01 00:00")
    assert compare(SERIES, after, "en", now=march, zone=ZONE) is None


def test_what_was_told_of_one_date_since_is_not_told_again() -> None:
    after = with_override(when=timed("2026-02-03 11:00", "12:00"))
    assert compare(SERIES, after, "en", now=NOW, zone=ZONE, told={"20260202T090000": after}) is None
    other = {"20260209T090000": after}
    assert compare(SERIES, after, "en", now=NOW, zone=ZONE, told=other) is not None


def test_an_event_that_becomes_a_series_has_new_dates() -> None:
    once = replace(SERIES, recurrence=None)
    notice = told(once, SERIES)
    assert notice is not None
    assert (notice.headline, notice.scope) == (Headline.ADDED, Scope.DATES)
    assert len(notice.changes) == 5
    back = told(SERIES, once)
    assert back is not None
    assert back.headline is Headline.CANCELLED
    assert len(back.changes) == 5
