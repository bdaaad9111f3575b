"""What readers make differently of one calendar, each in a small file: why feeds avoid it.

The files are in tests/calendars. Where a reader is mended, take it out of the table here; where all
are, the feeds may be written in that form again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.clients.apps import APPS, eventually, running_app
from tests.clients.reading import COMMANDS, ReadEntry, read_with
from tests.clients.serving import serving
from tests.journeys.running_service import CHECKOUT

pytestmark = pytest.mark.clients

FIRST, LAST = "2024-01-01", "2032-01-01"


@dataclass(frozen=True)
class Kept:
    """The starts and ends that are meant, and who reads others; the times are hours in UTC."""

    meant: tuple[str, ...]
    read_otherwise_by: frozenset[str]


def kept(*meant: str, by: str) -> Kept:
    return Kept(meant, frozenset(name.strip() for name in by.split(",")))


CALENDARS: Mapping[str, Kept] = {
    "a-backslash-before-an-n": kept("C:\\New 2026-02-12/2026-02-13", by="node-ical"),
    "a-change-from-one-instance-on": kept(
        "Event 2026-03-02T08:00/2026-03-02T09:00",
        "Event 2026-03-09T13:00/2026-03-09T14:00",
        "Event 2026-03-16T13:00/2026-03-16T14:00",
        by="node-ical, vobject, libical, Thunderbird, evolution-data-server",
    ),
    "a-date-besides-the-rule": kept(
        "Event 2026-03-02T08:00/2026-03-02T09:00",
        "Event 2026-03-09T08:00/2026-03-09T09:00",
        "Event 2026-03-12T14:00/2026-03-12T15:00",
        by="node-ical, libical",
    ),
    "a-series-during-whose-first-instance-the-clocks-change": kept(
        "Event 2026-10-24T21:00/2026-10-25T08:00",
        "Event 2026-10-31T22:00/2026-11-01T08:00",
        by="ical.js, node-ical, vdirsyncer and khal, KCalendarCore, Thunderbird, "
        "evolution-data-server",
    ),
    "a-series-during-whose-second-instance-the-clocks-change": kept(
        "Event 2026-10-17T21:00/2026-10-18T07:00",
        "Event 2026-10-24T21:00/2026-10-25T08:00",
        by="node-ical, vdirsyncer and khal, KCalendarCore",
    ),
    "a-yearly-29-february": kept(
        "Event 2024-02-29/2024-03-01",
        "Event 2028-02-29/2028-03-01",
        by="ical.js, Thunderbird",
    ),
    "a-zone-that-counts-from-utc": kept(
        "Event 2026-03-02T03:00/2026-03-02T04:00", by="evolution-data-server"
    ),
    "a-zone-with-its-changes-in-one-list": kept(
        "Event 2026-03-30T13:00/2026-03-30T14:00", by="ical.js, vobject, Thunderbird"
    ),
    "an-event-during-which-the-clocks-change": kept(
        "Event 2026-10-24T21:00/2026-10-25T08:00", by="evolution-data-server"
    ),
    "an-hour-that-comes-twice": kept(
        "Event 2026-10-25T00:30/2026-10-25T03:00",
        by="ical.js, node-ical, vdirsyncer and khal, libical, KCalendarCore, Thunderbird, "
        "evolution-data-server",
    ),
    "an-hour-that-is-skipped": kept(
        "Event 2026-03-29T01:30/2026-03-29T02:00",
        by="ical.js, vobject, libical, KCalendarCore, Thunderbird, evolution-data-server",
    ),
    "an-instance-of-what-does-not-repeat": kept(
        "Event 2026-03-03T08:00/2026-03-03T09:00",
        by="ical.js, node-ical, vobject, libical, KCalendarCore, evolution-data-server",
    ),
    "no-end-and-no-duration": kept(
        "Event 2026-03-30T13:00/2026-03-30T13:00", by="vdirsyncer and khal"
    ),
}
"""Meant is the first of two hours that are the same, and of one that is skipped what it would be
without the change (RFC 5545 3.3.5). Every instance is meant to end at the same hour on the wall."""


@pytest.fixture(scope="module")
def folder() -> Iterator[str]:
    """Where the files are served."""
    with serving(CHECKOUT / "tests" / "calendars") as address:
        yield address


def written(entries: list[ReadEntry]) -> tuple[str, ...]:
    """What is read, once each: khal tells again on each further day of an event."""
    return tuple(sorted({f"{one.title} {_hour(one.start)}/{_hour(one.end)}" for one in entries}))


def _hour(time: str) -> str:
    return time.removesuffix(":00.000Z")


@pytest.mark.parametrize("reader", COMMANDS)
def test_each_is_read_as_meant_except_by_those_that_are_named(reader: str, folder: str) -> None:
    read = {
        name: written(read_with(reader, f"{folder}/{name}.ics", FIRST, LAST)) for name in CALENDARS
    }
    otherwise = {name for name, one in CALENDARS.items() if read[name] != one.meant}
    assert otherwise == {
        name for name, one in CALENDARS.items() if reader in one.read_otherwise_by
    }, read


@pytest.mark.parametrize("name", APPS)
def test_an_application_reads_as_meant_all_that_do_not_name_it(
    name: str, folder: str, tmp_path: Path
) -> None:
    """Those that do are not looked at: Debian renews applications, and may have mended them."""
    with running_app(name, tmp_path, "UTC") as app:
        for file, calendar in CALENDARS.items():
            if name not in calendar.read_otherwise_by:
                app.subscribe(f"{folder}/{file}.ics")
                eventually(lambda: written(app.occurrences(FIRST, LAST)), calendar.meant)


def test_every_file_is_in_the_table_or_another_test() -> None:
    files = {file.stem for file in (CHECKOUT / "tests" / "calendars").glob("*.ics")}
    assert files - CALENDARS.keys() == {"events-with-mistakes", "only-what-is-required"}
