"""What a calendar app shows of an event."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import icalendar
import pytest

from calendar_service.domain.events import (
    Conference,
    Participant,
    Place,
    Relation,
    RelationType,
    Source,
    Status,
)
from calendar_service.language.catalogues import translator
from tests.builders import all_day, timed, utc
from tests.ical.samples import (
    calendar_of,
    left_out_of,
    line,
    properties,
    published,
    unescaped,
    value,
    values,
)

BRUSSELS = Place(
    {"en": "NATO Headquarters,\n Brussels", "fr": "Siège de l’OTAN"}, None, 50.879, 4.424
)


TAKING_PART = """\
Taking part:
- Mark Rutte, Secretary General (chair)
- Kaja Kallas, EU High Representative
- Ukraine"""


def described(content: bytes) -> list[str]:
    """The paragraphs of the description."""
    return unescaped(value(content, "DESCRIPTION")).split("\n\n")


def test_identity_and_version_come_from_the_revision() -> None:
    second = replace(
        published(all_day("2026-02-12")), sequence=1, published_at=utc("2026-01-06 09:30")
    )
    content = calendar_of(second)
    assert value(content, "UID") == "one@example.org"
    assert value(content, "SEQUENCE") == "1"
    assert value(content, "DTSTAMP") == value(content, "LAST-MODIFIED") == "20260106T093000Z"
    assert value(content, "CREATED") == "20260105T093000Z"


def test_properties_stand_in_an_order_that_a_person_can_follow() -> None:
    content = calendar_of(
        published(
            timed("2026-02-12 14:00", "15:00"),
            rule="FREQ=DAILY;COUNT=2",
            place=BRUSSELS,
            relations=(Relation(RelationType.PART_OF, "other"),),
        )
    )
    assert " ".join(one.name for one in properties(content)) == (
        "UID SEQUENCE DTSTAMP CREATED LAST-MODIFIED DTSTART DTEND RRULE SUMMARY STATUS TRANSP"
        " LOCATION GEO X-APPLE-STRUCTURED-LOCATION DESCRIPTION URL RELATED-TO"
    )


def test_the_title_tells_the_language_that_it_is_really_in() -> None:
    event = published(all_day("2026-02-12"), title={"en": "Summit", "sq": "Samit"})
    assert line(calendar_of(event, "sq"), "SUMMARY") == "SUMMARY;LANGUAGE=sq:Samit"
    assert line(calendar_of(event, "fr"), "SUMMARY") == "SUMMARY;LANGUAGE=en:Summit"


@pytest.mark.parametrize(
    ("language", "categories"),
    [
        ("en", "Defence spending,KFOR,Press office"),
        ("sq", "Shpenzimet e mbrojtjes,KFOR,Press office"),
    ],
)
def test_categories_are_the_names_of_topics_as_pages_have_them(
    language: str, categories: str
) -> None:
    topics = ("defence-spending", "kfor", "press-office")
    content = calendar_of(published(all_day("2026-02-12"), topics=topics), language)
    assert ",".join(values(content, "CATEGORIES")) == categories


@pytest.mark.parametrize("language", ["sq", "en", "fr"])
@pytest.mark.parametrize(
    ("status", "mark"), [(Status.CANCELLED, "Cancelled: "), (Status.POSTPONED, "Postponed: ")]
)
def test_what_does_not_take_place_says_so_in_title_status_and_reason(
    status: Status, mark: str, language: str
) -> None:
    event = published(
        timed("2026-02-12 14:00"),
        status=status,
        title={"en": "Summit"},
        reason={"en": "A strike."},
        description={"en": "What it is."},
    )
    content = calendar_of(event, language)
    prefix = translator(language).gettext(mark)
    assert line(content, "SUMMARY") == f"SUMMARY;LANGUAGE=en:{prefix}Summit"
    assert value(content, "STATUS") == "CANCELLED"
    assert value(content, "TRANSP") == "TRANSPARENT"
    assert described(content)[:2] == ["A strike.", "What it is."]


def test_a_reason_is_not_told_of_what_takes_place() -> None:
    content = calendar_of(published(all_day("2026-02-12"), reason={"en": "A strike."}))
    assert "strike" not in value(content, "DESCRIPTION")


def test_a_tentative_event_is_tentative_and_needs_no_mark() -> None:
    content = calendar_of(published(all_day("2026-02-12"), status=Status.TENTATIVE))
    assert (value(content, "STATUS"), value(content, "SUMMARY")) == ("TENTATIVE", "Meeting")


def test_whole_days_leave_their_readers_free_and_hours_do_not() -> None:
    assert value(calendar_of(published(all_day("2026-02-12"))), "TRANSP") == "TRANSPARENT"
    assert value(calendar_of(published(timed("2026-02-12 14:00"))), "TRANSP") == "OPAQUE"


def test_the_description_has_the_text_who_takes_part_the_sources_and_the_page() -> None:
    event = published(
        all_day("2026-02-12"),
        slug="ministers",
        description={"en": "First.\n\nSecond."},
        participants=(
            Participant("Kaja Kallas", {"en": "EU High Representative"}),
            Participant("Mark Rutte", {"en": "Secretary General"}, chair=True),
            Participant("Ukraine"),
        ),
        sources=(Source("NATO", "https://example.org/a?b=1;2,3"),),
    )
    assert described(calendar_of(event)) == [
        "First.",
        "Second.",
        TAKING_PART,
        "Sources:\n- NATO https://example.org/a?b=1;2,3",
        "Details: https://calendar.example.org/events/ministers?lang=en",
    ]


def test_the_page_is_also_the_url_and_is_in_the_language_served() -> None:
    content = calendar_of(published(all_day("2026-02-12"), slug="ministers"), "sq")
    assert value(content, "URL") == "https://calendar.example.org/events/ministers?lang=sq"


def test_the_place_is_one_line_with_its_position() -> None:
    content = calendar_of(published(all_day("2026-02-12"), place=BRUSSELS))
    assert value(content, "LOCATION") == r"NATO Headquarters\, Brussels"
    assert value(content, "GEO") == "50.879;4.424"


def test_a_parameter_has_no_sign_that_some_reader_takes_for_another() -> None:
    place = replace(BRUSSELS, name={"en": 'Hall "A" \\'})
    label = Conference("https://example.org/live", {"en": "Live\\"})
    content = calendar_of(published(all_day("2026-02-12"), place=place, conference=label))
    (read,) = icalendar.Calendar.from_ical(content).events
    assert read["X-APPLE-STRUCTURED-LOCATION"].params["X-TITLE"] == "Hall 'A' /"
    assert read["CONFERENCE"].params["LABEL"] == "Live/"
    assert str(read["CONFERENCE"]) == "https://example.org/live"


def test_an_event_without_a_place_has_none() -> None:
    content = calendar_of(published(all_day("2026-02-12")))
    assert (values(content, "LOCATION"), values(content, "GEO")) == ([], [])


def test_a_part_names_its_whole_and_other_ties_are_those_of_siblings() -> None:
    ties = (
        Relation(RelationType.PART_OF, "whole"),
        Relation(RelationType.PREPARES, "next"),
        Relation(RelationType.FOLLOWS, "last"),
    )
    content = calendar_of(published(all_day("2026-02-12"), relations=ties))
    related = [one for one in properties(content) if one.name == "RELATED-TO"]
    assert [(one.parameters["RELTYPE"], one.value) for one in related] == [
        ("PARENT", "whole"),
        ("SIBLING", "next"),
        ("SIBLING", "last"),
    ]


def test_nobody_is_invited_and_nothing_rings() -> None:
    content = calendar_of(
        published(all_day("2026-02-12"), participants=(Participant("Mark Rutte"),))
    )
    assert not {"ATTENDEE", "ORGANIZER"} & {one.name for one in properties(content)}
    assert b"VALARM" not in content


ODD = (
    'a;b,c:d"e\\f',
    "C:\\New;\\n",
    "line\r\nEND:VEVENT\r\nBEGIN:VEVENT",
    "\x00\x07tab\there",
    "\ud83d",
    " lead and trail ",
    "^n ^' ^^",
    "אבג \u202e",
    "x" * 400,
    "会議" * 60,
    "e\u0301" * 80,
    "👩‍👩‍👧‍👦" * 20,
)


@pytest.mark.parametrize("odd", ODD)
def test_odd_characters_are_safe_wherever_they_stand(odd: str) -> None:
    event = published(
        all_day("2026-02-12"),
        uid=odd,
        title={"en": odd},
        description={"en": odd},
        place=Place({"en": odd}),
        participants=(Participant(odd, {"en": odd}),),
        sources=(Source(odd, odd),),
        relations=(Relation(RelationType.PART_OF, odd),),
    )
    content = calendar_of(event)
    assert len(values(content, "UID")) == 1
    assert unescaped(value(content, "SUMMARY")).strip() == unescaped(value(content, "LOCATION"))


def test_a_slug_is_made_safe_for_an_address() -> None:
    content = calendar_of(published(all_day("2026-02-12"), slug="a b/ç\r\n?"))
    assert value(content, "URL").endswith("/events/a%20b%2F%C3%A7%0D%0A%3F?lang=en")


@pytest.mark.parametrize(
    ("fields", "reason"),
    [({"uid": " \n"}, "it has no UID"), ({"title": {"en": "\x00"}}, "it has no title")],
)
def test_an_event_without_a_name_is_left_out(fields: dict[str, Any], reason: str) -> None:
    assert [one.reason for one in left_out_of(published(all_day("2026-02-12"), **fields))] == [
        reason
    ]
