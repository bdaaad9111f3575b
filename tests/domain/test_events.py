from __future__ import annotations

from calendar_service.domain.events import Place, Status
from calendar_service.domain.feeds import Feed, Selection
from tests.builders import event, timed


def test_a_text_comes_in_the_language_asked_for_and_says_so() -> None:
    summit = event({"sq": "Samiti", "en": "Summit"})
    assert summit.in_language(summit.title, "en") == ("Summit", "en")
    assert summit.title_in("en") == "Summit"


def test_a_text_without_the_language_comes_in_english_else_in_the_events_own() -> None:
    summit = event({"sq": "Samiti", "en": "Summit", "fr": "Sommet"})
    assert summit.in_language(summit.title, "de") == ("Summit", "en")
    samiti = event({"fr": "Sommet", "sq": "Samiti"})
    assert samiti.in_language(samiti.title, "de") == ("Samiti", "sq")


def test_a_text_without_the_language_comes_in_another_that_its_reader_knows() -> None:
    summit = event({"sq": "Samiti", "en": "Summit", "fr": "Sommet", "sr": "Самит"})
    assert summit.in_language(summit.title, "de", ["tr", "fr", "sq"]) == ("Sommet", "fr")
    assert summit.in_language(summit.title, "de", ["sr-Latn", "fr"]) == ("Самит", "sr")
    assert summit.in_language(summit.title, "de", ["tr"]) == ("Summit", "en")
    assert summit.in_language(summit.title, "en", ["fr"]) == ("Summit", "en")


def test_a_feed_is_called_alike() -> None:
    title = {"sq": "NATO-ja", "en": "NATO", "fr": "L’OTAN"}
    feed = Feed("nato", title, Selection(everything=True), ("sq", "en", "fr"), "navy", title)
    assert feed.titled("de") == feed.in_language(feed.description, "de") == ("NATO", "en")
    assert feed.titled("de", ["fr"]) == ("L’OTAN", "fr")
    own = Feed("nato", {"sq": "NATO-ja"}, Selection(everything=True), ("sq",), "navy")
    assert own.titled("de", ["fr"]) == ("NATO-ja", "sq")
    assert own.description_in("de") == ""


def test_a_text_in_the_same_language_but_another_script_is_nearer_than_the_events_own() -> None:
    summit = event({"sq": "Samiti", "sr": "Самит"})
    assert summit.in_language(summit.title, "sr-Latn") == ("Самит", "sr")
    assert summit.in_language({"sq": "Samiti", "sr-Latn": "Samit"}, "sr") == ("Samit", "sr-Latn")
    assert summit.in_language({"sr": "Самит", "sr-Latn": "Samit"}, "sr-Latn")[1] == "sr-Latn"


def test_a_text_without_both_comes_in_the_same_language_in_whatever_order_it_was_stored() -> None:
    summit = event("Samiti")
    assert summit.in_language({"fr": "Ankara (fr)", "en": "Ankara (en)"}, "de")[1] == "en"
    assert summit.in_language({"en": "Ankara (en)", "fr": "Ankara (fr)"}, "de")[1] == "en"


def test_a_text_that_is_not_there_is_empty() -> None:
    assert event("Samiti").in_language({}, "fr") == ("", "fr")
    assert event("Samiti").in_language({"fr": ""}, "fr") == ("", "fr")


def test_an_events_days_are_those_of_its_own_zone_then_its_places_then_the_sites() -> None:
    ankara = Place(name={"sq": "Ankara"}, zone="Europe/Istanbul")
    assert event(when=timed("2026-07-07 09:00"), place=ankara).home_zone("UTC") == "Europe/Brussels"
    assert event(place=ankara).home_zone("UTC") == "Europe/Istanbul"
    assert event(place=Place(name={"sq": "Ankara"})).home_zone("UTC") == "UTC"
    assert event().home_zone("UTC") == "UTC"


def test_people_are_reminded_of_what_takes_place_alone() -> None:
    assert {status for status in Status if status.takes_place} == {
        Status.TENTATIVE,
        Status.CONFIRMED,
    }
