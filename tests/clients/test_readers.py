"""Every reader, on the running site, reads the same events with the same days and titles."""

from __future__ import annotations

import subprocess
import tomllib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from shutil import which

import pytest

from tests.clients.reading import COMMANDS, RENAMING, ReadEntry, need, read_with
from tests.journeys.running_service import CHECKOUT, Running, command, running

pytestmark = pytest.mark.clients

LANGUAGES = ("sq", "en", "fr")

DAYS = {
    "nato-summit-the-hague-2025": ("2025-06-24", "2025-06-26"),
    "nato-defence-ministers-february-2026": ("2026-02-12", "2026-02-13"),
    "nato-ukraine-council-february-2026": ("2026-02-12", "2026-02-13"),
    "nato-summit-ankara-2026": ("2026-07-07", "2026-07-09"),
}
"""The first day, and the day after the last, of each event by its slug."""

TIMED = {
    "talks-summer": ("2026-03-30 15:00", "Europe/Brussels", "2026-03-30T13:00:00.000Z"),
    "talks-winter": ("2026-11-30 15:00", "Europe/Brussels", "2026-11-30T14:00:00.000Z"),
    "talks-casablanca": ("2026-03-30 15:00", "Africa/Casablanca", "2026-03-30T14:00:00.000Z"),
    "talks-havana": ("2026-03-30 15:00", "America/Havana", "2026-03-30T19:00:00.000Z"),
}
"""A start in a zone, and the instant that zoneinfo makes of it, by title and UID."""


Read = Callable[[str], list[ReadEntry]]


@pytest.fixture(params=COMMANDS)
def read(request: pytest.FixtureRequest) -> Read:
    """Reads an address with one of the readers."""
    return partial(read_with, request.param)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The running site with its starting content."""
    with running(tmp_path_factory.mktemp("site") / "var") as service:
        yield service


@pytest.fixture(scope="module")
def busy_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A running site to which timed events were added while it ran."""
    var = tmp_path_factory.mktemp("busy") / "var"
    with running(var) as service:
        port = int(service.origin.rpartition(":")[2])
        for uid, (start, zone, _) in TIMED.items():
            end = start.replace("15:00", "16:30")
            arguments = ("--start", start, "--end", end, "--zone", zone, "--uid", uid)
            more = ("--title", uid, "--language", "en", "--topic", "nato")
            added = command(var, port, "events", "add", *arguments, *more)
            assert added.returncode == 0, added.stderr
        yield service


def seeds() -> list[dict[str, object]]:
    files = sorted((CHECKOUT / "seeds").glob("*.toml"))
    return [event for file in files for event in tomllib.loads(file.read_text())["event"]]


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_reads_exactly_the_four_events_with_their_days_and_titles(
    read: Read, site: Running, language: str
) -> None:
    found = read(f"{site.origin}/feeds/nato.ics?lang={language}")
    assert sorted((one.title, one.start, one.end, one.all_day) for one in found) == sorted(
        (seed["title"][language], *DAYS[str(seed["slug"])], True)  # type: ignore[index]
        for seed in seeds()
    )


@pytest.mark.parametrize("read", [name for name in COMMANDS if name not in RENAMING], indirect=True)
def test_it_finds_the_same_identities_in_every_language(read: Read, site: Running) -> None:
    for language in LANGUAGES:
        found = read(f"{site.origin}/feeds/nato.ics?lang={language}")
        assert {one.uid for one in found} == {seed["uid"] for seed in seeds()}


def test_it_reads_each_hour_as_the_instant_that_it_is(read: Read, busy_site: Running) -> None:
    found = {entry.title: entry for entry in read(f"{busy_site.origin}/feeds/nato.ics")}
    assert len(found) == len(DAYS) + len(TIMED)
    assert {uid: found[uid].start for uid in TIMED} == {
        uid: instant for uid, (_, _, instant) in TIMED.items()
    }
    assert not any(found[uid].all_day for uid in TIMED)


def test_a_feed_of_selected_events_holds_those_alone(read: Read, site: Running) -> None:
    found = read(f"{site.origin}/feeds/nato-summits.ics")
    assert sorted(entry.start for entry in found) == ["2025-06-24", "2026-07-07"]


def test_calcurse_imports_every_event_and_skips_none(site: Running, tmp_path: Path) -> None:
    need("calcurse", which("calcurse") is not None)
    file = tmp_path / "feed.ics"
    file.write_bytes(site.get("/feeds/nato.ics?lang=en").body)
    calcurse = ["calcurse", "-D", str(tmp_path / "kept")]
    done = subprocess.run([*calcurse, "-i", str(file)], capture_output=True, text=True, check=True)
    assert "0 apps / 4 events / 0 todos / 0 skipped" in done.stdout
    day = ["-Q", "--from", "07/08/2026", "--days", "1"]
    listed = subprocess.run([*calcurse, *day], capture_output=True, text=True, check=True)
    assert "NATO Summit in Ankara" in listed.stdout
