"""Every reader expands a feed to the same occurrences as we do, over five years."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import pytest

from calendar_service.catalog.files import load_content
from calendar_service.domain.events import Event
from calendar_service.domain.recurrence import Occurrence, occurrences
from calendar_service.domain.when import AllDay, InMonth
from tests.clients.apps import APPS, App, eventually, running_app
from tests.clients.drawn import as_seeds, drawn_events, parted_over, rare_rules
from tests.clients.reading import COMMANDS, RENAMING, ReadEntry, read_with
from tests.journeys.running_service import CHECKOUT, Running, running

pytestmark = pytest.mark.clients

FIRST, LAST = "2024-01-01", "2029-01-01"
FEED = """languages = ["en"]
color = "navy"
title = { en = "Drawn" }
select = { everything = true }
"""

BACKSLASH = {"node-ical"}
r"""It reads the backslash of `C:\New`, written `C:\\New` (RFC 5545 3.3.11), and the n after it as a
line break; no way of writing it escapes that, so titles are compared without the two."""

AN_HOUR = {"vdirsyncer and khal"}
"""What has no known end lasts an hour for it."""


Differences = tuple[list[tuple[str, ...]], list[tuple[str, ...]]]
NONE: Differences = ([], [])


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Running, list[Event]]]:
    """A running site with three hundred drawn events, what readers have parted over, and more."""
    folder = tmp_path_factory.mktemp("drawn")
    events = [*drawn_events(), *parted_over(), *rare_rules()]
    for name, content in {"seeds/drawn.toml": as_seeds(events), "feeds/drawn.toml": FEED}.items():
        file = folder / "content" / name
        file.parent.mkdir(parents=True)
        file.write_text(content, encoding="utf-8")
    with running(folder / "var", CALENDAR_CONTENT=str(folder / "content")) as service:
        yield service, events


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Running, list[Event]]]:
    """A running site with its starting content, and its events."""
    with running(tmp_path_factory.mktemp("seeded") / "var") as service:
        yield service, [seed.event for seed in load_content(CHECKOUT).seeds]


def ours(events: list[Event]) -> Iterator[ReadEntry]:
    """What we say that there is."""
    first, last = date.fromisoformat(FIRST), date.fromisoformat(LAST)
    for event in events:
        assert not isinstance(event.when, InMonth)
        span = {"first": first - timedelta(2), "last": last + timedelta(2)}
        for occurrence in occurrences(event.when, event.recurrence, **span):
            entry = _entry(event, occurrence)
            if FIRST <= entry.start < LAST:
                yield entry


def _entry(event: Event, occurrence: Occurrence) -> ReadEntry:
    as_it_is, when = event.at(occurrence), occurrence.when
    mark = "" if as_it_is.status.takes_place else "Cancelled: "
    title = mark + as_it_is.title_in("en")
    if isinstance(when, AllDay):
        end = (when.last + timedelta(days=1)).isoformat()
        return ReadEntry(event.uid, title, when.first.isoformat(), end, all_day=True)
    start, end = (f"{one:%Y-%m-%dT%H:%M:%S.000Z}" for one in (when.starts_at(), when.ends_at()))
    return ReadEntry(event.uid, title, start, end, all_day=False)


def compared(
    reader: str, entries: list[ReadEntry], uids: list[str], endless: set[str]
) -> Counter[tuple[str, ...]]:
    """The entries as far as this reader can say them, each with how often it is there.

    `endless` are the starts of those that have no known end.
    """
    known = sorted(uids, key=len, reverse=True)
    return Counter(
        (
            "" if reader in RENAMING else next(uid for uid in known if entry.uid.endswith(uid)),
            _title(reader, entry.title),
            entry.start,
            "" if reader in AN_HOUR and entry.start in endless else entry.end,
            str(entry.all_day),
        )
        for entry in entries
    )


def _title(reader: str, title: str) -> str:
    if reader not in BACKSLASH:
        return title
    return title.replace("\\n", "").replace("\\N", "").replace("\\\n", "").replace("\n", "")


def begins_there(entries: list[ReadEntry]) -> list[ReadEntry]:
    """Without what khal tells again on each further day of an event."""
    return [one for one in dict.fromkeys(entries) if FIRST <= one.start < LAST]


@pytest.mark.parametrize("reader", COMMANDS)
@pytest.mark.parametrize("site", ["drawn", "seeded"])
def test_it_finds_the_same_occurrences(
    reader: str, site: str, request: pytest.FixtureRequest
) -> None:
    service, events = request.getfixturevalue(site)
    found = read_with(reader, address(service, site), FIRST, LAST)
    if reader in RENAMING:
        found = begins_there(found)
    assert differences(reader, events, found) == NONE


@pytest.mark.parametrize("name", APPS)
def test_an_application_finds_the_same_occurrences(
    name: str,
    drawn: tuple[Running, list[Event]],
    seeded: tuple[Running, list[Event]],
    tmp_path: Path,
) -> None:
    with running_app(name, tmp_path, "America/New_York") as app:
        for site, (service, events) in {"drawn": drawn, "seeded": seeded}.items():
            app.subscribe(address(service, site))
            eventually(partial(found_differences, app, events), NONE)


def found_differences(app: App, events: list[Event]) -> Differences:
    return differences(app.name, events, app.occurrences(FIRST, LAST))


def address(service: Running, site: str) -> str:
    return f"{service.origin}/feeds/{'drawn' if site == 'drawn' else 'nato'}.ics?lang=en"


def differences(reader: str, events: list[Event], found: list[ReadEntry]) -> Differences:
    """What a reader has not found, and what it alone has found."""
    uids = [event.uid for event in events]
    expected = list(ours(events))
    endless = {one.start for one in expected if one.start == one.end}
    wanted, read = (compared(reader, one, uids, endless) for one in (expected, found))
    return sorted(wanted - read), sorted(read - wanted)


def test_the_drawn_calendar_has_what_it_is_for(drawn: tuple[Running, list[Event]]) -> None:
    events = [event for event in drawn[1] if event.uid.startswith("drawn-")]
    assert len(events) == 300
    series = [event.recurrence for event in events if event.recurrence]
    assert len(series) > 100
    for wanted in ("added", "excluded", "overrides", "rests"):
        assert sum(1 for one in series if getattr(one, wanted)) > 20, wanted
    assert len({getattr(event.when, "zone", "") for event in events}) > 10
