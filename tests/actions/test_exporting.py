"""Feeds as files: the service's own bytes and dates, never half of one, never an older one."""

from __future__ import annotations

import gzip
import logging
import os
import resource
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
import zstandard

from calendar_service.actions import published_files
from calendar_service.actions.exporting import (
    Exported,
    bring_to_the_present,
    catch_up,
    export_feeds,
    publish_feeds,
    unpublished,
)
from calendar_service.actions.feeds import serve_feed
from calendar_service.actions.publishing import cancel_event, move_event
from calendar_service.actions.service import Service
from calendar_service.actions.whole_files import PublicationError
from calendar_service.clock import SetClock
from calendar_service.store.database import Database
from calendar_service.store.rows import FeedRow
from tests.builders import all_day
from tests.calendars_at_work import NATO, SUMMITS, load_feeds, publish_event
from tests.ical.linted import assert_clean
from tests.stores import WINTER, with_settings
from tests.web.sites import client_of

pytestmark = pytest.mark.thorough

PLAIN = ("nato.ics", "nato.en.ics", "nato.sq.ics", "nato.fr.ics", "summits.ics", "summits.en.ics")
READ: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.decompress,
    "zstd": lambda content: zstandard.ZstdDecompressor().decompress(content),
    "": bytes,
}


def address(name: str) -> str:
    """The service's own address of what a file holds."""
    slug, _, language = name.removesuffix(".ics").partition(".")
    return f"/feeds/{slug}.ics" + (f"?lang={language}" if language else "")


def fill(service: Service) -> None:
    load_feeds(service, NATO, SUMMITS)
    publish_event(
        service,
        "ankara",
        "2026-07-07",
        end="2026-07-08",
        title={"en": "Summit in Ankara", "sq": "Samiti i Ankarasë", "fr": "Sommet d’Ankara"},
        topics=["summit"],
    )
    publish_event(service, "talks", "2026-02-12T15:00:00", zone="Europe/Brussels")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "published"


@pytest.fixture
def site(sqlite_service: Service) -> Service:
    """A service with two feeds."""
    fill(sqlite_service)
    return sqlite_service


@pytest.fixture
def publishing(sqlite_service: Service, folder: Path) -> Service:
    """A service that keeps its two feeds as files."""
    service = with_settings(sqlite_service, publish=folder)
    fill(service)
    return service


def files(folder: Path) -> dict[str, Path]:
    return {file.name: file for file in (folder / "feeds").iterdir()}


def state(folder: Path) -> dict[str, tuple[int, float, bytes]]:
    """Each file's identity on the disk, its date and its bytes."""
    return {
        name: (file.stat().st_ino, file.stat().st_mtime, file.read_bytes())
        for name, file in files(folder).items()
    }


def assert_as_served(service: Service, folder: Path) -> None:
    client = client_of(service)
    for name in PLAIN:
        for coding, ending in {"": "", "gzip": ".gz", "zstd": ".zst"}.items():
            answer = client.get(address(name), headers={"Accept-Encoding": coding})
            file = folder / "feeds" / f"{name}{ending}"
            assert file.read_bytes() == answer.data, file
            assert answer.last_modified is not None
            assert file.stat().st_mtime == answer.last_modified.timestamp(), file
    assert unpublished(with_settings(service, publish=folder)) == []


def test_the_files_have_the_bytes_and_dates_that_the_service_serves(
    service: Service, folder: Path
) -> None:
    fill(service)
    exported = export_feeds(service, folder)
    assert exported == Exported(written=18, unchanged=0, removed=0)
    assert files(folder).keys() == {f"{name}{end}" for name in PLAIN for end in ("", ".gz", ".zst")}
    assert_as_served(service, folder)


def test_everybody_may_read_them_whatever_the_umask(site: Service, folder: Path) -> None:
    before = os.umask(0o077)
    try:
        export_feeds(site, folder)
    finally:
        os.umask(before)
    assert {file.stat().st_mode & 0o777 for file in files(folder).values()} == {0o644}
    assert [(folder / one).stat().st_mode & 0o777 for one in ("", "feeds")] == [0o755, 0o755]


def test_again_writes_nothing(site: Service, folder: Path) -> None:
    export_feeds(site, folder)
    before = state(folder)
    assert export_feeds(site, folder) == Exported(written=0, unchanged=18, removed=0)
    assert state(folder) == before


def test_a_change_in_one_language_writes_that_language_and_dates_the_feed(
    site: Service, folder: Path, clock: SetClock
) -> None:
    export_feeds(site, folder)
    before = state(folder)
    clock.set(WINTER + timedelta(hours=1))
    in_french = {"en": "NATO", "fr": "OTAN"}
    load_feeds(site, replace(NATO, title=in_french), SUMMITS)
    assert export_feeds(site, folder).written == 3
    after = state(folder)
    changed = {name for name in after if after[name][0] != before[name][0]}
    assert changed == {"nato.fr.ics", "nato.fr.ics.gz", "nato.fr.ics.zst"}
    dated = {name.partition(".")[0] for name in after if after[name][1] != before[name][1]}
    assert dated == {"nato"}
    assert_as_served(site, folder)


def test_a_feed_that_is_offered_no_more_goes_and_what_is_not_ours_stays(
    site: Service, folder: Path
) -> None:
    export_feeds(site, folder)
    (folder / "feeds" / "summits.txt").write_text("somebody's")
    (folder / "index.html").write_text("somebody's")
    load_feeds(site, NATO)
    assert export_feeds(site, folder) == Exported(written=0, unchanged=12, removed=6)
    left = {name for name in files(folder) if name.startswith("summits")}
    assert left == {"summits.txt"}
    assert (folder / "index.html").exists()


def test_a_language_that_is_offered_no_more_goes(site: Service, folder: Path) -> None:
    export_feeds(site, folder)
    load_feeds(site, replace(NATO, languages=("en", "sq")), SUMMITS)
    export_feeds(site, folder)
    assert not [name for name in files(folder) if ".fr." in name]


def test_a_file_of_somebody_elses_is_not_written_over_and_keeps_no_other_feed(
    site: Service, folder: Path
) -> None:
    (folder / "feeds").mkdir(parents=True)
    (folder / "feeds" / "nato.ics").write_text("somebody's")
    with pytest.raises(PublicationError, match=r"nato\.ics is not ours; move it away"):
        export_feeds(site, folder)
    assert {name.partition(".")[0] for name in files(folder)} == {"nato", "summits"}
    assert (folder / "feeds" / "nato.ics").read_text() == "somebody's"
    assert "summits.ics.gz" in files(folder)
    (folder / "feeds" / "nato.ics").unlink()
    export_feeds(site, folder)
    assert_as_served(site, folder)


def test_without_compression_there_is_none_and_what_was_compressed_goes(
    site: Service, folder: Path
) -> None:
    export_feeds(site, folder)
    plain = with_settings(site, compress=False)
    assert export_feeds(plain, folder) == Exported(written=0, unchanged=6, removed=12)
    assert files(folder).keys() == set(PLAIN)


def test_a_feed_says_the_sites_origin_whoever_exports(site: Service, folder: Path) -> None:
    export_feeds(with_settings(site, origin="https://an-editors.example"), folder)
    assert_as_served(site, folder)


def test_a_damaged_file_and_a_missing_one_are_written_again(site: Service, folder: Path) -> None:
    export_feeds(site, folder)
    (folder / "feeds" / "nato.ics").write_bytes(b"")
    (folder / "feeds" / "nato.fr.ics.gz").unlink()
    assert unpublished(with_settings(site, publish=folder)) == ["nato"]
    assert export_feeds(site, folder).written == 2
    content = serve_feed(site, "nato")[1]
    assert (folder / "feeds" / "nato.ics").read_bytes() == content


def test_a_damaged_list_is_told_with_its_remedy(site: Service, folder: Path) -> None:
    export_feeds(site, folder)
    (folder / published_files.LIST).write_text('{"nato": 1}')
    with pytest.raises(PublicationError, match="Delete it and the files in"):
        export_feeds(site, folder)


def test_dates_never_go_back_even_if_the_stores_do(
    site: Service, folder: Path, clock: SetClock
) -> None:
    clock.set(WINTER + timedelta(days=1))
    move_event(site, "talks", all_day("2026-02-13"))
    export_feeds(site, folder)
    shown = (folder / "feeds" / "nato.ics").stat().st_mtime
    with site.database.write() as session:  # as a restored backup has it
        row = session.get_one(FeedRow, "nato")
        row.last_modified, row.counter = WINTER, 1
    clock.set(WINTER + timedelta(hours=1))
    export_feeds(site, folder)
    assert (folder / "feeds" / "nato.ics").stat().st_mtime == shown
    move_event(site, "talks", all_day("2026-02-14"))
    export_feeds(site, folder)
    assert (folder / "feeds" / "nato.ics").stat().st_mtime == shown + 1


@pytest.mark.parametrize(
    ("named", "remedy"),
    [
        ("a file", "Name a folder"),
        ("a file/in it", "Name a folder"),
        ("missing/folder", "Make the folder above it first"),
        ("/sys/not-even-roots", "Give the folder to the user"),
    ],
)
def test_a_folder_that_cannot_be_used_is_told_with_the_remedy(
    sqlite_service: Service, tmp_path: Path, named: str, remedy: str
) -> None:
    (tmp_path / "a file").write_text("")
    with pytest.raises(PublicationError, match=remedy) as caught:
        export_feeds(sqlite_service, tmp_path / named)
    assert str(tmp_path / named) in str(caught.value)


@contextmanager
def files_of_at_most(octets: int) -> Iterator[None]:
    """Every longer write fails in the middle, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (octets, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("times", [1, 500], ids=["at the list", "at a feed"])
def test_a_full_disk_leaves_the_old_files_whole_and_no_others(
    site: Service, folder: Path, times: int
) -> None:
    export_feeds(site, folder)
    before = state(folder)
    publish_event(site, "new", "2027-01-01", description={"en": "A long text. " * times})
    short = (folder / published_files.LIST).stat().st_size - 100
    with files_of_at_most(short), pytest.raises(PublicationError, match="cannot be used"):
        export_feeds(site, folder)
    assert state(folder) == before
    assert sorted(file.name for file in folder.iterdir()) == [
        published_files.LIST,
        published_files.LOCK,
        "feeds",
    ]
    export_feeds(site, folder)
    assert_as_served(site, folder)


def test_every_change_is_published_at_once(publishing: Service, folder: Path) -> None:
    assert_as_served(publishing, folder)
    move_event(publishing, "talks", all_day("2026-02-13"))
    assert_as_served(publishing, folder)
    cancel_event(publishing, "ankara", "The hall has burnt down.")
    assert_as_served(publishing, folder)
    load_feeds(publishing, SUMMITS)
    assert {name.partition(".")[0] for name in files(folder)} == {"summits"}


def test_a_change_writes_the_feeds_that_it_touches_alone(
    publishing: Service, folder: Path, clock: SetClock
) -> None:
    before = state(folder)
    clock.set(WINTER + timedelta(hours=1))
    move_event(publishing, "talks", all_day("2026-02-13"))
    after = state(folder)
    touched = {name.partition(".")[0] for name in after if after[name] != before[name]}
    assert touched == {"nato"}


def test_an_editor_succeeds_whatever_becomes_of_the_files_and_is_told(
    sqlite_service: Service, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder.write_text("in the way")
    service = with_settings(sqlite_service, publish=folder)
    with caplog.at_level(logging.ERROR):
        fill(service)
    assert "Name a folder" in caplog.text
    assert "The worker publishes the change as soon as it can." in caplog.text
    folder.unlink()
    catch_up(service)
    assert_as_served(service, folder)


def test_what_nobody_expected_keeps_no_editor_either(
    publishing: Service,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(*_arguments: object) -> None:
        raise ValueError("a mistake of ours")

    monkeypatch.setattr(published_files, "sync_folder", broken)
    moved = move_event(publishing, "talks", all_day("2026-02-13"))
    assert moved.changed
    assert "a mistake of ours" in caplog.text
    monkeypatch.undo()
    publish_feeds(publishing)
    assert_as_served(publishing, folder)


@pytest.mark.parametrize("dies_at", ["_put_in_place", "_remove", "_note"])
def test_after_a_crash_between_the_commit_and_the_files_the_rest_is_done(
    publishing: Service,
    folder: Path,
    clock: SetClock,
    monkeypatch: pytest.MonkeyPatch,
    dies_at: str,
) -> None:
    def dies(*_arguments: object) -> None:
        raise KeyboardInterrupt

    clock.set(WINTER + timedelta(hours=1))
    monkeypatch.setattr(published_files.PublishedFolder, dies_at, dies)
    with pytest.raises(KeyboardInterrupt):
        move_event(publishing, "talks", all_day("2026-02-13"))
    (folder / "feeds" / f".nato.ics{published_files.DRAFT}").write_text("half")
    monkeypatch.undo()
    assert unpublished(publishing) == ["nato"]
    catch_up(publishing)
    assert_as_served(publishing, folder)
    assert not [file for file in folder.rglob("*") if published_files.DRAFT in file.name]


def test_time_alone_changes_the_files_too(
    sqlite_service: Service, folder: Path, clock: SetClock
) -> None:
    service = with_settings(sqlite_service, publish=folder)
    fill(service)
    cancel_event(service, "talks", "")
    marked = (folder / "feeds" / "nato.ics").read_bytes()
    clock.set(WINTER + timedelta(days=100))
    assert unpublished(service) == []
    bring_to_the_present(service)
    catch_up(service)
    now = (folder / "feeds" / "nato.ics").read_bytes()
    assert b"talks" in marked
    assert b"talks" not in now
    assert_as_served(service, folder)


def test_a_reader_whose_request_lets_time_pass_writes_no_file(
    publishing: Service, folder: Path, clock: SetClock
) -> None:
    cancel_event(publishing, "talks", "")
    before = state(folder)
    clock.set(WINTER + timedelta(days=100))
    assert client_of(publishing).get("/feeds/nato.ics").status_code == 200
    assert state(folder) == before
    assert unpublished(publishing) == ["nato"]


def test_whoever_waits_too_long_for_another_process_is_told(folder: Path) -> None:
    with (
        published_files.open_folder(folder),
        pytest.raises(PublicationError, match="Another process is writing"),
        published_files.open_folder(folder, patience=0.05),
    ):
        pass


@contextmanager
def watching(folder: Path) -> Iterator[list[tuple[float, bytes]]]:
    """What a web server would send of a feed, again and again: its date and its bytes."""
    seen: list[tuple[float, bytes]] = []
    done = threading.Event()

    def watch() -> None:
        while not done.is_set():
            with (folder / "feeds" / "nato.ics.gz").open("rb") as file:
                found = (os.fstat(file.fileno()).st_mtime, file.read())
            if not seen or seen[-1] != found:
                seen.append(found)

    thread = threading.Thread(target=watch)
    thread.start()
    yield seen
    done.set()
    thread.join()


def test_several_who_publish_at_once_leave_the_newest_and_show_no_half_and_no_older_one(
    service: Service, folder: Path, clock: SetClock
) -> None:
    service = with_settings(service, publish=folder)
    fill(service)

    def edit(number: int) -> None:
        database = Database(service.database.url.render_as_string(hide_password=False))
        editor = replace(service, database=database)
        for turn in range(4):
            move_event(editor, "talks", all_day(f"2026-0{number + 3}-{turn + 10}"))
        database.close()

    with watching(folder) as seen, ThreadPoolExecutor(3) as pool:
        list(pool.map(edit, range(3)))
    catch_up(service)
    assert_as_served(service, folder)
    assert len(seen) > 2
    assert all(before <= after for (before, _), (after, _) in pairwise(seen))
    for (before, old), (after, new) in pairwise(seen):
        assert (before == after) == (old == new)
    for _, content in seen:
        assert_clean(gzip.decompress(content))
