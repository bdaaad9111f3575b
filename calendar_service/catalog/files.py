"""The content that comes as files: `feeds/*.toml` and `seeds/*.toml`, all of it or none.

A feed's slug is its file's name; a seed file holds events, each under `[[event]]`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from calendar_service.catalog.colors import check_color
from calendar_service.catalog.tables import read_table, toml_files
from calendar_service.domain.documents import read_event_fields
from calendar_service.domain.events import Event
from calendar_service.domain.feeds import CUSTOM, Feed, read_feed_fields
from calendar_service.domain.fields import Fields, is_slug, near
from calendar_service.domain.names import slug_for
from calendar_service.errors import InvalidInputError, Problem

FEEDS, SEEDS = "feeds", "seeds"
RESERVED_SLUGS = frozenset({CUSTOM})
"""Names under `/feeds/` that are not a feed's: `custom` is a reader's own selection."""


@dataclass(frozen=True, slots=True)
class Seed:
    """An event as a file has it; `place` names the file, such as `seeds/nato-2026.toml`."""

    event: Event
    place: str


@dataclass(frozen=True, slots=True)
class Content:
    """All feeds by their position, and all seeds in the order of their files."""

    feeds: tuple[Feed, ...]
    seeds: tuple[Seed, ...]


@dataclass(frozen=True, slots=True)
class _Written:
    """An event, perhaps with mistakes, and where it is written."""

    event: Event
    place: str
    key: str

    def __str__(self) -> str:
        return f"{self.key} of {self.place}"


def load_content(folder: Path) -> Content:
    """Everything in a content folder; raises InvalidInputError with every mistake in every file."""
    problems = _missing_folders(folder)
    if problems:
        raise InvalidInputError(problems)
    feeds = _read_feeds(folder / FEEDS, problems)
    written, complete = _read_seeds(folder / SEEDS, problems)
    _check_once("uid", lambda event: event.uid, written, problems)
    _check_once("slug", lambda event: event.slug, written, problems)
    if complete:
        _check_relations(written, problems)
    if problems:
        raise InvalidInputError(sorted(problems, key=lambda problem: problem.place))
    return Content(
        feeds=tuple(sorted(feeds, key=lambda feed: (feed.position, feed.slug))),
        seeds=tuple(Seed(one.event, one.place) for one in written),
    )


def _missing_folders(folder: Path) -> list[Problem]:
    remedy = "set CALENDAR_CONTENT to the folder that holds feeds/ and seeds/"
    if not folder.is_dir():
        return [Problem(str(folder), "", f"there is no such folder; make it, or {remedy}.")]
    return [
        Problem(str(folder), "", f"has no folder {name}/; make it, or {remedy}.")
        for name in (FEEDS, SEEDS)
        if not (folder / name).is_dir()
    ]


def _read_feeds(folder: Path, problems: list[Problem]) -> list[Feed]:
    files = toml_files(folder)
    if not files:
        remedy = "write one, such as feeds/nato.toml, or readers have nothing to subscribe to."
        problems.append(Problem(f"{FEEDS}/", "", f"holds no feed: {remedy}"))
    feeds = (_read_feed(file, f"{FEEDS}/{file.name}", problems) for file in files)
    return [feed for feed in feeds if feed is not None]


def _read_feed(file: Path, place: str, problems: list[Problem]) -> Feed | None:
    slug = file.stem
    if not is_slug(slug):
        better = f"{slug_for(slug, (), fallback='feed')}.toml"
        message = f"the file's name is the feed's address: name it like {better!r}."
        problems.append(Problem(place, "", message))
    elif slug in RESERVED_SLUGS:
        message = f"the address /feeds/{slug} has another use; name the file differently."
        problems.append(Problem(place, "", message))
    table = read_table(file, place, problems)
    if table is None:
        return None
    fields = Fields(table, place, problems)
    feed = read_feed_fields(fields, slug)
    if feed.color:
        fields.check("color", lambda: check_color(feed.color))
    return feed


def _read_seeds(folder: Path, problems: list[Problem]) -> tuple[list[_Written], bool]:
    """The events of all files, and whether every file could be read at all."""
    written, complete = [], True
    for file in toml_files(folder):
        place = f"{SEEDS}/{file.name}"
        table = read_table(file, place, problems)
        if table is None:
            complete = False
        else:
            written += _read_seed_file(Fields(table, place, problems), place)
    return written, complete


def _read_seed_file(fields: Fields, place: str) -> list[_Written]:
    entries = enumerate(fields.tables("event"), start=1)
    written = [_Written(_read_event(entry), place, f"event[{n}]") for n, entry in entries]
    if "event" not in fields:
        fields.wrong("event", "is missing; write events under [[event]], or delete the file.")
    fields.finish()
    return written


def _read_event(fields: Fields) -> Event:
    event = read_event_fields(fields)
    if event.color:
        fields.check("color", lambda: check_color(event.color))
    return event


def _check_once(
    name: str, of: Callable[[Event], str], written: Iterable[_Written], problems: list[Problem]
) -> None:
    """Notes every event whose UID or slug another one before it has too."""
    owners: dict[str, _Written] = {}
    for one in written:
        value = of(one.event)
        first = owners.setdefault(value, one)
        if value and first is not one:
            message = f"{value!r} belongs to {first} already; give one of them another."
            problems.append(Problem(one.place, f"{one.key}.{name}", message))


def _check_relations(written: Iterable[_Written], problems: list[Problem]) -> None:
    known = {one.event.uid for one in written}
    for one in written:
        for number, relation in enumerate(one.event.relations, start=1):
            if relation.uid and relation.uid not in known:
                key = f"{one.key}.relations[{number}].uid"
                hint = near(relation.uid, known) or " Write the UID of another [[event]]."
                problems.append(Problem(one.place, key, f"no seed is {relation.uid!r}.{hint}"))
