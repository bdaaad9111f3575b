"""The content that the service comes with: its facts, and how its languages are written."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
import webcolors

from calendar_service.catalog.files import load_content
from calendar_service.domain.events import Event, Place, RelationType, Status
from calendar_service.domain.feeds import Feed
from calendar_service.domain.when import AllDay
from tests.builders import LANGUAGES, all_day

HAGUE, MINISTERIAL = "nato-summit-the-hague-2025", "nato-defence-ministers-february-2026"
COUNCIL, ANKARA = "nato-ukraine-council-february-2026", "nato-summit-ankara-2026"

ABOUT, NEWS = "https://www.nato.int/en/about-us", "https://www.nato.int/en/news-and-events"
TEXTS = f"{ABOUT}/official-texts-and-resources/official-texts"
DECLARATION = f"{TEXTS}/2025/06/25/the-hague-summit-declaration"
MINDSET = "nato-secretary-general-hails-shift-in-mindset-in-allied-deterrence-and-defence"
REPORT = f"{NEWS}/articles/news/2026/02/12/{MINDSET}"
OVERVIEW = f"{NEWS}/events/2026/07/overview---2026-nato-summit-in-ankara-"

CONTENT = load_content(Path(__file__).parents[2])
EVENTS = {seed.event.slug: seed.event for seed in CONTENT.seeds}

NBSP, NARROW_NBSP = "\u00a0", "\u202f"


def texts() -> Iterator[tuple[str, str, str]]:
    """Every text with where it is and its language."""
    for feed in CONTENT.feeds:
        for name, text in (("title", feed.title), ("description", feed.description)):
            yield from ((f"{feed.slug}.{name}", code, words) for code, words in text.items())
    for event in EVENTS.values():
        localized = [event.title, event.description, event.organizer]
        localized += [one.role for one in event.participants]
        if event.place:
            localized.append(event.place.name)
        for text in localized:
            yield from ((event.slug, code, words) for code, words in text.items())


def in_words(event: Event, language: str) -> str:
    return f"{event.title[language]} {event.description[language]}"


def related(slug: str) -> set[tuple[RelationType, str]]:
    slugs = {event.uid: event.slug for event in EVENTS.values()}
    return {(relation.type, slugs[relation.uid]) for relation in EVENTS[slug].relations}


def test_each_event_says_in_each_language_who_organises_it() -> None:
    nato = {"sq": "NATO", "en": "NATO", "fr": "OTAN"}
    assert [event.organizer for event in EVENTS.values()] == [nato] * 4


def test_there_are_exactly_four_events_on_their_days() -> None:
    assert {slug: event.when for slug, event in EVENTS.items()} == {
        HAGUE: all_day("2025-06-24", "2025-06-25"),
        MINISTERIAL: all_day("2026-02-12"),
        COUNCIL: all_day("2026-02-12"),
        ANKARA: all_day("2026-07-07", "2026-07-08"),
    }
    assert all(isinstance(event.when, AllDay) for event in EVENTS.values())
    assert len(CONTENT.seeds) == 4


def test_every_event_is_confirmed_and_complete_in_albanian() -> None:
    for event in EVENTS.values():
        assert event.status is Status.CONFIRMED
        assert event.language == "sq"
        assert "nato" in event.topics
        assert event.recurrence is None


def test_no_source_is_claimed_but_those_pages_of_nato_that_were_checked() -> None:
    found = {slug: [source.url for source in event.sources] for slug, event in EVENTS.items()}
    assert found == {HAGUE: [DECLARATION], MINISTERIAL: [REPORT], COUNCIL: [], ANKARA: [OVERVIEW]}
    assert all(one.language == "en" for event in EVENTS.values() for one in event.sources)


def test_every_uid_is_a_random_one() -> None:
    assert [UUID(event.uid).version for event in EVENTS.values()] == [4] * 4
    assert all(str(UUID(event.uid)) == event.uid for event in EVENTS.values())


def test_the_places_are_in_their_zones_and_on_the_map() -> None:
    found = {slug: event.place for slug, event in EVENTS.items() if event.place}
    assert {slug: place.zone for slug, place in found.items()} == {
        HAGUE: "Europe/Amsterdam",
        MINISTERIAL: "Europe/Brussels",
        COUNCIL: "Europe/Brussels",
        ANKARA: "Europe/Istanbul",
    }
    assert found[MINISTERIAL] == found[COUNCIL]
    assert found[MINISTERIAL].name["en"] == "NATO Headquarters, Brussels"
    assert _is_near(found[HAGUE], 52.08, 4.31)
    assert _is_near(found[MINISTERIAL], 50.88, 4.42)
    assert _is_near(found[ANKARA], 39.93, 32.86)


def _is_near(place: Place, latitude: float, longitude: float) -> bool:
    assert place.latitude is not None
    assert place.longitude is not None
    return abs(place.latitude - latitude) < 0.02 and abs(place.longitude - longitude) < 0.02


def test_rutte_chairs_the_ministerial_and_fedorov_and_kallas_come_to_the_council() -> None:
    people = {slug: [(p.name, p.chair) for p in e.participants] for slug, e in EVENTS.items()}
    assert people == {
        HAGUE: [],
        MINISTERIAL: [("Mark Rutte", True)],
        COUNCIL: [("Mykhailo Fedorov", False), ("Kaja Kallas", False)],
        ANKARA: [],
    }


def test_the_events_are_tied_as_they_are_in_the_year() -> None:
    part_of, prepares, follows = RelationType
    assert related(HAGUE) == set()
    assert related(MINISTERIAL) == {(prepares, ANKARA), (follows, HAGUE)}
    assert related(COUNCIL) == {(part_of, MINISTERIAL)}
    assert related(ANKARA) == {(follows, HAGUE)}


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("sq", ["Ukrainën", "krahu lindor", "Hagës", "5 për qind", "2035", "KFOR", "Ballkani"]),
        ("en", ["Ukraine", "eastern flank", "The Hague", "5%", "2035", "KFOR", "Western Balkans"]),
        ("fr", ["Ukraine", "flanc oriental", "La Haye", f"5{NBSP}%", "2035", "KFOR", "Balkans"]),
    ],
)
def test_the_ministerial_names_what_it_is_about_in_each_language(
    language: str, words: list[str]
) -> None:
    said = in_words(EVENTS[MINISTERIAL], language)
    assert [word for word in words if word not in said] == []
    assert {"ukraine", "eastern-flank", "defence-spending", "kfor", "western-balkans"} <= set(
        EVENTS[MINISTERIAL].topics
    )


def test_the_feeds_hold_their_events() -> None:
    assert {
        feed.slug: [slug for slug, event in EVENTS.items() if feed.selection.matches(event)]
        for feed in CONTENT.feeds
    } == {
        "nato": [HAGUE, MINISTERIAL, COUNCIL, ANKARA],
        "nato-summits": [HAGUE, ANKARA],
        "nato-ministerials": [MINISTERIAL, COUNCIL],
        "western-balkans": [MINISTERIAL],
    }


def test_the_feeds_have_an_order_three_languages_and_a_colour_of_their_own() -> None:
    assert [feed.position for feed in CONTENT.feeds] == [1, 2, 3, 4]
    assert all(feed.languages == LANGUAGES for feed in CONTENT.feeds)
    assert len({feed.color for feed in CONTENT.feeds}) == 4


@pytest.mark.parametrize("feed", CONTENT.feeds, ids=lambda feed: feed.slug)
def test_a_feeds_colour_can_be_seen_on_white_and_on_black(feed: Feed) -> None:
    light = _luminance(feed.color)
    assert 1.05 / (light + 0.05) >= 3  # WCAG 2.2, 1.4.11
    assert (light + 0.05) / 0.05 >= 3


def _luminance(color: str) -> float:
    parts = [int(part) / 255 for part in webcolors.name_to_rgb(color)]
    r, g, b = (p / 12.92 if p <= 0.04045 else math.pow((p + 0.055) / 1.055, 2.4) for p in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def test_every_text_is_there_in_all_three_languages() -> None:
    for feed in CONTENT.feeds:
        assert tuple(feed.title) == tuple(feed.description) == LANGUAGES
    for event in EVENTS.values():
        assert event.place is not None
        localized = [event.title, event.description, event.place.name]
        for text in [*localized, *(one.role for one in event.participants)]:
            assert tuple(text) == LANGUAGES


def wrong(pattern: str, *languages: str) -> list[tuple[str, str, str]]:
    return [
        (where, code, words)
        for where, code, words in texts()
        if code in (languages or LANGUAGES) and re.search(pattern, words)
    ]


def test_french_never_breaks_a_line_before_its_punctuation() -> None:
    assert wrong(rf"[^{NBSP}{NARROW_NBSP}][:;!?%»]", "fr") == []
    assert wrong(rf"«[^{NBSP}{NARROW_NBSP}]", "fr") == []
    assert any(NBSP in words for _, code, words in texts() if code == "fr")


def test_only_french_parts_its_punctuation_from_the_word() -> None:
    assert wrong(r"\s[:;!?%]", "sq", "en") == []
    assert wrong(r"\s[.,]") == []


def test_apostrophes_and_quotes_are_those_of_print() -> None:
    assert wrong(r"""['"`´]""") == []


def test_no_text_has_a_blank_too_many_or_none_at_its_end_or_a_stray_mark() -> None:
    assert wrong(r"  |^\s|\s$|\t|--|\.\.|\\") == []
    assert wrong(r"[^.\n]\n") == []


def test_descriptions_are_sentences_and_titles_are_not() -> None:
    for event in EVENTS.values():
        assert all(text.endswith(".") for text in event.description.values())
        assert not any(text.endswith(".") for text in event.title.values())


def test_each_language_calls_the_alliance_by_its_own_name() -> None:
    assert wrong(r"\bNATO\b", "fr") == []
    assert wrong(r"\bOTAN\b", "sq", "en") == []
    assert wrong(r"\bNATO(s|t)\b|\bNATO-së", "sq") == []


def test_english_is_british() -> None:
    assert wrong(r"(?i)\bdefense|program\b|\w+ize\b|percent\b", "en") == []


def test_no_description_repeats_its_dates_which_may_move() -> None:
    months = r"(?i)\b(janar|shkurt|qershor|korrik|february|june|july|février|juin|juillet)"
    assert wrong(months) == []
