"""Whatever an event says, its calendar is a calendar: it passes the lint and is read back."""

from __future__ import annotations

from typing import Any

import icalendar
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from calendar_service.domain.documents import read_event
from calendar_service.domain.events import Conference, Event
from calendar_service.errors import InvalidInputError
from calendar_service.ical.alarms import with_alarms
from calendar_service.ical.calendars import feed_calendar, render_for_feed
from calendar_service.ical.events import Piece
from tests.builders import all_day, revision
from tests.ical.linted import assert_clean
from tests.ical.samples import FEED, ORIGIN, feed_of, left_out_of, line, published, values

HOSTILE = [
    '"', "\\", ";", ",", ":", "\t", "\n", "END:VEVENT", "BEGIN:VALARM", "^n", "\\n", "\\N",
    "%0D%0A", "\u00ad", "\u200b", "\u202e", "\ufeff", "\u00a0", " ", "é", "日本", "🕊️", "a" * 80,
    "'", "=",
]  # fmt: skip

words = st.lists(st.sampled_from(HOSTILE), min_size=1, max_size=12).map("".join)
texts = words | st.text(min_size=1, max_size=200)
lines = texts.map(lambda text: text.replace("\n", " "))
printable = st.characters(min_codepoint=0x21, max_codepoint=0x7E)
uids = st.text(printable, min_size=1, max_size=200)
addresses = st.text(printable, min_size=1, max_size=20).map("https://example.org/é?{}".format)


def localized(text: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, str]]:
    return text.map(lambda one: {"en": one})


documents = st.fixed_dictionaries(
    {
        "uid": uids,
        "slug": st.just("any"),
        "language": st.just("en"),
        "title": localized(lines.map("T{}".format)),
        "start": st.just("2026-03-29T09:30:00"),
        "zone": st.sampled_from(["Europe/Brussels", "UTC", "Africa/Cairo"]),
        "status": st.sampled_from(["tentative", "confirmed", "postponed", "cancelled"]),
    },
    optional={
        "description": localized(texts),
        "reason": localized(lines),
        "place": st.fixed_dictionaries(
            {
                "name": localized(lines),
                "latitude": st.floats(-90, 90),
                "longitude": st.floats(-180, 180),
            }
        ),
        "participants": st.lists(st.fixed_dictionaries({"name": lines}), max_size=2),
        "sources": st.lists(st.fixed_dictionaries({"title": lines, "url": addresses}), max_size=2),
        "relations": st.lists(st.fixed_dictionaries({"uid": uids}), max_size=1),
        "organizer": localized(lines),
        "image": addresses,
        "color": lines,
        "conference": st.fixed_dictionaries({"url": addresses, "title": localized(lines)}),
    },
)


def event_of(document: dict[str, Any]) -> Event:
    try:
        return read_event(document)
    except InvalidInputError:
        assume(False)
        raise


@pytest.mark.thorough
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(documents)
def test_every_form_of_every_event_is_clean_and_is_one_event(document: dict[str, Any]) -> None:
    event = event_of(document)
    piece = render_for_feed(revision(event), language="en", origin=ORIGIN)
    assert isinstance(piece, Piece)
    forms = [piece.content, piece.unmarked, with_alarms(piece.content, ("P1D", "PT0M"))]
    for form in filter(None, forms):
        calendar = feed_calendar(
            [form], piece.zones, FEED, language="en", fell_back=False, origin=ORIGIN
        )
        (read,) = icalendar.Calendar.from_ical(assert_clean(calendar)).events
        assert str(read["UID"]) == event.uid
        assert len(read.alarms.times) == (0 if form is not forms[2] else alarms_of(event))


def alarms_of(event: Event) -> int:
    return 2 if event.status.takes_place else 0


@pytest.mark.parametrize("title", ["END:VEVENT", "x" * 48 + "END:VEVENT"])
def test_a_title_that_ends_an_event_ends_none(title: str) -> None:
    content = feed_of(published(all_day("2026-02-12"), title={"en": title}))
    alarmed = assert_clean(with_alarms(content, ["P1D"]))
    assert values(alarmed, "SUMMARY") == [title]
    assert values(alarmed, "DESCRIPTION", "VALARM") == [title]


def test_addresses_are_uris_however_people_write_them() -> None:
    content = feed_of(
        published(
            all_day("2026-02-12"),
            image='https://Exämple.org/été?a="b"&c=%20',
            conference=Conference("https://日本.example/x"),
        )
    )
    assert values(content, "IMAGE") == ["https://xn--exmple-cua.org/%C3%A9t%C3%A9?a=%22b%22&c=%20"]
    assert values(content, "CONFERENCE") == ["https://xn--wgv71a.example/x"]


@pytest.mark.parametrize(("color", "shown"), [("Navy", ["navy"]), ("bluish", []), ("a;b", [])])
def test_a_colour_that_is_none_is_not_passed_on(color: str, shown: list[str]) -> None:
    assert values(feed_of(published(all_day("2026-02-12"), color=color)), "COLOR") == shown
    assert line(feed_of(), "COLOR", "VCALENDAR") == "COLOR:navy"


def test_a_title_of_signs_that_nobody_sees_is_none() -> None:
    event = published(all_day("2026-02-12"), title={"en": "Summit", "fr": "\ufeff"})
    assert left_out_of(event)[0].reason == "a title of it (fr) is empty"
