"""CSV as people's spreadsheets write it: the line that each record is on, and cells made safe.

Delimiters may be commas, semicolons (Excel in Europe) or tabs, with or without a byte order mark.
"""

from __future__ import annotations

import csv
import io
import re
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass
from typing import IO

from calendar_service.errors import InvalidInputError, Problem

DELIMITERS = (",", ";", "\t")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_BAD_QUOTES = (
    "a cell in quotes is not closed, or goes on behind its closing quote; close it, and write a "
    'quote inside of it twice: "".'
)


@dataclass(frozen=True, slots=True)
class Record:
    """The cells of one record and the line it begins on, the first being 1.

    A record whose quotes do not fit has no cells, and `fault` says so.
    """

    line: int
    cells: tuple[str, ...]
    fault: str = ""


def check_encoding(file: IO[bytes], place: str) -> None:
    """Reads a file to its end; raises InvalidInputError with the first line that is not UTF-8."""
    for number, line in enumerate(file, start=1):
        if number == 1 and line.startswith(_UTF16):
            wrong = "is UTF-16; save the file as CSV in the encoding UTF-8."
            raise InvalidInputError([Problem(place, "", wrong)])
        try:
            line.decode("utf-8")
        except UnicodeDecodeError as error:
            before = line[: error.start].decode("utf-8")
            where = f"line {number}, character {len(before) + 1}"
            wrong = (
                f"the byte 0x{line[error.start]:02X} is not UTF-8, as in a file of Latin-1 or "
                f"Windows-1252; save it as 'CSV UTF-8' and import that. Nothing was loaded."
            )
            raise InvalidInputError([Problem(place, where, wrong)]) from error


def read_records(file: IO[bytes]) -> Generator[Record, None, None]:
    """The records of a UTF-8 file with their lines; empty ones are left out.

    Where quotes do not fit, one line is given up and reading goes on at the next one. To be closed
    before the file is.
    """
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    try:
        lines = _Lines(text)
        delimiter = _delimiter(lines.first())
        for record in _records(lines, delimiter):
            if record.fault or any(cell.strip() for cell in record.cells):
                yield record
    finally:
        text.detach()


class _Lines:
    """Lines on their way to the reader, which can be given back."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._ahead: deque[str] = deque()
        self.taken: list[str] = []

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._ahead.popleft() if self._ahead else next(self._lines)
        self.taken.append(line)
        return line

    def first(self) -> str:
        """A look at the first line, which is not taken by it."""
        line = next(self._lines, "")
        self._ahead.append(line)
        return line

    def keep_one(self) -> None:
        """Gives back all that was taken but one line."""
        self._ahead.extendleft(reversed(self.taken[1:]))
        del self.taken[1:]


def _records(lines: _Lines, delimiter: str) -> Iterator[Record]:
    number, reader = 1, csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        lines.taken.clear()
        try:
            record = Record(number, tuple(next(reader)))
        except StopIteration:
            return
        except csv.Error:
            record = Record(number, (), _BAD_QUOTES)
            lines.keep_one()
            reader = csv.reader(lines, delimiter=delimiter, strict=True)
        yield record
        number += len(lines.taken)


def _delimiter(header: str) -> str:
    return max(DELIMITERS, key=header.count)


def write_records(records: Iterable[Iterable[str]]) -> Iterator[str]:
    """The records as CSV (RFC 4180), a line or more at a time, safe to open in a spreadsheet."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    for record in records:
        writer.writerow([guard(cell) for cell in record])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def guard(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: an apostrophe is put before one."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def unguard(cell: str) -> str:
    """What `guard` was given; of other files, the cell as it stands."""
    return cell[1:] if cell[:1] == "'" and _FORMULA.match(cell) else cell
