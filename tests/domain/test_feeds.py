from __future__ import annotations

import json

import pytest

from calendar_service.domain.events import Status
from calendar_service.domain.feeds import (
    Feed,
    Selection,
    read_feed,
    read_feed_fields,
    write_feed,
)
from calendar_service.domain.fields import Fields
from calendar_service.errors import Problem
from tests.builders import event, feed

GOOD: dict[str, object] = {
    "title": {"sq": "Samitet", "en": "Summits"},
    "languages": ["sq", "en"],
    "color": "steelblue",
    "select": {"topics": ["summit"]},
}


def mistakes(document: dict[str, object]) -> list[str]:
    problems: list[Problem] = []
    read_feed_fields(Fields(document, "feeds/x.toml", problems), "x")
    return [f"{problem.key}: {problem.message}" for problem in problems]


def test_a_feed_of_everything_holds_every_event() -> None:
    assert feed().selection.matches(event())
    assert feed().selection.matches(event(topics=("kfor",)))


def test_a_feed_of_topics_holds_what_has_one_of_them() -> None:
    chosen = feed(topics=["summit", "kfor"]).selection
    assert chosen.matches(event(topics=("nato", "kfor")))
    assert not chosen.matches(event(topics=("nato",)))
    assert not chosen.matches(event())


def test_a_feed_of_uids_holds_what_is_named() -> None:
    one, other = event("Një"), event("Dy")
    chosen = feed(uids=[one.uid], topics=["summit"]).selection
    assert chosen.matches(one)
    assert not chosen.matches(other)
    assert chosen.matches(event("Dy", topics=("summit",)))


def test_a_draft_belongs_nowhere_and_a_cancelled_event_stays() -> None:
    draft = event(status=Status.DRAFT, topics=("summit",))
    for chosen in (feed(), feed(topics=["summit"]), feed(uids=[draft.uid])):
        assert not chosen.selection.matches(draft)
    assert feed().selection.matches(event(status=Status.CANCELLED))
    assert feed().selection.matches(event(status=Status.POSTPONED))


def test_a_feed_speaks_its_first_language_unless_it_has_the_one_asked_for() -> None:
    summits = feed("samitet", languages=["en", "sq"], description={"en": "All of them"})
    assert summits.language == "en"
    assert summits.title_in("sq") == "samitet (sq)"
    assert summits.title_in("fr") == "samitet (en)"
    assert summits.description_in("sq") == "All of them"
    assert feed().description_in("sq") == ""
    assert feed("samiti", languages=["en", "sr"]).title_in("sr-Latn") == "samiti (sr)"


@pytest.mark.parametrize(
    "written",
    [
        feed(),
        feed("x", topics=["summit", "kfor"], uids=["a", "b"], position=7),
        feed("y", languages=["sq"], description={"sq": "Dy\nrreshta"}, color="teal"),
    ],
)
def test_a_feed_that_was_written_is_read_as_it_was(written: Feed) -> None:
    document = json.loads(json.dumps(write_feed(written)))
    assert read_feed(written.slug, document) == written


def test_a_feed_needs_no_more_than_title_languages_colour_and_selection() -> None:
    assert mistakes(GOOD) == []
    read = read_feed("x", GOOD)
    assert read == feed(
        "x",
        languages=["sq", "en"],
        title={"sq": "Samitet", "en": "Summits"},
        topics=["summit"],
        description={},
        position=100,
    )
    assert read.selection == Selection(topics=("summit",))


def test_a_feeds_description_may_have_several_lines() -> None:
    assert mistakes(GOOD | {"description": {"sq": "Një\n\nDy"}}) == []


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"title": None}, "title: is missing"),
        ({"title": {"sq": "Samitet"}}, "title: has no text for the offered language 'en'"),
        ({"languages": None}, "languages: is missing; name the offered ones"),
        ({"languages": []}, "languages: is missing; name the offered ones"),
        ({"languages": ["sq", "English"]}, "languages: 'English' is no language code"),
        ({"languages": ["sq", "sq"]}, "languages: names one thing twice"),
        ({"languages": ["sq", ""]}, "languages: has an empty text"),
        ({"languages": "sq"}, 'languages: must be a list: ["one", "two"]'),
        ({"color": None}, "color: is missing"),
        ({"color": " "}, "color: is empty"),
        ({"position": 0}, "position: must be a number from 1 to 10000"),
        ({"position": 1.5}, "position: must be a whole number from 1 to 10000"),
        ({"position": "first"}, "position: must be a number from 1 to 10000"),
        ({"select": None}, "select: is missing; say topics"),
        ({"select": "summit"}, "select: must be a table of its own: [select]"),
        ({"select": {}}, "select: selects nothing; say topics"),
        ({"select": {"topics": ["Summit"]}}, "select.topics: 'Summit' must be like"),
        ({"select": {"everything": "yes"}}, "select.everything: must be true or false"),
        (
            {"select": {"everything": True, "uids": ["a"]}},
            "select.everything: leaves nothing to choose",
        ),
        (
            {"select": {"topic": ["summit"], "uids": ["a"]}},
            "select.topic: is not a known field. Did you mean 'topics'?",
        ),
        ({"colour": "teal"}, "colour: is not a known field. Did you mean 'color'?"),
    ],
)
def test_a_mistake_in_a_feed_is_named_with_its_key_and_remedy(
    wrong: dict[str, object], says: str
) -> None:
    found = mistakes(GOOD | wrong)
    assert any(one.startswith(says) for one in found), found
