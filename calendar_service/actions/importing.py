"""Takes over readers who were confirmed in another tool, from a CSV file.

A batch of rows and all that follows from it, planned reminders too, are one transaction: killed in
the middle, what is loaded is planned, and loading the file again completes it.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from hashlib import blake2b
from tempfile import TemporaryFile
from typing import IO

from calendar_service.actions.enrolling import (
    CAREFUL,
    CHANGING,
    Choices,
    Enrolling,
    FileRow,
    Outcome,
)
from calendar_service.actions.reader_files import Followable, Header, Refusal, RowReader
from calendar_service.actions.service import Service
from calendar_service.catalog.spreadsheets import Record, check_encoding, read_records
from calendar_service.domain.events import Status
from calendar_service.domain.readers import Enrolment
from calendar_service.mail.addresses import address_key
from calendar_service.store.queries.enrolments import event_names
from calendar_service.store.queries.feeds import all_feeds

BATCH = 5000
"""Rows that are written together: others wait for the store about half a second at a time."""

SHOWN = 20
"""Lines of each outcome that are remembered for people to look at."""


@dataclass(slots=True)
class Imported:
    """What came of a file: how many rows of each outcome, and on which lines the first ones are."""

    rows: Counter[Outcome] = field(default_factory=Counter)
    lines: dict[Outcome, list[int]] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)
    unused: tuple[str, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether anything is not as it was."""
        return any(self.rows[outcome] for outcome in CHANGING)

    def note(self, outcome: Outcome, line: int) -> None:
        """Counts a row."""
        self.rows[outcome] += 1
        lines = self.lines.setdefault(outcome, [])
        if len(lines) < SHOWN:
            lines.append(line)


def import_readers(
    service: Service,
    file: IO[bytes],
    name: str,
    *,
    choices: Choices = CAREFUL,
    progress: Callable[[int, int], None] = lambda _position, _size: None,
    batch: int = BATCH,
) -> Imported:
    """Loads every row of a file that can be read, and tells what is wrong with each other one.

    `progress` is told the octets read, and how many there are. Raises InvalidInputError, before
    anything is loaded, where the file is not UTF-8 or its first line is no header.
    """
    with _seekable(file) as source:
        check_encoding(source, name)
        size = source.tell()
        source.seek(0)
        with closing(read_records(source)) as records:
            header = Header(next(records, None), name)
            result = Imported(unused=header.unused)
            rows = _rows(service, header, records, result)
            enrolling = Enrolling(service, name, choices)
            for together in _batches(rows, batch):
                for row, outcome in zip(together, enrolling.load(together), strict=True):
                    result.note(outcome, row.line)
                progress(source.tell(), size)
    return result


@contextmanager
def _seekable(file: IO[bytes]) -> Iterator[IO[bytes]]:
    """The file itself, or what came through a pipe, kept aside to be read twice."""
    if file.seekable():
        yield file
        return
    with TemporaryFile() as aside:
        shutil.copyfileobj(file, aside)
        aside.seek(0)
        yield aside


def _rows(
    service: Service, header: Header, records: Iterable[Record], result: Imported
) -> Iterator[FileRow]:
    """The rows that can be read and are not repeated; the others are noted in the result."""
    with service.database.read() as session:
        known = Followable(
            {feed.slug for feed in all_feeds(session)},
            event_names(session, hidden=str(Status.DRAFT)),
        )
    reader = RowReader(header, known, now=service.clock.now())
    seen = _Seen()
    for record in records:
        found = reader.read(record)
        if isinstance(found, Enrolment):
            row = FileRow(record.line, address_key(found.address), found)
            first, same = seen.look(row)
            if first is None:
                yield row
                continue
            if same:
                result.note(Outcome.REPEATED, record.line)
                continue
            found = (_contradiction(row, first),)
        result.note(Outcome.REFUSED, record.line)
        result.refusals += found


class _Seen:
    """Who follows what by which line, told by fingerprints, so that a long file fits in memory."""

    def __init__(self) -> None:
        self._lines: dict[bytes, tuple[int, int]] = {}

    def look(self, row: FileRow) -> tuple[int | None, bool]:
        """The line that says the same reader and target, if there is one, and the same choices."""
        target = row.enrolment.target
        about = f"{row.key}\n{target.kind}\n{target.name}".encode()
        fingerprint = blake2b(about, digest_size=16).digest()
        choices = hash((row.enrolment.preferences, row.enrolment.paused_until))
        line, before = self._lines.setdefault(fingerprint, (row.line, choices))
        return (None if line == row.line else line), before == choices


def _contradiction(row: FileRow, first: int) -> Refusal:
    name = row.enrolment.target.name
    return Refusal(
        row.line,
        "email",
        f"{row.enrolment.address} follows {name} by line {first} already, with other choices, and "
        f"the first line counts; keep one of them.",
    )


def _batches(rows: Iterable[FileRow], size: int) -> Iterator[list[FileRow]]:
    batch: list[FileRow] = []
    for row in rows:
        batch.append(row)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
