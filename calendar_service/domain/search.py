"""A reader's own selection of events: by calendar, topic, place, organiser, text and more."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, timedelta
from functools import lru_cache
from urllib.parse import parse_qs, urlencode

from calendar_service.domain.events import Localized
from calendar_service.domain.fields import near
from calendar_service.domain.plain_text import says_something

Document = Mapping[str, object]

_FORMS = {
    **dict.fromkeys("’‘ʼʹ`´", "'"),
    **dict.fromkeys("‐‑‒–—−", "-"),
    **dict.fromkeys("“”„«»", '"'),
    **dict.fromkeys("\N{SOFT HYPHEN}\N{ZERO WIDTH SPACE}\N{WORD JOINER}", ""),
}
_STROKES = {"ı": "i", "đ": "d", "ð": "d", "ħ": "h", "ł": "l", "ø": "o", "ŧ": "t"} | {
    "æ": "ae",
    "œ": "oe",
    "þ": "th",
}
"""Letters that Unicode does not take apart into one of a keyboard and its accent."""
_DIGRAPHS = {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "đ": "dj"}
_RING = {"å": "aa"}
_SPELLINGS = tuple(
    letters | {letter.upper(): two for letter, two in letters.items()}
    for letters in (_DIGRAPHS, _RING, _DIGRAPHS | _RING)
)
"""The two letters that stand for one where there is no key for it; each way with the others or
without, as people write Oestergaard, Østergaard and Ostergaard."""
_SPACES = re.compile(r"[^\S\n]+")
_WORD = re.compile(r'"([^"]+)"|([^\s"]+)')


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for: any value of each field, and all fields that have one.

    `past` is for how many days what is over stays, for ever if it says nothing. Places, organisers
    and texts are found by their words within what is written, in any order and whatever the accents
    and the capitals, also where two letters stand for one; what stands in quotation marks, as it
    is. A text is in title, description and place.
    """

    feed: tuple[str, ...] = ()
    topic: tuple[str, ...] = ()
    place: tuple[str, ...] = ()
    organiser: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    uid: tuple[str, ...] = ()
    past: tuple[str, ...] = ()

    @property
    def values(self) -> tuple[str, ...]:
        """All that is looked for."""
        return tuple(value for one in fields(self) for value in getattr(self, one.name))

    @property
    def past_days(self) -> int | None:
        """The largest number of days that `past` has."""
        return max((int(value) for value in self.past if is_past(value)), default=None)

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """The same, each with the name that an address has for it."""
        return tuple((one.name, value) for one in fields(self) for value in getattr(self, one.name))

    @property
    def query(self) -> str:
        """Its one written form, as an address has it: equal searches are equal text."""
        return urlencode(
            [
                (one.name, value)
                for one in fields(self)
                for value in sorted(set(getattr(self, one.name)))
            ]
        )

    @property
    def without_past(self) -> Search:
        """The same of whatever day."""
        return replace(self, past=())

    def without(self, name: str, value: str) -> Search:
        """The same without one of the values."""
        left = tuple(one for one in getattr(self, name) if one != value)
        return replace(self, **{name: left})


@lru_cache(maxsize=4096)
def read_query(query: str) -> Search:
    """The search of a query as `Search.query` writes it; what it has besides is passed over."""
    values = parse_qs(query)
    return Search(**{name: tuple(values.get(name, ())) for name in NAMES})


FOLDING = 2
"""Rises whenever words find other events than before: what is followed is then looked for anew."""

MOST_PAST_DAYS = 3650

NAMES = tuple(one.name for one in fields(Search))
"""What can be looked for, by the names that an address has for it."""


@dataclass(frozen=True, slots=True)
class Searchable:
    """What of an event is looked at, folded where it is text; `id` is the store's.

    `last_day` is written `2026-07-08`, and empty of a series and of what has no day yet.
    """

    id: int
    uid: str
    feeds: frozenset[str]
    topics: frozenset[str]
    languages: frozenset[str]
    place: str
    organiser: str
    text: str
    place_name: Localized = field(default_factory=dict)
    last_day: str = ""

    def matches(self, search: Search, today: date) -> bool:
        """Whether it is selected on a day."""
        return (
            self._is_recent(search.past_days, today)
            and _any(search.feed, self.feeds)
            and _any(search.topic, self.topics)
            and _any(search.language, self.languages)
            and _any(search.uid, {self.uid})
            and _within(search.place, self.place)
            and _within(search.organiser, self.organiser)
            and _within(search.text, self.text)
        )

    def _is_recent(self, days: int | None, today: date) -> bool:
        if days is None or not self.last_day:
            return True
        return self.last_day >= (today - timedelta(days=days)).isoformat()


def searchable(id: int, document: Document) -> Searchable:  # noqa: A002
    """What is looked at of an event's document, as `write_event` writes it; its feeds aside."""
    title, description = _texts(document.get("title")), _texts(document.get("description"))
    place = document.get("place")
    places = _texts(place.get("name")) if isinstance(place, Mapping) else []
    topics = document.get("topics")
    titles = document.get("title")
    return Searchable(
        id=id,
        uid=str(document.get("uid")),
        feeds=frozenset(),
        topics=frozenset(map(str, topics)) if isinstance(topics, list) else frozenset(),
        languages=frozenset(titles) if isinstance(titles, Mapping) else frozenset(),
        place=_spelled(places),
        organiser=_spelled(_texts(document.get("organizer"))),
        text=_spelled([*title, *description, *places]),
        place_name=_localized(place),
        last_day=""
        if document.get("recurrence")
        else str(document.get("end", document.get("start", "")))[:10],
    )


def unknown_value(
    search: Search,
    known: Iterable[Searchable],
    feeds: Iterable[str],
    taken_back: Iterable[str] = (),
) -> str | None:
    """What is wrong with a search: a value that no event has, with what there is instead.

    A text is never wrong, as it may be found tomorrow, if there is anything in it. Nor are the UIDs
    of events that were `taken_back`: who has picked several goes on seeing the others.
    """
    if wrong := _malformed(search):
        return wrong
    events = list(known)
    exact: dict[str, set[str]] = {
        "feed": set(feeds),
        "topic": {topic for one in events for topic in one.topics},
        "language": {code for one in events for code in one.languages},
        "uid": {one.uid for one in events}.union(taken_back),
    }
    for name, there in exact.items():
        for value in getattr(search, name):
            if value not in there:
                hint = near(value, there) or _examples(name, there)
                return f"No event has {name}={value!r}.{hint}"
    for name in ("place", "organiser"):
        for value in getattr(search, name):
            if not any(_within((value,), getattr(one, name)) for one in events):
                return f"No event's {name} has {value!r} in it."
    return None


def _spelled(texts: Iterable[str]) -> str:
    """Texts as they are looked through: a line for each of their spellings."""
    return "\n".join(spelling for text in texts for spelling in spellings(text))


@lru_cache(maxsize=1024)
def _words(text: str) -> tuple[frozenset[str], ...]:
    """What of a text is looked for one by one, each in all of its spellings."""
    each = (_WORD.findall(spelling) for spelling in spellings(text))
    return tuple(
        frozenset(phrase.strip() or word for phrase, word in alike)
        for alike in zip(*each, strict=True)
    )


def _malformed(search: Search) -> str | None:
    for name in ("place", "organiser", "text"):
        for value in getattr(search, name):
            if not says_something(fold(value)):
                return f"{name}={value!r} has no letters to look for."
    for value in search.past:
        if not is_past(value):
            return f"past={value!r} is no number of days; write one from 0 to {MOST_PAST_DAYS}."
    return None


def fold(text: str) -> str:
    """The text without accents and capitals: what people type when they look for it.

    Apostrophes and hyphens of every form are those on keyboards, Turkish has one i, and several
    spaces are one.
    """
    signs = _replaced(unicodedata.normalize("NFC", text), _FORMS)
    letters = _SPACES.sub(" ", unicodedata.normalize("NFKD", signs))
    marks = dict.fromkeys(filter(unicodedata.combining, set(letters)), "")
    return _replaced(_replaced(letters, marks).casefold(), _STROKES)


def spellings(text: str) -> tuple[str, ...]:
    """The folded text in each way in which it is spelled: München as munchen and muenchen.

    The first has a plain letter for each. Only letters that have two in their place are spelled in
    another way, so that no other `ue` is a `u`.
    """
    plain = fold(text)
    if text.isascii():
        return (plain,)
    composed = unicodedata.normalize("NFC", text)
    written = dict.fromkeys(_replaced(composed, letters) for letters in _SPELLINGS)
    return tuple(dict.fromkeys([plain, *(fold(one) for one in written if one != composed)]))


def _replaced(text: str, others: Mapping[str, str]) -> str:
    """A text with others for some letters.

    To look for one that it has not costs next to nothing, where `translate` looks up each that it
    has.
    """
    for letter, other in others.items():
        if letter in text:
            text = text.replace(letter, other)
    return text


def is_past(value: str) -> bool:
    """Whether a text is a number of days for which what is over stays."""
    return value.isascii() and value.isdecimal() and len(value) < 6 and int(value) <= MOST_PAST_DAYS


def _localized(place: object) -> Localized:
    name = place.get("name") if isinstance(place, Mapping) else None
    return (
        {str(code): str(text) for code, text in name.items()} if isinstance(name, Mapping) else {}
    )


def _texts(localized: object) -> list[str]:
    return [str(text) for text in localized.values()] if isinstance(localized, Mapping) else []


def _any(wanted: tuple[str, ...], there: Iterable[str]) -> bool:
    return not wanted or not set(wanted).isdisjoint(there)


def _within(wanted: tuple[str, ...], text: str) -> bool:
    return not wanted or any(_has_words(one, text) for one in wanted)


def _has_words(wanted: str, text: str) -> bool:
    """Whether all words of a text are in another one, and there are any."""
    words = _words(wanted)
    return bool(words) and all(any(one in text for one in spelled) for spelled in words)


def _examples(name: str, there: set[str]) -> str:
    if name == "uid" or not there:
        return ""
    first = sorted(there)[:20]
    return f" There are {', '.join(first)}{' and more' if len(there) > len(first) else ''}."
