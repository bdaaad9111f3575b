"""What has become of an event, as its page tells it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from calendar_service.domain.events import Event, Participant, Place, Status
from calendar_service.domain.history import State, history_in_words, times_before
from calendar_service.domain.recurrence import Recurrence
from calendar_service.language.catalogues import LANGUAGES
from tests.builders import all_day, event, in_month, timed, utc

SUMMIT = event({"en": "Summit", "sq": "Samiti"}, all_day("2026-07-07"), language="en")


def states(*events: Event) -> list[State]:
    """The events as published on one day after the other."""
    return [State(one, utc(f"2026-01-{day:02} 10:00")) for day, one in enumerate(events, start=1)]


def told(*events: Event) -> list[str]:
    return [" ".join(map(str, one.sentences)) for one in history_in_words(states(*events), "en")]


def test_the_latest_change_is_told_first_and_the_publication_last() -> None:
    moved = replace(SUMMIT, when=all_day("2026-07-14"))
    cancelled = replace(moved, status=Status.CANCELLED)
    assert told(SUMMIT, moved, cancelled) == [
        "Cancelled.",
        "Moved from Tuesday, 7 July 2026 to Tuesday, 14 July 2026.",
        "Published.",
    ]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"status": Status.POSTPONED}, "Postponed; the new date is not known yet."),
        ({"status": Status.TENTATIVE}, "It is not certain any more."),
        ({"title": {"en": "Peak"}}, "It was called “Summit” before."),
        ({"description": {"en": "The allies meet."}}, "The description was revised."),
        ({"participants": (Participant("Mark Rutte"),)}, "Who takes part has changed."),
        ({"place": Place({"en": "Ankara"})}, "The place was announced: Ankara."),
        ({"recurrence": Recurrence("FREQ=YEARLY")}, "The dates of the series are others now."),
        (
            {"when": timed("2026-07-07 15:00", zone="UTC")},
            "Moved from Tuesday, 7 July 2026 to Tuesday, 7 July 2026 at 15:00, UTC.",
        ),
    ],
)
def test_each_change_has_a_sentence_of_its_own(changes: dict[str, object], sentence: str) -> None:
    after = replace(SUMMIT, **changes)  # type: ignore[arg-type]
    assert told(SUMMIT, after) == [sentence, "Published."]
    for language in LANGUAGES:
        words = history_in_words(states(SUMMIT, after), language)
        assert all(one.sentences for one in words)


def test_what_comes_back_is_told_as_that() -> None:
    cancelled = replace(SUMMIT, status=Status.CANCELLED)
    assert told(SUMMIT, cancelled, SUMMIT)[0] == "It takes place after all."
    tentative = replace(SUMMIT, status=Status.TENTATIVE)
    assert told(tentative, SUMMIT)[0] == "Confirmed."


def test_a_day_that_becomes_known_has_not_moved() -> None:
    unknown = replace(SUMMIT, when=in_month("2026-07"))
    assert told(unknown, SUMMIT)[0] == "The date was announced: Tuesday, 7 July 2026."


def test_a_place_that_changes_says_where_it_was() -> None:
    ankara, bursa = (replace(SUMMIT, place=Place({"en": name})) for name in ("Ankara", "Bursa"))
    assert told(ankara, bursa)[0] == "The place changed; it was Ankara before."


def test_what_readers_do_not_care_for_and_drafts_are_not_told() -> None:
    draft = replace(SUMMIT, status=Status.DRAFT)
    elsewhere = replace(SUMMIT, topics=("summit",))
    translated = replace(SUMMIT, title={"en": "Summit", "sq": "Takimi"})
    assert told(draft, SUMMIT, elsewhere, translated) == ["Published."]


def test_the_times_that_an_event_had_are_each_told_once() -> None:
    first, second = all_day("2026-07-07"), all_day("2026-07-14")
    events = [replace(SUMMIT, when=when) for when in (first, second, first, second)]
    assert times_before(states(*events)) == (first,)
    assert times_before(states(SUMMIT)) == ()
