"""Thunderbird and evolution-data-server subscribe to the running site, in two time zones."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.clients.apps import APPS, App, Shown, eventually, running_app
from tests.clients.watching import Watched, watching
from tests.journeys.running_service import CHECKOUT, Running, command, free_port, running

pytestmark = pytest.mark.clients

BRUSSELS, NEW_YORK = "Europe/Brussels", "America/New_York"
FEED = "/feeds/nato.ics?lang=en"
MONTHS = ("2025-03", "2025-06", "2025-12", "2026-02", "2026-07")

DAYS = [
    Shown("2025-06-24", "", "NATO Summit in The Hague"),
    Shown("2025-06-25", "", "NATO Summit in The Hague"),
    Shown("2026-02-12", "", "Meeting of NATO Ministers of Defence"),
    Shown("2026-02-12", "", "NATO-Ukraine Council"),
    Shown("2026-07-07", "", "NATO Summit in Ankara"),
    Shown("2026-07-08", "", "NATO Summit in Ankara"),
]
"""The starting content, which is on the same days wherever it is read."""

TALKS = {
    "Between": ("2025-03-17T15:00", BRUSSELS, "2025-03-17 15:00", "2025-03-17 10:00"),
    "Summer": ("2025-06-02T15:00", BRUSSELS, "2025-06-02 15:00", "2025-06-02 09:00"),
    "Night": ("2025-06-04T01:00", BRUSSELS, "2025-06-04 01:00", "2025-06-03 19:00"),
    "Winter": ("2025-12-01T15:00", BRUSSELS, "2025-12-01 15:00", "2025-12-01 09:00"),
    "Casablanca": ("2025-06-02T15:00", "Africa/Casablanca", "2025-06-02 16:00", "2025-06-02 10:00"),
    "Havana": ("2025-06-02T15:00", "America/Havana", "2025-06-02 21:00", "2025-06-02 15:00"),
    "Kathmandu": ("2025-06-02T15:00", "Asia/Kathmandu", "2025-06-02 11:15", "2025-06-02 05:15"),
}
"""By title: a start and its zone, and what a calendar shows in Brussels and in New York.

What is past stays what it was in every release of the tz database. On 17 March 2025 the clocks of
New York alone had changed. Casablanca and Havana are written in UTC.
"""

TALK = """
[[event]]
uid = "{slug}"
slug = "{slug}"
start = {start}:00
zone = "{zone}"
status = "confirmed"
language = "en"
topics = ["nato"]
title = {{ en = "{title}" }}
"""


def talks(zone: str) -> list[Shown]:
    """The talks as they are shown in one of the two zones."""
    column = 2 if zone == BRUSSELS else 3
    shown = {title: row[column].split() for title, row in TALKS.items()}
    return [Shown(day, hour, title) for title, (day, hour) in shown.items()]


def everything(zone: str) -> list[Shown]:
    return sorted([*DAYS, *talks(zone)])


GONE = {"NATO Summit in Ankara", "NATO Summit in The Hague", "Between", "Summer", "Night"}
CHANGED = sorted(
    [
        *(one for one in everything(NEW_YORK) if one.title not in GONE),
        Shown("2026-07-14", "", "NATO Summit in Ankara"),
        Shown("2026-07-15", "", "NATO Summit in Ankara"),
        Shown("2025-03-17", "12:30", "Between"),
        Shown("2025-06-02", "09:00", "Cancelled: Summer", cancelled=True),
    ]
)
"""What New York sees once two events are moved, one is cancelled and two are taken out."""


@pytest.fixture(scope="module", params=APPS)
def app(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """Each application, running in New York."""
    with running_app(request.param, tmp_path_factory.mktemp("app"), NEW_YORK) as started:
        yield started


def content_in(folder: Path) -> Path:
    """The starting content and the talks, as files."""
    content = folder / "content"
    for part in ("feeds", "seeds"):
        shutil.copytree(CHECKOUT / part, content / part)
    text = "".join(
        TALK.format(slug=f"talk-{title.lower()}", title=title, start=start, zone=zone)
        for title, (start, zone, *_) in TALKS.items()
    )
    (content / "seeds" / "talks.toml").write_text(text, encoding="utf-8")
    return content


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A running site whose events stay as they are."""
    folder = tmp_path_factory.mktemp("site")
    with running(folder / "var", CALENDAR_CONTENT=str(content_in(folder))) as service:
        yield service


@pytest.fixture
def watched(site: Running) -> Iterator[Watched]:
    """What is asked of that site."""
    with watching(site.origin) as seen:
        yield seen


Edit = Callable[..., None]


@pytest.fixture
def edited(tmp_path: Path) -> Iterator[tuple[Watched, Path, Edit]]:
    """What is asked of a site of one's own, its content, and a way to change that."""
    content, var, port = content_in(tmp_path), tmp_path / "var", free_port()

    def edit(*arguments: str) -> None:
        done = command(var, port, *arguments, CALENDAR_CONTENT=str(content))
        assert done.returncode == 0, done.stderr

    with (
        running(var, port, CALENDAR_CONTENT=str(content)) as service,
        watching(service.origin) as seen,
    ):
        yield seen, content, edit


@pytest.fixture(scope="module")
def damaged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A site in whose store an older release has left an event that cannot be read any more."""
    folder = tmp_path_factory.mktemp("damaged")
    var, port, content = folder / "var", free_port(), content_in(folder)
    loaded = command(var, port, "seed", CALENDAR_CONTENT=str(content))
    assert loaded.returncode == 0, loaded.stderr
    (content / "seeds" / "talks.toml").unlink()  # else the start would mend what is damaged
    with closing(sqlite3.connect(var / "calendar.sqlite3")) as store, store:
        broken = """'$.recurrence', json('{"rule": "FREQ=SOMETIMES"}')"""
        store.execute(
            f"UPDATE event SET document = json_set(document, {broken}) WHERE uid = 'talk-winter'"
        )
        store.execute("UPDATE fact SET value = 'an older release' WHERE name = 'rendering'")
    with running(var, port, CALENDAR_CONTENT=str(content)) as service:
        yield service


def test_every_event_is_on_its_day_and_at_its_hour_in_new_york(app: App, site: Running) -> None:
    app.subscribe(site.origin + FEED)
    eventually(lambda: app.shown(*MONTHS), everything(NEW_YORK))


@pytest.mark.parametrize("name", APPS)
def test_every_event_is_on_its_day_and_at_its_hour_in_brussels(
    name: str, site: Running, tmp_path: Path
) -> None:
    with running_app(name, tmp_path, BRUSSELS) as app:
        app.subscribe(site.origin + FEED)
        eventually(lambda: app.shown(*MONTHS), everything(BRUSSELS))


def test_a_refresh_without_a_change_is_a_304_and_changes_nothing(
    app: App, watched: Watched
) -> None:
    app.subscribe(watched.origin + FEED)
    eventually(lambda: app.shown(*MONTHS), everything(NEW_YORK))
    (first,) = [one for one in watched.of("GET") if one.status == 200]
    before = len(watched.exchanges)
    app.refresh()
    eventually(lambda: {one.status for one in watched.exchanges[before:]}, {304})
    held = {one.asked.get("if-none-match") for one in watched.exchanges[before:]}
    assert held == {first.answered["etag"]}
    eventually(lambda: app.shown(*MONTHS), everything(NEW_YORK))


def test_what_is_moved_cancelled_and_taken_out_is_seen_after_a_refresh(
    app: App, edited: tuple[Watched, Path, Edit]
) -> None:
    site, content, edit = edited
    app.subscribe(site.origin + FEED)
    eventually(lambda: app.shown(*MONTHS), everything(NEW_YORK))
    edit("events", "move", "nato-summit-ankara-2026", "--start", "2026-07-14")
    edit("events", "move", "talk-between", "--start", "2025-03-17 17:30")
    edit("events", "cancel", "talk-summer", "--reason", "The speaker is ill.")
    withdraw(content / "seeds", "nato-summit-the-hague-2025", "talk-night")
    edit("seed")
    before = len(site.exchanges)
    app.refresh()
    eventually(lambda: app.shown(*MONTHS), CHANGED)
    fresh = next(one for one in site.exchanges[before:] if one.status == 200)
    assert "if-none-match" in fresh.asked


def withdraw(seeds: Path, *slugs: str) -> None:
    """Makes drafts of events in their files: they are in no feed any more."""
    for file in seeds.glob("*.toml"):
        first, *events = file.read_text(encoding="utf-8").split("[[event]]")
        for number, event in enumerate(events):
            if any(f'slug = "{slug}"' in event for slug in slugs):
                events[number] = event.replace('status = "confirmed"', 'status = "draft"')
        file.write_text("[[event]]".join([first, *events]), encoding="utf-8")


def test_an_event_that_cannot_be_shown_is_left_out_and_all_others_are_there(
    app: App, damaged: Running
) -> None:
    assert "event talk-winter is left out of its feeds" in damaged.log.read_text()
    app.subscribe(damaged.origin + FEED)
    others = [one for one in everything(NEW_YORK) if one.title != "Winter"]
    eventually(lambda: app.shown(*MONTHS), others)
