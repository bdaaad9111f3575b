"""What search engines read of an event."""

from __future__ import annotations

import json
from typing import Any

import pytest

from calendar_service.domain.events import Conference, Event, Place, Status
from calendar_service.domain.when import When
from calendar_service.syndication.items import Item
from calendar_service.syndication.json_ld import json_ld_for_page
from tests.builders import all_day, event, in_month, revision, timed
from tests.syndication.samples import ORIGIN


def linked(told: Event, *before: When) -> Any:
    return json.loads(json_ld_for_page(Item(revision(told), "en", ORIGIN, before=before)))


@pytest.mark.parametrize(
    ("when", "start", "end"),
    [
        (timed("2026-02-12 15:00", "18:00"), "2026-02-12T15:00:00+01:00", "T18:00:00+01:00"),
        (timed("2026-07-12 15:00"), "2026-07-12T15:00:00+02:00", None),
        (all_day("2026-07-07", "2026-07-08"), "2026-07-07", "2026-07-08"),
        (in_month("2026-07"), "2026-07", None),
    ],
)
def test_a_time_is_written_with_its_offset_and_a_day_is_a_day(
    when: When, start: str, end: str | None
) -> None:
    read = linked(event("Summit", when))
    assert read["startDate"] == start
    assert read.get("endDate", "None").endswith(str(end))


def test_an_event_that_moved_says_when_it_was_to_be() -> None:
    read = linked(event("Summit", all_day("2026-07-14")), all_day("2026-07-07"))
    assert read["eventStatus"] == "https://schema.org/EventRescheduled"
    assert read["previousStartDate"] == ["2026-07-07"]


@pytest.mark.parametrize(
    ("status", "word"),
    [
        (Status.CONFIRMED, "EventScheduled"),
        (Status.TENTATIVE, "EventScheduled"),
        (Status.CANCELLED, "EventCancelled"),
        (Status.POSTPONED, "EventPostponed"),
    ],
)
def test_the_status_is_schema_orgs(status: Status, word: str) -> None:
    assert linked(event("Summit", status=status))["eventStatus"] == f"https://schema.org/{word}"


def test_a_place_has_its_position_and_an_online_event_its_address() -> None:
    ankara = Place({"en": "Ankara"}, latitude=39.93, longitude=32.86)
    read = linked(event("Summit", place=ankara, organizer={"en": "NATO"}))
    assert read["location"]["name"] == "Ankara"
    assert read["location"]["geo"]["latitude"] == 39.93
    assert read["organizer"] == {"@type": "Organization", "name": "NATO"}
    assert read["eventAttendanceMode"].endswith("/OfflineEventAttendanceMode")
    online = linked(event("Talk", place=ankara, conference=Conference("https://example.org/live")))
    assert [one["@type"] for one in online["location"]] == ["Place", "VirtualLocation"]
    assert online["eventAttendanceMode"].endswith("/MixedEventAttendanceMode")


def test_who_publishes_an_event_is_not_said_to_organise_it() -> None:
    assert "organizer" not in linked(event("Summit"))
