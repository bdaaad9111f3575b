"""Every zone of the tz database, in feeds as they are served, as other people's readers read it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from calendar_service.domain.events import Revision
from calendar_service.domain.when import Timed
from calendar_service.domain.zones import DATABASE_VERSION, to_wall, zone, zone_names
from calendar_service.ical.calendars import feed_calendar, render_for_feed
from calendar_service.ical.events import Piece
from tests.builders import event, feed, revision
from tests.clients.reading import read_with
from tests.clients.serving import serving
from tests.ical.linted import assert_clean
from tests.ical.test_every_zone import changes
from tests.journeys.running_service import CHECKOUT

pytestmark = pytest.mark.clients

READERS = ("ical.js", "libical", "vobject")
ZONES_A_FEED = 100
YEARS = range(2024, 2031)
NEAR = [timedelta(minutes=minutes) for minutes in (-61, -1, 1, 61)]
"""From a change of the clocks, on both sides of it."""

DOC = CHECKOUT / "docs" / "readers.md"
UPDATE = "UPDATE_SNAPSHOTS"


@dataclass(frozen=True)
class Feed:
    """The bytes of one feed with many zones in it, and what it should be read as."""

    content: bytes
    instants: dict[str, str]
    with_rules: int
    in_utc: int


def probes(name: str) -> set[datetime]:
    """Instants around each change of a zone's clocks, and in between, to the minute."""
    found = {change + near for change in changes(zone(name)) for near in NEAR}
    found |= {datetime(year, month, 15, 12, tzinfo=UTC) for year in YEARS for month in (1, 5, 9)}
    return {instant.replace(second=0, microsecond=0) for instant in found}


def events_in(name: str) -> Iterator[tuple[Revision, str]]:
    """An event at each probe, on the zone's wall, and the instant that zoneinfo makes of it."""
    walls = {to_wall(instant, name) for instant in probes(name)}
    for number, wall in enumerate(sorted(walls)):
        instant = wall.replace(tzinfo=zone(name)).astimezone(UTC)
        uid = f"{name}/{number}"
        made = revision(event("x", Timed(wall, None, name), uid=uid, slug="x", language="en"))
        yield made, f"{instant:%Y-%m-%dT%H:%M:%S.000Z}"


def feed_of(names: list[str]) -> Feed:
    """A feed as it is served, with the events of many zones."""
    pieces: list[Piece] = []
    instants: dict[str, str] = {}
    zones: set[str] = set()
    for name in names:
        for made, instant in events_in(name):
            piece = render_for_feed(made, language="en", origin="https://example.org")
            assert isinstance(piece, Piece)
            pieces.append(piece)
            zones |= piece.zones
            instants[made.event.uid] = instant
    content = feed_calendar(
        [piece.content for piece in sorted(pieces, key=lambda one: one.order)],
        zones,
        feed(),
        language="en",
        fell_back=False,
        origin="https://example.org",
    )
    return Feed(assert_clean(content), instants, len(zones), len(names) - len(zones))


@pytest.fixture(scope="module")
def feeds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[tuple[str, Feed]]]:
    """All zones, some in each feed, with the address that each is served at."""
    folder = tmp_path_factory.mktemp("zones")
    names = sorted(zone_names())
    made = [
        feed_of(names[start : start + ZONES_A_FEED]) for start in range(0, len(names), ZONES_A_FEED)
    ]
    for number, one in enumerate(made):
        (folder / f"{number}.ics").write_bytes(one.content)
    with serving(folder) as address:
        yield [(f"{address}/{number}.ics", one) for number, one in enumerate(made)]


def differences(reader: str, feeds: list[tuple[str, Feed]]) -> dict[str, tuple[str, str]]:
    """What a reader makes of events, and zoneinfo, where the two are not the same."""
    found: dict[str, tuple[str, str]] = {}
    for url, one in feeds:
        read = {entry.uid: entry.start for entry in read_with(reader, url)}
        assert read.keys() == one.instants.keys()
        found |= {uid: (read[uid], said) for uid, said in one.instants.items() if read[uid] != said}
    return found


@pytest.mark.parametrize("reader", READERS)
def test_it_reads_every_hour_of_every_zone_as_zoneinfo_does(
    reader: str, feeds: list[tuple[str, Feed]]
) -> None:
    assert differences(reader, feeds) == {}


def test_the_table_in_the_docs_is_what_was_compared(feeds: list[tuple[str, Feed]]) -> None:
    table = _table([one for _, one in feeds])
    text = DOC.read_text(encoding="utf-8")
    begin, end = "<!-- zones -->\n", "<!-- /zones -->"
    before, _, rest = text.partition(begin)
    kept, _, after = rest.partition(end)
    if os.environ.get(UPDATE):
        DOC.write_text(f"{before}{begin}{table}{end}{after}", encoding="utf-8")
        return
    assert kept == table


def _table(feeds: list[Feed]) -> str:
    """Readers in rows; that there are no differences is what the test above finds."""
    compared = f"{sum(len(one.instants) for one in feeds):,}"
    rules, in_utc = sum(one.with_rules for one in feeds), sum(one.in_utc for one in feeds)
    rows = "".join(f"| {reader} | {rules} | {in_utc} | {compared} | 0 |\n" for reader in READERS)
    names = ["zones with a VTIMEZONE", "zones in UTC", "hours compared", "differences"]
    head = f"| {' | '.join([f'tz database {DATABASE_VERSION}', *names])} |"
    return f"{head}\n|---|---|---|---|---|\n{rows}"
