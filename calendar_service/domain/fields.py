"""Reads the tables that people and the store write, and gathers every mistake with its place."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import TypeVar
from urllib.parse import urlsplit

from calendar_service.domain.plain_text import says_something
from calendar_service.errors import CalendarError, Problem
from calendar_service.language.catalogues import is_written

Table = Mapping[str, object]
Choice = TypeVar("Choice", bound=str)

_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?")
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_UID = re.compile(r"[!-~]{1,200}")

LONGEST_LINE = 300
LONGEST_TEXT = 20_000


class Fields:
    """One table being read: each method takes a field and notes what is wrong with it.

    A field that is missing or wrong reads as an empty value, so that reading goes on to the next
    mistake; nobody uses the result when `problems` is not empty.
    """

    def __init__(self, table: Table, place: str, problems: list[Problem], key: str = "") -> None:
        self._table = table
        self._place = place
        self._key = key
        self._read: list[str] = []
        self.problems = problems

    def __contains__(self, name: str) -> bool:
        """Whether the field is written at all."""
        return name in self._table

    def with_default(self, name: str, value: object) -> Fields:
        """The same table with a field added where it is missing."""
        if name in self._table:
            return self
        fields = Fields({name: value, **self._table}, self._place, self.problems, self._key)
        fields._read = self._read
        return fields

    def wrong(self, name: str, message: str) -> None:
        """Notes a mistake in a field."""
        key = ".".join(part for part in (self._key, name) if part)
        self.problems.append(Problem(self._place, key, message))

    def take(self, name: str, *, required: bool = False) -> object:
        """The field as it stands, or None; from now on its name is a known one."""
        self._read.append(name)
        value = self._table.get(name)
        if value is None and required:
            self.wrong(name, "is missing; every entry needs it.")
        return value

    def line(self, name: str, *, required: bool = False) -> str:
        """One line of text without control characters; a required one has more than blanks."""
        written = self.take(name, required=required)
        value = self._line(name, written)
        if required and isinstance(written, str) and not says_something(value):
            self.wrong(name, "is empty; every entry needs it.")
        return value

    def uid(self, name: str) -> str:
        """An identity of printable ASCII without blanks."""
        value = self.line(name, required=True)
        if value and not _UID.fullmatch(value):
            self.wrong(name, f"{value!r} must be 1 to 200 printable ASCII characters, no blanks.")
        return value

    def slug(self, name: str, *, required: bool = True) -> str:
        """A name for addresses: small letters, digits, single hyphens."""
        value = self.line(name, required=required)
        if value and not is_slug(value):
            self.wrong(name, f"{value!r} must be like 'nato-summits': a-z, 0-9, single hyphens.")
        return value

    def slugs(self, name: str) -> tuple[str, ...]:
        """A list of such names."""
        values = self.lines(name)
        for value in values:
            if value and not is_slug(value):
                self.wrong(name, f"{value!r} must be like 'western-balkans': a-z, 0-9, hyphens.")
        return values

    def lines(self, name: str) -> tuple[str, ...]:
        """A list of texts, one line each, without doubles."""
        value = self.take(name)
        if value is None:
            return ()
        if not isinstance(value, Sequence) or isinstance(value, str):
            self.wrong(name, 'must be a list: ["one", "two"].')
            return ()
        texts = tuple(self._line(name, item) for item in value)
        if any(isinstance(item, str) and not says_something(item) for item in value):
            self.wrong(name, "has an empty text; write it or take it out.")
        elif len(set(texts)) < len(texts):
            self.wrong(name, "names one thing twice; take one out.")
        return texts

    def choice(self, name: str, choices: Iterable[Choice], default: Choice) -> Choice:
        """One word of a few."""
        value = self.take(name)
        known = {str(choice): choice for choice in choices}
        if value is None:
            return default
        if str(value) not in known:
            self.wrong(name, f"{value!r} is not one of {', '.join(known)}.{near(value, known)}")
            return default
        return known[str(value)]

    def flag(self, name: str) -> bool:
        """True or false; false when it is not written."""
        value = self.take(name)
        if value is not None and not isinstance(value, bool):
            self.wrong(name, "must be true or false, without quotes.")
        return value is True

    def number(self, name: str, *, low: float, high: float) -> float | None:
        """A number between two bounds, both included."""
        value = self.take(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.wrong(name, f"must be a number from {low:g} to {high:g}.")
            return None
        if not low <= value <= high:
            self.wrong(name, f"must be a number from {low:g} to {high:g}.")
            return None
        return float(value)

    def whole_number(self, name: str, *, low: int, high: int) -> int | None:
        """A whole number between two bounds, both included."""
        value = self.number(name, low=low, high=high)
        if value is not None and not value.is_integer():
            self.wrong(name, f"must be a whole number from {low} to {high}.")
        return None if value is None else int(value)

    def language(self, name: str) -> str:
        """A language code such as `sq` (BCP 47)."""
        value = self.line(name, required=True)
        if value and not is_language(value):
            self.wrong(name, f"{value!r} is no language code; write it like 'sq' or 'en'.")
        return value

    def localized(
        self, name: str, *, required: bool = False, lines: bool = False
    ) -> dict[str, str]:
        """A text in several languages: `title = { sq = "...", en = "..." }`."""
        value = self.take(name, required=required)
        if value is None:
            return {}
        if not isinstance(value, Mapping) or not value:
            self.wrong(name, 'must give each language its text: { sq = "...", en = "..." }.')
            return {}
        inner = self.inside(name, value)
        for code in value:
            if not is_language(str(code)):
                inner.wrong(str(code), "is no language code; write it like 'sq' or 'en'.")
        texts = {str(code): inner.text(code) if lines else inner.line(code) for code in value}
        for code, text in texts.items():
            if not says_something(text):
                inner.wrong(code, "is empty; write the text or take the line out.")
        return texts

    def text(self, name: str) -> str:
        """A text of any number of lines."""
        value = self._text(name, self.take(name))
        if len(value) > LONGEST_TEXT:
            self.wrong(name, f"has {len(value)} characters; {LONGEST_TEXT} is the most.")
        return value

    def url(self, name: str) -> str:
        """An absolute http or https address."""
        value = self.line(name, required=True)
        if value and not is_web_address(value):
            self.wrong(name, f"{value!r} is no web address; write it with https:// and a host.")
        return value

    def table(self, name: str) -> Fields | None:
        """A table inside this one, or None when it is not written."""
        value = self.take(name)
        if value is None:
            return None
        if not isinstance(value, Mapping):
            self.wrong(name, f"must be a table of its own: [{name}].")
            return None
        return self.inside(name, value)

    def tables(self, name: str) -> Iterator[Fields]:
        """The tables of a list of tables, each with its number from 1."""
        value = self.take(name)
        if value is None:
            return
        if not isinstance(value, Sequence) or isinstance(value, str):
            self.wrong(name, f"must be a list of tables: [[{name}]].")
            return
        for number, item in enumerate(value, start=1):
            if isinstance(item, Mapping):
                yield self.inside(f"{name}[{number}]", item)
            else:
                self.wrong(f"{name}[{number}]", "must be a table with fields of its own.")

    def inside(self, name: str, table: Table) -> Fields:
        """The reader of a table inside this one."""
        key = ".".join(part for part in (self._key, name) if part)
        return Fields(table, self._place, self.problems, key)

    def check(self, name: str, rule: Callable[[], object]) -> None:
        """Runs a rule that raises a CalendarError, and notes its message."""
        try:
            rule()
        except CalendarError as error:
            self.wrong(name, str(error))

    def finish(self) -> None:
        """Notes every field that nobody asked for: most are misspelt."""
        for name in self._table:
            if name not in self._read:
                self.wrong(str(name), f"is not a known field.{near(name, self._read)}")

    def _line(self, name: str, value: object) -> str:
        text = self._text(name, value)
        if "\n" in text:
            self.wrong(name, "must be one line; take the line break out.")
        if len(text) > LONGEST_LINE:
            self.wrong(name, f"has {len(text)} characters; {LONGEST_LINE} is the most.")
        return text

    def _text(self, name: str, value: object) -> str:
        if value is None:
            return ""
        if not isinstance(value, str):
            self.wrong(name, f"must be a text in quotes, not {value!r}.")
            return ""
        if found := _UNPRINTABLE.search(value):
            self.wrong(name, f"has the character U+{ord(found[0]):04X}; no text may, take it out.")
        return value


def near(word: object, known: Iterable[str]) -> str:
    """The question whether one of the known words was meant, where one is close, else nothing."""
    close = difflib.get_close_matches(str(word), [str(name) for name in known], n=1)
    return f" Did you mean {close[0]!r}?" if close else ""


def is_slug(text: str) -> bool:
    """Whether a text can stand in an address as it is."""
    return len(text) <= 100 and _SLUG.fullmatch(text) is not None


def is_language(code: str) -> bool:
    """Whether a text is a language's code as BCP 47 writes it; `al` is a country's."""
    return _LANGUAGE.fullmatch(code) is not None and is_written(code)


def is_web_address(text: str) -> bool:
    """Whether a text is an absolute http or https address with a host."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    blank = any(letter.isspace() for letter in text)
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and not blank


def parse_day(text: str) -> date | None:
    """The day of `2026-02-12`, or None."""
    try:
        return date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) else None
    except ValueError:
        return None
