"""The one form in which readers come from another tool and go to one: a CSV file's columns.

What `to_cells` writes, `RowReader` reads, and nothing gets lost on the way.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType
from typing import TypeVar

from calendar_service.actions.reader_cells import (
    NO_OFFSETS,
    Addresses,
    CellError,
    read_digest,
    read_hour,
    read_instant,
    read_language,
    read_offsets,
    read_pause,
    read_words,
    read_yes_or_no,
    read_zone,
    write_pause,
)
from calendar_service.actions.saved_searches import is_worth_following, target_of_search
from calendar_service.catalog.spreadsheets import Record, unguard
from calendar_service.domain.fields import near
from calendar_service.domain.readers import Consent, Enrolment, Preferences, Target, TargetKind
from calendar_service.domain.reminders import DEFAULT_HOUR
from calendar_service.domain.search import read_query
from calendar_service.errors import CalendarError, InvalidInputError, Problem

COLUMNS = (
    *("email", "feed", "event", "search"),
    *("offsets", "language", "zone", "hour", "notices", "digest", "arrivals", "paused_until"),
    *("consent", "consent_language", "asked_at", "agreed_at"),
)
"""The columns, in the order in which they are written."""

REQUIRED = ("email", "offsets", "language", "zone", "consent")
"""Columns that every file has, besides `feed`, `event` or `search`, or several of them."""

OTHER_NAMES = {"e-mail": "email", "address": "email", "consent_at": "agreed_at"}

_EXAMPLE = "email,feed,offsets,language,zone,consent"
_REMEMBERED = 4096
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Refusal:
    """One mistake in a row: its line, the column, what is wrong and how to mend it."""

    line: int
    column: str
    message: str

    def __str__(self) -> str:
        """All of it on one line."""
        where = f"line {self.line}, {self.column}" if self.column else f"line {self.line}"
        return f"{where}: {self.message}"


@dataclass(frozen=True, slots=True)
class Followable:
    """What a row may name: feeds by their slugs, events by UID or slug, each with its UID."""

    feeds: Collection[str]
    events: Mapping[str, str]


class Header:
    """The first record of a file: which column stands where.

    Raises InvalidInputError where one is missing or there twice. `unused` are those that say
    nothing to us.
    """

    def __init__(self, record: Record | None, place: str) -> None:
        names = [_column(cell) for cell in record.cells] if record else []
        if problems := _faults(names):
            where = f"line {record.line if record else 1}"
            raise InvalidInputError([Problem(place, where, problem) for problem in problems])
        self.unused = _unused(names)
        self._width = len(names)
        self._positions = [names.index(name) if name in names else -1 for name in COLUMNS]

    def cells(self, record: Record) -> tuple[str, ...]:
        """A record's cells in the order of COLUMNS, without blanks around them.

        Those that the file has no column for are empty. Raises CellError for a broken record.
        """
        if record.fault:
            raise CellError(record.fault)
        if len(record.cells) != self._width:
            raise CellError(
                f"has {len(record.cells)} cells, and the first line {self._width}; put a cell that "
                f"holds the delimiter in quotes."
            )
        cells = [*record.cells, ""]
        return tuple(unguard(cells[at].strip()) for at in self._positions)


class RowReader:
    """Reads the rows below a header: an enrolment of each, or all that is wrong with it.

    `now` stands where a file does not say when somebody agreed; nobody can have agreed later.
    Rows that differ in address and dates alone are many, and what else they say is read once.
    """

    def __init__(self, header: Header, known: Followable, *, now: datetime) -> None:
        self._header = header
        self._known = known
        self._now = now
        self._addresses = Addresses()
        self._alike = lru_cache(_REMEMBERED)(self._read_alike)

    def read(self, record: Record) -> Enrolment | tuple[Refusal, ...]:
        """The row's enrolment, or every mistake in it."""
        try:
            email, *others, asked, agreed = self._header.cells(record)
        except CellError as error:
            return (Refusal(record.line, "", str(error)),)
        alike = self._alike(*others)
        cells = _Cells(alike.wrong)
        address = cells.read("email", email, self._addresses.read, "")
        agreed_at = cells.read("agreed_at", agreed or None, self._instant, self._now)
        asked_at = cells.read("asked_at", asked or None, self._instant, agreed_at)
        if cells.wrong:
            return tuple(
                Refusal(record.line, column, cells.wrong[column])
                for column in sorted(cells.wrong, key=COLUMNS.index)
            )
        consent = Consent(alike.words, alike.language, asked_at, agreed_at)
        return Enrolment(address, alike.target, alike.preferences, consent, alike.paused_until)

    def _read_alike(
        self,
        feed: str,
        event: str,
        search: str,
        offsets: str,
        language: str,
        zone: str,
        hour: str,
        notices: str,
        digest: str,
        arrivals: str,
        paused: str,
        words: str,
        spoken: str,
    ) -> _Alike:
        cells = _Cells()
        nothing = Target(TargetKind.FEED, "")
        if event:
            target = cells.read("event", event, self._event, nothing)
        elif search:
            target = cells.read("search", search, _search, nothing)
        else:
            target = cells.read("feed", feed, self._feed, nothing)
        if event and feed:
            cells.wrong["event"] = "stands beside a feed; write a row for each of the two."
        if search and (event or feed):
            cells.wrong["search"] = "stands beside another; write a row for each of the two."
        mails = cells.read("language", language, read_language, "")
        preferences = Preferences(
            cells.read("offsets", offsets, read_offsets, ()),
            mails,
            cells.read("zone", zone, read_zone, ""),
            cells.read("hour", hour or None, read_hour, DEFAULT_HOUR),
            cells.read("notices", notices or None, read_yes_or_no, otherwise=True),
            cells.read("digest", digest or None, read_digest, None),
            cells.read("arrivals", arrivals or None, read_yes_or_no, otherwise=False),
        )
        paused_until = cells.read(
            "paused_until",
            paused or None,
            lambda text: read_pause(text, preferences.zone, self._now),
            None,
        )
        agreed = cells.read("consent", words, read_words, "")
        own = cells.read("consent_language", spoken or None, read_language, mails)
        return _Alike(target, preferences, paused_until, agreed, own, cells.wrong)

    def _feed(self, text: str) -> Target:
        feeds = self._known.feeds
        if text in feeds:
            return Target(TargetKind.FEED, text)
        some = ", ".join(sorted(feeds)[:10]) or "those that `calendar-service seed` loads"
        raise CellError(f"there is no feed {text!r}; write one of {some}.{near(text, feeds)}")

    def _event(self, text: str) -> Target:
        uid = self._known.events.get(text)
        if uid is not None:
            return Target(TargetKind.EVENT, uid)
        raise CellError(
            f"there is no event {text!r}; `calendar-service events list` has the UIDs and slugs."
        )

    def _instant(self, text: str) -> datetime:
        return read_instant(text, self._now)


def _search(text: str) -> Target:
    search = read_query(text).without_past
    if not is_worth_following(search):
        raise CellError(f"there is no search {text!r}; write it like topic=summit&text=ankara.")
    return target_of_search(search)


def to_cells(enrolment: Enrolment) -> tuple[str, ...]:
    """An enrolment's cells in the order of COLUMNS, as `RowReader` reads them; instants in UTC."""
    target, preferences, consent = enrolment.target, enrolment.preferences, enrolment.consent
    kinds = (TargetKind.FEED, TargetKind.EVENT, TargetKind.SEARCH)
    return (
        enrolment.address,
        *(target.name if target.kind is kind else "" for kind in kinds),
        " ".join(map(str, preferences.offsets)) or NO_OFFSETS,
        preferences.language,
        preferences.zone,
        f"{preferences.hour:%H:%M}",
        "yes" if preferences.notices else "no",
        str(preferences.digest or ""),
        "yes" if preferences.arrivals else "no",
        write_pause(enrolment.paused_until),
        consent.words,
        consent.language,
        consent.asked_at.isoformat(),
        consent.agreed_at.isoformat(),
    )


@dataclass(frozen=True, slots=True)
class _Alike:
    """All that a row says besides address and dates, and what is wrong with it by column."""

    target: Target
    preferences: Preferences
    paused_until: datetime | None
    words: str
    language: str
    wrong: Mapping[str, str]


class _Cells:
    """Reads cells one by one, and notes what is wrong with each."""

    def __init__(self, wrong: Mapping[str, str] = MappingProxyType({})) -> None:
        self.wrong = dict(wrong)

    def read(
        self, column: str, cell: str | None, read: Callable[[str], Value], otherwise: Value
    ) -> Value:
        """A cell's value, and another one where there is no cell or it is wrong."""
        if cell is None:
            return otherwise
        try:
            return read(cell)
        except CalendarError as error:
            self.wrong[column] = str(error)
            return otherwise


def _column(cell: str) -> str:
    name = cell.strip().lower().replace(" ", "_")
    return OTHER_NAMES.get(name, name)


def _unused(names: Collection[str]) -> tuple[str, ...]:
    return tuple(name for name in names if name and name not in COLUMNS)


def _faults(names: list[str]) -> list[str]:
    """What is wrong with the names of the columns."""
    faults = [
        f"the column {name!r} is there twice; take one out."
        for name in COLUMNS
        if names.count(name) > 1
    ]
    needed = [*REQUIRED, *(() if {"event", "search"} & set(names) else ("feed",))]
    if missing := [name for name in needed if name not in names]:
        meant = "".join(near(name, _unused(names)) for name in missing)
        faults.append(
            f"has no column {', '.join(missing)}; the first line names the columns, in any order, "
            f"like {_EXAMPLE}.{meant}"
        )
    return faults
