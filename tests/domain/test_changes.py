from __future__ import annotations

from dataclasses import replace

from calendar_service.domain.changes import Clash, changed_fields, join_changes
from calendar_service.domain.documents import read_event, write_event
from calendar_service.domain.events import Event, Place, Status
from calendar_service.domain.recurrence import Recurrence
from tests.builders import all_day, event, in_month, timed, weekly

LOADED = event(
    {"sq": "Samiti", "en": "Summit"},
    all_day("2026-07-07", "2026-07-08"),
    description={"sq": "Dy ditë", "en": "Two days"},
    topics=("nato", "summit"),
)


def joined(
    seed: Event, current: Event, *, prefer_seed: bool = False
) -> tuple[Event, tuple[Clash, ...]]:
    document, clashes = join_changes(
        loaded=write_event(LOADED),
        seed=write_event(seed),
        current=write_event(current),
        prefer_seed=prefer_seed,
    )
    return read_event(document), clashes


def test_the_fields_that_differ_are_named_in_order() -> None:
    moved = replace(LOADED, when=timed("2026-07-07 09:00"), topics=("nato",))
    differing = changed_fields(write_event(LOADED), write_event(moved))
    assert differing == ("end", "start", "topics", "zone")
    assert changed_fields(write_event(LOADED), write_event(LOADED)) == ()


def test_an_edit_stays_where_the_seed_is_as_it_was() -> None:
    edited = replace(LOADED, title={"sq": "Samiti i madh", "en": "Summit"}, topics=())
    assert joined(LOADED, edited) == (edited, ())


def test_a_changed_seed_is_put_upon_an_event_that_nobody_edited() -> None:
    changed = replace(
        LOADED,
        when=timed("2026-07-07 09:00", zone="Europe/Istanbul"),
        title={"sq": "Samiti", "fr": "Sommet"},
        description={},
        place=Place({"sq": "Ankara"}),
    )
    assert joined(changed, LOADED) == (changed, ())


def test_an_edit_and_a_changed_seed_are_joined_where_they_touch_different_fields() -> None:
    edited = replace(LOADED, status=Status.TENTATIVE, topics=("nato",))
    changed = replace(LOADED, when=all_day("2026-07-08", "2026-07-09"))
    assert joined(changed, edited) == (replace(edited, when=changed.when), ())


def test_each_language_of_a_text_is_a_field_of_its_own() -> None:
    edited = replace(LOADED, title={"sq": "Samiti i madh", "en": "Summit"})
    changed = replace(LOADED, title={"sq": "Samiti", "en": "The Summit", "fr": "Sommet"})
    both = {"sq": "Samiti i madh", "en": "The Summit", "fr": "Sommet"}
    assert joined(changed, edited) == (replace(LOADED, title=both), ())


def test_an_edited_event_loses_what_the_seed_took_out() -> None:
    edited = replace(LOADED, status=Status.CANCELLED)
    changed = replace(LOADED, topics=(), description={"sq": "Dy ditë"})
    assert joined(changed, edited) == (replace(changed, status=Status.CANCELLED), ())


def test_a_field_that_both_changed_differently_is_a_clash_and_the_edit_stands() -> None:
    edited = replace(LOADED, title={"sq": "Samiti i madh", "en": "Summit"}, topics=())
    changed = replace(LOADED, title={"sq": "Samiti i NATO-s", "en": "NATO Summit"})
    document, clashes = joined(changed, edited)
    assert clashes == (Clash("title.sq", "Samiti i madh", "Samiti i NATO-s"),)
    assert document == replace(edited, title={"sq": "Samiti i madh", "en": "NATO Summit"})


def test_where_they_clash_the_seed_stands_if_it_is_preferred() -> None:
    edited = replace(LOADED, when=all_day("2026-07-14"), topics=("nato",))
    changed = replace(LOADED, when=in_month("2026-08"))
    document, clashes = joined(changed, edited, prefer_seed=True)
    assert clashes == (Clash("when", "start 2026-07-14 end 2026-07-14", "month 2026-08"),)
    assert document == replace(edited, when=changed.when)


def test_what_both_changed_to_the_same_is_no_clash() -> None:
    same = replace(LOADED, when=all_day("2026-07-14"))
    assert joined(same, same) == (same, ())


def test_start_and_end_clash_as_one() -> None:
    edited = replace(LOADED, when=all_day("2026-07-06", "2026-07-08"))
    changed = replace(LOADED, when=all_day("2026-07-07", "2026-07-09"))
    assert [clash.key for clash in joined(changed, edited)[1]] == ["when"]


def test_how_a_series_repeats_clashes_with_when_it_begins() -> None:
    series = weekly("2026-03-02 09:00", count=4)
    excluding = Recurrence("FREQ=WEEKLY;COUNT=4", excluded=(timed("2026-03-09 09:00").start,))
    moved = replace(series, when=timed("2026-03-02 10:00"))
    document, clashes = join_changes(
        loaded=write_event(series),
        seed=write_event(replace(series, recurrence=excluding)),
        current=write_event(moved),
    )
    assert [clash.key for clash in clashes] == ["when"]
    assert "excluded 2026-03-09T09:00:00" in clashes[0].seeded
    assert read_event(document) == moved


def test_a_field_taken_out_on_one_side_and_changed_on_the_other_is_a_clash() -> None:
    without = replace(LOADED, topics=())
    other = replace(LOADED, topics=("nato", "kfor"))
    assert joined(other, without)[1] == (Clash("topics", "nothing", "nato, kfor"),)
    assert joined(without, other)[1] == (Clash("topics", "nato, kfor", "nothing"),)
    assert joined(without, other, prefer_seed=True)[0] == without
