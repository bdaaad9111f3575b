"""Feeds and single events as whole calendars."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from calendar_service.domain.events import Status
from calendar_service.ical.calendars import LeftOut, event_calendar
from calendar_service.language.catalogues import translator
from tests.builders import all_day, in_month, timed
from tests.ical.linted import assert_clean
from tests.ical.samples import (
    FEED,
    ORIGIN,
    calendar_of,
    feed_of,
    left_out_of,
    line,
    properties,
    published,
    rendered_feed,
    unescaped,
    value,
    values,
)


def of_the_feed(content: bytes, name: str) -> str:
    return unescaped(value(content, name, "VCALENDAR"))


def test_a_feed_says_what_it_is_in_new_and_in_old_words() -> None:
    content = feed_of()
    assert of_the_feed(content, "NAME") == of_the_feed(content, "X-WR-CALNAME") == "NATO calendar"
    assert of_the_feed(content, "DESCRIPTION") == "NATO’s meetings."
    assert of_the_feed(content, "X-WR-CALDESC") == "NATO’s meetings."
    assert of_the_feed(content, "COLOR") == "navy"
    assert of_the_feed(content, "X-APPLE-CALENDAR-COLOR") == "#000080"


def test_a_feed_asks_to_be_fetched_each_hour() -> None:
    content = feed_of()
    assert line(content, "REFRESH-INTERVAL", "VCALENDAR") == "REFRESH-INTERVAL;VALUE=DURATION:PT1H"
    assert line(content, "X-PUBLISHED-TTL", "VCALENDAR") == "X-PUBLISHED-TTL:PT1H"


def test_a_feed_knows_its_address_and_its_page_in_the_language_served() -> None:
    own, other = feed_of(language="sq"), feed_of(language="fr")
    assert line(own, "SOURCE", "VCALENDAR") == f"SOURCE;VALUE=URI:{ORIGIN}/feeds/nato.ics"
    assert of_the_feed(other, "SOURCE") == f"{ORIGIN}/feeds/nato.ics?lang=fr"
    assert of_the_feed(other, "URL") == f"{ORIGIN}/feeds/nato?lang=fr"


def test_a_feed_begins_with_the_same_properties_in_the_same_order() -> None:
    assert " ".join(one.name for one in properties(feed_of(), "VCALENDAR")) == (
        "VERSION PRODID CALSCALE NAME X-WR-CALNAME DESCRIPTION X-WR-CALDESC URL SOURCE"
        " REFRESH-INTERVAL X-PUBLISHED-TTL COLOR X-APPLE-CALENDAR-COLOR"
    )


def test_a_language_that_is_not_offered_is_told_in_the_one_served() -> None:
    notice = translator("sq").gettext(
        "This calendar is not offered in the language that was asked for."
    )
    content = feed_of(language="sq", fell_back=True)
    assert of_the_feed(content, "DESCRIPTION") == f"{notice}\n\nTakimet e NATO-s."


def test_a_feed_without_a_description_has_none() -> None:
    content = feed_of(feed=replace(FEED, description={}))
    assert values(content, "DESCRIPTION", "VCALENDAR") == []


def test_names_are_escaped_also_where_the_library_knows_no_type() -> None:
    content = feed_of(feed=replace(FEED, title={"sq": "a;b,c\\d\ne"}))
    assert value(content, "X-WR-CALNAME", "VCALENDAR") == r"a\;b\,c\\d e"


@pytest.mark.parametrize("color", ["", "no such colour", "navy;x\r\ny"])
def test_an_unknown_colour_is_not_passed_on(color: str) -> None:
    content = feed_of(feed=replace(FEED, color=color))
    assert values(content, "COLOR", "VCALENDAR") == []


def test_events_stand_by_start_and_then_by_uid() -> None:
    content = feed_of(
        published(timed("2026-02-12 14:00"), "d"),
        published(all_day("2026-07-07", "2026-07-08"), "e"),
        published(all_day("2026-02-12"), "c"),
        published(all_day("2026-02-12"), "b"),
        published(all_day("2025-06-24"), "z"),
    )
    assert values(content, "UID") == ["z", "b", "c", "d", "e"]


def test_equal_data_gives_equal_bytes_whatever_order_it_comes_in() -> None:
    revisions = [
        published(timed("2026-02-12 14:00", zone=zone), uid)
        for uid, zone in zip("abcdef", ["UTC", "Europe/Paris", "Asia/Tokyo"] * 2, strict=True)
    ]
    shuffled = random.Random(2).sample(revisions, len(revisions))
    assert feed_of(*shuffled) == feed_of(*revisions)


def test_a_change_of_one_event_leaves_the_bytes_of_the_others_alone() -> None:
    kept, old = published(all_day("2026-02-12"), "a"), published(all_day("2026-02-13"), "b")
    before, after = feed_of(kept, old), feed_of(kept, replace(old, sequence=1))
    lines = zip(before.splitlines(), after.splitlines(), strict=True)
    assert [pair for pair in lines if pair[0] != pair[1]] == [(b"SEQUENCE:0", b"SEQUENCE:1")]


def test_drafts_are_in_no_feed_and_are_not_missed() -> None:
    draft = published(all_day("2026-02-12"), "draft", status=Status.DRAFT)
    assert left_out_of(draft) == ()
    assert values(feed_of(draft), "UID") == []


def test_what_has_no_day_yet_is_marked_on_the_first_of_its_month() -> None:
    content = feed_of(published(in_month("2026-07"), "some day", title={"en": "Summit"}))
    assert values(content, "SUMMARY") == ["Day to be announced: Summit"]
    assert values(content, "DTSTART") == ["20260701"]
    assert values(content, "DTEND") == ["20260702"]
    assert "some time in July 2026" in values(content, "DESCRIPTION")[0]


def test_one_bad_event_does_not_cost_the_others() -> None:
    good, bad = (
        published(all_day("2026-02-12"), "good"),
        published(all_day("2026-02-12"), "bad", title={}),
    )
    content, left_out = rendered_feed(bad, good)
    assert values(content, "UID") == ["good"]
    assert left_out == (LeftOut("bad", "it has no title"),)


def test_not_even_one_that_is_broken_in_a_way_nobody_thought_of() -> None:
    whole = published(all_day("2026-02-12"), "broken")
    broken = replace(whole, event=replace(whole.event, when=None))  # type: ignore[arg-type]
    (left_out,) = left_out_of(broken, published(all_day("2026-02-12"), "good"))
    assert (left_out.uid, left_out.reason[:23]) == ("broken", "it cannot be written: A")


def test_one_event_is_a_calendar_without_a_name_that_would_open_a_new_one() -> None:
    content = calendar_of(published(timed("2026-02-12 14:00")))
    names = [one.name for one in properties(content, "VCALENDAR")]
    assert names == ["VERSION", "PRODID", "CALSCALE"]
    assert values(content, "UID") == ["one@example.org"]


def test_one_event_that_is_not_in_the_language_asked_for_says_so() -> None:
    revision = published(timed("2026-02-12 14:00"))
    rendered = event_calendar(revision, language="en", origin=ORIGIN, fell_back=True)
    (notice,) = values(assert_clean(rendered.content), "X-WR-CALDESC", "VCALENDAR")
    assert "language" in notice


def test_the_calendar_of_an_event_that_cannot_be_shown_says_why() -> None:
    for revision, reason in (
        (published(in_month("2026-07")), "its day is not yet known"),
        (published(all_day("2026-02-12"), status=Status.DRAFT), "it is a draft"),
    ):
        rendered = event_calendar(revision, language="en", origin=ORIGIN)
        assert [one.reason for one in rendered.left_out] == [reason]
        assert values(assert_clean(rendered.content), "UID") == []
