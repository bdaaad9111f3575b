from __future__ import annotations

import json
from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given, settings

from calendar_service.domain.documents import read_event, write_event
from calendar_service.domain.events import Event, Place, Relation, RelationType, Status
from calendar_service.domain.recurrence import Recurrence
from calendar_service.domain.when import AllDay, InMonth, Timed
from calendar_service.domain.when_documents import parse_when, read_when, write_when
from calendar_service.errors import InvalidInputError
from tests.builders import all_day, event, in_month, timed, wall
from tests.domain.strategies import events

GOOD: dict[str, object] = {
    "uid": "a9d4353e-46b2-45ba-aad3-4b7de86fb3e8",
    "slug": "samiti",
    "start": "2026-07-07",
    "language": "sq",
    "title": {"sq": "Samiti"},
}


def mistakes(document: dict[str, object]) -> list[str]:
    try:
        read_event(document)
    except InvalidInputError as error:
        return [f"{problem.key}: {problem.message}" for problem in error.problems]
    return []


@settings(deadline=None)
@given(events())
def test_an_event_that_was_written_is_read_as_it_was(written: Event) -> None:
    document = json.loads(json.dumps(write_event(written), allow_nan=False))
    assert read_event(document) == written
    assert write_event(read_event(document)) == write_event(written)


def test_what_is_empty_is_not_written() -> None:
    plain = event("Samiti", all_day("2026-07-07"), place=Place({"sq": "Greenwich"}, None, 51.48, 0))
    assert write_event(plain) == {
        "uid": plain.uid,
        "slug": "samiti",
        "start": "2026-07-07",
        "end": "2026-07-07",
        "status": "confirmed",
        "language": "sq",
        "title": {"sq": "Samiti"},
        "place": {"name": {"sq": "Greenwich"}, "latitude": 51.48, "longitude": 0},
    }


def test_dates_are_read_bare_as_toml_has_them_and_in_quotes_as_json_does() -> None:
    bare = {"start": date(2026, 7, 7), "end": date(2026, 7, 8)}
    assert read_event(GOOD | bare).when == all_day("2026-07-07", "2026-07-08")
    hours = {
        "start": wall("2026-07-07 15:00"),
        "end": "2026-07-07 16:30",
        "zone": "Europe/Brussels",
    }
    assert read_event(GOOD | hours).when == timed("2026-07-07 15:00", "16:30")


def test_an_event_that_says_little_is_confirmed_and_lasts_a_day() -> None:
    read = read_event(GOOD)
    assert read.status is Status.CONFIRMED
    assert read.when == all_day("2026-07-07")
    assert (read.place, read.recurrence, read.topics, read.relations) == (None, None, (), ())


def test_a_rule_is_kept_in_capitals() -> None:
    read = read_event(GOOD | {"recurrence": {"rule": "freq=weekly;count=4"}})
    assert read.recurrence == Recurrence("FREQ=WEEKLY;COUNT=4")


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"uid": None}, ["uid: is missing; every entry needs it."]),
        ({"uid": ""}, ["uid: is empty; every entry needs it."]),
        ({"slug": ""}, ["slug: is empty; every entry needs it."]),
        ({"language": None}, ["language: is missing; every entry needs it."]),
        ({"title": None}, ["title: is missing; every entry needs it."]),
        (
            {"title": {"en": "Summit"}},
            ["title: has no text in the event's own language 'sq'."],
        ),
        ({"start": None}, ["start: is missing; every entry needs it."]),
        (
            {"relations": [{"uid": GOOD["uid"]}]},
            ["relations: names the event itself; name the other one's UID."],
        ),
        ({"place": {"zone": "UTC"}}, ["place.name: is missing; every entry needs it."]),
        (
            {"place": {"name": {"sq": "Ankara"}, "latitude": 39.9}},
            ["place.latitude: and longitude go together; write both or neither."],
        ),
        (
            {"place": {"name": {"sq": "Ankara"}, "latitude": 390, "longitude": 32}},
            ["place.latitude: must be a number from -90 to 90."],
        ),
        (
            {"place": {"name": {"sq": "Ankara"}, "zone": "Turkey/Ankara"}},
            ["place.zone: No time zone 'Turkey/Ankara'; write it like 'Europe/Brussels'."],
        ),
        (
            {"participants": [{"name": ""}]},
            ["participants[1].name: is empty; every entry needs it."],
        ),
        (
            {"participants": [{"name": "Mark Rutte", "chiar": True}]},
            ["participants[1].chiar: is not a known field. Did you mean 'chair'?"],
        ),
        (
            {"sources": [{"title": "NATO", "url": "nato.int"}]},
            ["sources[1].url: 'nato.int' is no web address; write it with https:// and a host."],
        ),
        (
            {"relations": [{"type": "part-off", "uid": "x"}]},
            [
                (
                    "relations[1].type: 'part-off' is not one of part-of, prepares, follows. "
                    "Did you mean 'part-of'?"
                )
            ],
        ),
        ({"recurrence": {}}, ["recurrence.rule: is missing; every entry needs it."]),
        (
            {"recurrence": {"rule": "FREQ=WEEKLY;BYDAY=MO"}},
            [
                (
                    "recurrence.rule: The rule must include the event's own start;"
                    " move the start or the rule."
                )
            ],
        ),
        (
            {"start": None, "month": "2026-07", "recurrence": {"rule": "FREQ=DAILY"}},
            [
                "recurrence.rule: an event whose day is not yet known cannot repeat; take it out.",
            ],
        ),
        (
            {"start": "7 July", "recurrence": {"rule": "FREQ=WEEKLY;BYDAY=MO"}},
            ["start: is no date; write 2026-07-07, or 2026-07-07T15:00:00 with an hour."],
        ),
        (
            {
                "start": "2026-07-07 15:00",
                "zone": "Europe/Ankara",
                "recurrence": {"rule": "FREQ=DAILY"},
            },
            ["zone: No time zone 'Europe/Ankara'; write it like 'Europe/Brussels'."],
        ),
        ({"titel": {"sq": "x"}}, ["titel: is not a known field. Did you mean 'title'?"]),
    ],
)
def test_a_mistake_in_an_event_is_named_once_with_its_key_and_remedy(
    wrong: dict[str, object], says: list[str]
) -> None:
    assert mistakes(GOOD | wrong) == says


def test_all_mistakes_of_an_event_are_named_at_once() -> None:
    wrong: dict[str, object] = {
        "uid": "a b",
        "slug": "Samiti",
        "start": "tomorrow",
        "title": {"sq": ""},
        "language": "sq",
        "status": "sure",
        "place": {"name": "Ankara"},
        "colour": "red",
    }
    keys = [found.partition(":")[0] for found in mistakes(wrong)]
    assert keys == ["start", "uid", "slug", "title.sq", "status", "place.name", "colour"]


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ({"start": "2026-07-32"}, "start: is no date"),
        ({"start": "20260707"}, "start: is no date"),
        ({"start": "2026-W28-2"}, "start: is no date"),
        ({"start": "2026-07-07x15:00"}, "start: is no date"),
        ({"start": "2026-07-07 25:00", "zone": "UTC"}, "start: is no date"),
        ({"start": 20260707}, "start: is no date"),
        ({"start": time(15)}, "start: is no date"),
        ({"start": "0206-07-07"}, "start: is in the year 206; write one from 1900 to 2199."),
        ({"start": "9999-12-31"}, "start: is in the year 9999"),
        ({"start": "2026-07-07", "end": "2206-07-08"}, "end: is in the year 2206"),
        ({"start": "2026-07-07T15:00:00+02:00"}, "start: carries an offset; write the wall time"),
        ({"start": datetime(2026, 7, 7, 15, tzinfo=UTC)}, "start: carries an offset"),
        ({"start": "2026-07-07 15:00"}, "zone: is missing; a start with an hour needs one"),
        ({"start": "2026-07-07 15:00", "zone": "CEST"}, "zone: No time zone 'CEST'"),
        (
            {"start": "2026-07-07 15:00", "end": "2026-07-08", "zone": "UTC"},
            "end: needs an hour like the start: 2026-07-08T18:00:00.",
        ),
        (
            {"start": "2026-07-07 15:00", "end": "2026-07-07 14:59", "zone": "UTC"},
            "end: 2026-07-07 14:59:00 is before the start 2026-07-07 15:00:00; swap them.",
        ),
        (
            {"start": "2026-07-07", "end": "2026-07-08 15:00"},
            "end: has an hour but start has none; write it like 2026-07-07.",
        ),
        (
            {"start": "2026-07-08", "end": "2026-07-07"},
            "end: 2026-07-07 is before the start 2026-07-08; swap them.",
        ),
        ({"start": "2026-07-07", "zone": "UTC"}, "zone: an all-day event has none"),
        ({"month": "2026-13"}, "month: '2026-13' is no month; write it like '2026-07'."),
        ({"month": "July"}, "month: 'July' is no month; write it like '2026-07'."),
        ({"month": "1026-07"}, "month: is in the year 1026; write one from 1900 to 2199."),
        ({"month": "2026-07", "start": "2026-07-07"}, "start: excludes month"),
        ({"month": "2026-07", "zone": "UTC"}, "zone: excludes month"),
    ],
)
def test_a_time_that_is_wrong_says_how_to_write_it(written: dict[str, object], says: str) -> None:
    document = {name: value for name, value in GOOD.items() if name != "start"} | written
    found = mistakes(document)
    assert len(found) == 1
    assert found[0].startswith(says)


def test_a_fraction_of_a_second_is_dropped() -> None:
    assert parse_when("2026-07-07T15:00:00.75", None, "UTC", "a form") == timed(
        "2026-07-07 15:00", zone="UTC"
    )


@pytest.mark.parametrize(
    ("start", "end", "zone", "when"),
    [
        ("2026-07-07", None, None, all_day("2026-07-07")),
        ("2026-07-07", "2026-07-08", None, all_day("2026-07-07", "2026-07-08")),
        ("2026-07-07 15:00", None, "Europe/Brussels", timed("2026-07-07 15:00")),
        (
            "2026-07-07T15:00",
            "2026-07-07T16:30",
            "Europe/Brussels",
            timed("2026-07-07 15:00", "16:30"),
        ),
        ("2026-07", None, None, in_month("2026-07")),
    ],
)
def test_when_is_typed_as_a_day_an_hour_or_a_month(
    start: str, end: str | None, zone: str | None, when: AllDay | Timed | InMonth
) -> None:
    assert parse_when(start, end, zone, "events add") == when


def test_a_mistyped_time_names_the_command_and_the_field() -> None:
    with pytest.raises(InvalidInputError) as raised:
        parse_when("tomorrow", None, None, "events add")
    assert str(raised.value).startswith("events add: start: is no date")


@pytest.mark.parametrize(
    ("when", "document"),
    [
        (in_month("2026-07"), {"month": "2026-07"}),
        (all_day("2026-07-07"), {"start": "2026-07-07", "end": "2026-07-07"}),
        (
            timed("2026-07-07 15:00"),
            {"start": "2026-07-07T15:00:00", "zone": "Europe/Brussels"},
        ),
    ],
)
def test_when_has_one_written_form(
    when: AllDay | Timed | InMonth, document: dict[str, object]
) -> None:
    assert write_when(when) == document
    if not isinstance(when, InMonth):
        assert read_when(document) == when


def test_an_instance_always_has_a_day() -> None:
    for document in ({"month": "2026-07"}, {}):
        with pytest.raises(InvalidInputError):
            read_when(document)


def test_a_relation_without_a_type_says_part_of() -> None:
    read = read_event(GOOD | {"relations": [{"uid": "x"}]})
    assert read.relations == (Relation(RelationType.PART_OF, "x"),)
