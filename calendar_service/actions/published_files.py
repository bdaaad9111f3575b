"""A folder of feeds as files, for a web server that knows nothing of us.

Every file is whole at any moment, and its date is what a server tells as Last-Modified: it rises
with each change of the bytes and never falls. A list beside the files says which are ours, so that
no others are touched; it is written before the files and again after them, so that whoever comes
after a crash knows both. One process at a time writes.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from calendar_service.actions.whole_files import (
    PublicationError,
    explained,
    make_folder,
    stat_of,
    sync_folder,
    take_lock,
    write_whole,
)

FEEDS = "feeds"
LIST = ".calendar-service.json"
LOCK = ".calendar-service.lock"
DRAFT = ".calendar-draft"

PATIENCE = 10.0
"""Seconds to wait for another process that writes here."""


@dataclass(frozen=True, slots=True)
class Copy:
    """What a file is to hold.

    `source` is a digest of the content before its coding, `modified` its date in POSIX seconds.
    """

    name: str
    source: str
    modified: int
    content: Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class Listed:
    """A file as it was written, or is about to be."""

    source: str
    octets: int
    modified: int


@dataclass(frozen=True, slots=True)
class ListedFeed:
    """A feed's files by name. `state` names what was written, and is empty until all is."""

    state: str = ""
    files: dict[str, Listed] = field(default_factory=dict)


class PublishedFolder:
    """The folder while this process alone writes there; `open_folder` gives it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._feeds = read_list(folder)
        self.tally: Counter[str] = Counter(written=0, unchanged=0, removed=0)

    def write(self, slug: str, state: str, copies: Iterable[Copy]) -> None:
        """Puts a feed's files in the place of those before; on failure all of those stay.

        Files whose bytes are the same are not written again, though they may get a later date.
        """
        before = self._feeds.get(slug, ListedFeed()).files
        drafts: list[str] = []
        try:
            with explained(self._folder):
                after = {copy.name: self._draft(copy, before, drafts) for copy in copies}
                if drafts or after != before:
                    self._note(slug, ListedFeed("", {**before, **after}))
                    self._put_in_place(before, after, drafts)
                self._note(slug, ListedFeed(state, after))
        except BaseException:
            for name in drafts:
                self._draft_file(name).unlink(missing_ok=True)
            raise
        self.tally.update(written=len(drafts), unchanged=len(after) - len(drafts))

    def keep_only(self, slugs: Iterable[str]) -> None:
        """Removes the files of all other feeds."""
        with explained(self._folder):
            for slug in sorted(self._feeds.keys() - set(slugs)):
                self._remove(self._feeds[slug].files)
                self._note(slug, None)

    def _draft(self, copy: Copy, before: dict[str, Listed], drafts: list[str]) -> Listed:
        """How the file is to be listed; its draft is written unless it has these bytes already."""
        old, there = before.get(copy.name), stat_of(self._file(copy.name))
        if there is not None and old is None:
            raise PublicationError(
                f"{self._file(copy.name)} is not ours; move it away, or name another folder."
            )
        shown = int(there.st_mtime) if there else old.modified if old else 0
        as_it_was = old is not None and old.source == copy.source
        if old and there and as_it_was and _is_as_listed(there, old):
            return Listed(copy.source, old.octets, max(copy.modified, shown))
        content = copy.content()
        is_other = there is not None or not as_it_was
        modified = max(copy.modified, shown + 1 if is_other else shown)
        drafts.append(copy.name)
        write_whole(self._draft_file(copy.name), content, modified)
        return Listed(copy.source, len(content), modified)

    def _put_in_place(
        self, before: dict[str, Listed], after: dict[str, Listed], drafts: list[str]
    ) -> None:
        for name in drafts:
            self._draft_file(name).replace(self._file(name))
        for name in after.keys() & before.keys() - set(drafts):
            if after[name].modified != before[name].modified:
                os.utime(self._file(name), times=(after[name].modified,) * 2)
        self._remove(before.keys() - after.keys())

    def _remove(self, names: Iterable[str]) -> None:
        for name in names:
            self._file(name).unlink(missing_ok=True)
            self.tally.update(removed=1)
        sync_folder(self._folder / FEEDS)

    def _note(self, slug: str, listed: ListedFeed | None) -> None:
        if self._feeds.get(slug) == listed:
            return
        self._feeds.pop(slug, None)
        if listed is not None:
            self._feeds[slug] = listed
        document = {name: asdict(one) for name, one in sorted(self._feeds.items())}
        draft = self._folder / f"{LIST}{DRAFT}"
        write_whole(draft, json.dumps(document, indent=1).encode())
        draft.replace(self._folder / LIST)
        sync_folder(self._folder)

    def _file(self, name: str) -> Path:
        return self._folder / FEEDS / name

    def _draft_file(self, name: str) -> Path:
        return self._folder / FEEDS / f".{name}{DRAFT}"


@contextmanager
def open_folder(folder: Path, *, patience: float = PATIENCE) -> Iterator[PublishedFolder]:
    """The folder, made if only it is missing, for this process alone.

    Raises PublicationError with a remedy for one that cannot be used, or is not free in time.
    """
    with explained(folder):
        make_folder(folder)
        lock = take_lock(folder / LOCK, patience)
        try:
            make_folder(folder / FEEDS)
            for left in (*folder.glob(f".*{DRAFT}"), *(folder / FEEDS).glob(f".*{DRAFT}")):
                left.unlink()  # by a process that ended while it wrote: we hold the lock
            yield PublishedFolder(folder)
        finally:
            os.close(lock)


def read_list(folder: Path) -> dict[str, ListedFeed]:
    """What was written to a folder, by slug; nothing where nothing was."""
    file = folder / LIST
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
        return {slug: _to_listed(one["state"], one["files"]) for slug, one in document.items()}
    except FileNotFoundError:
        return {}
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise PublicationError(
            f"{file} is damaged, which lists the files that are ours. Delete it and the files in "
            f"{folder / FEEDS}, and export again."
        ) from error


def is_published(folder: Path, feeds: dict[str, ListedFeed], slug: str, state: str) -> bool:
    """Whether a state of a feed was written and each of its files is as it was then."""
    listed = feeds.get(slug)
    if listed is None or listed.state != state:
        return False
    found = ((stat_of(folder / FEEDS / name), one) for name, one in listed.files.items())
    return all(there is not None and _is_as_listed(there, one) for there, one in found)


def _to_listed(state: str, files: dict[str, dict[str, object]]) -> ListedFeed:
    return ListedFeed(state, {name: Listed(**one) for name, one in files.items()})  # type: ignore[arg-type]


def _is_as_listed(there: os.stat_result, listed: Listed) -> bool:
    return (there.st_size, there.st_mtime) == (listed.octets, listed.modified)
