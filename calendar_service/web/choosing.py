"""Which events a page shows: what its address chooses, and the form that chooses them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from itertools import filterfalse
from typing import cast

from flask import current_app, request

from calendar_service.actions.pages import all_feeds
from calendar_service.actions.selections import Selections
from calendar_service.domain.fields import parse_day
from calendar_service.domain.search import MOST_PAST_DAYS, NAMES, Search, is_past
from calendar_service.store.queries.listed import EVERYTHING, Chosen
from calendar_service.web.languages import gettext, language
from calendar_service.web.requested import service
from calendar_service.web.tongues import Said, called, named_language, named_topic, said_here
from calendar_service.web.wishes import LONGEST_SEARCH, LONGEST_SHOWN, LONGEST_VALUE, MOST_VALUES
from calendar_service.web.zones import PARAMETER as ZONE
from calendar_service.web.zones import zone_problems

DAYS = ("from", "until")


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several in a form."""

    value: str
    label: Said
    chosen: bool


@dataclass(frozen=True, slots=True)
class Criterion:
    """Something that the address chooses by, and the query of the address without it."""

    name: str
    value: str
    words: Said
    without: dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Choosing:
    """What is chosen, and what else could be. `query` is what other addresses repeat of it.

    `problems` say what could not be understood; what was typed is kept beside them.
    """

    search: Search
    criteria: list[Criterion]
    query: dict[str, list[str]]
    text: str
    place: str
    feeds: list[Choice]
    topics: list[Choice]
    places: list[Said]
    languages: list[Choice]
    kept: list[tuple[str, str]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def in_title(self) -> str:
        """What stands before the site's name in the title of the page."""
        if not self.criteria:
            return ""
        words = ", ".join(one.words.text for one in self.criteria)
        return f"{gettext('Selected events: %(words)s') % {'words': words}} – "


@dataclass(frozen=True, slots=True)
class Shown:
    """What there is to choose from, each by its value and as people read it."""

    feed: list[tuple[str, Said]]
    topic: list[tuple[str, Said]]
    language: list[tuple[str, Said]]
    places: list[Said]

    def words_of(self, name: str, value: str) -> Said:
        """What an address looks for, as people read it."""
        if name == "past":
            return said_here(gettext("No longer past than %(days)s days") % {"days": value})
        known = {"feed": self.feed, "topic": self.topic, "language": self.language}
        return dict(known.get(name, ())).get(value, Said(value, ""))


def shown_choices() -> Shown:
    """What there is to choose from, in the language of the answer."""
    offers = _selections().offers(language())
    return Shown(
        feed=[(feed.slug, called(feed)) for feed in all_feeds(service())],
        topic=[(topic, named_topic(topic)) for topic in offers.topics],
        language=[(code, named_language(code)) for code in offers.languages],
        places=[Said(*place) for place in offers.places],
    )


def read_choosing() -> Choosing:
    """What the address of a page says."""
    problems = zone_problems()
    search = read_search_of_page(problems)
    shown = shown_choices()
    return Choosing(
        search=search,
        criteria=[_criterion(search, *pair, shown) for pair in search.pairs],
        query=query_of(search),
        text=request.args.get("text", "")[:LONGEST_VALUE],
        place=request.args.get("place", "")[:LONGEST_VALUE],
        feeds=_choices(shown.feed, search.feed[:1]),
        topics=_choices(shown.topic, search.topic[:1]),
        places=shown.places,
        languages=_choices(shown.language, search.language[:1]),
        kept=_kept(search),
        problems=problems,
    )


def chosen(search: Search) -> Chosen:
    """The events that are chosen."""
    return Chosen(among=_selections().matching(search)) if search.values else EVERYTHING


def query_of(search: Search) -> dict[str, list[str]]:
    """What addresses say of a search, the values of each name together."""
    query: dict[str, list[str]] = {}
    for name, value in search.pairs:
        query.setdefault(name, []).append(value)
    return query


def read_day(name: str, problems: list[str]) -> date | None:
    """The day that the address names, if it does."""
    text = request.args.get(name, "").strip()
    day = parse_day(text) if text else None
    if text and (day is None or not 1900 <= day.year <= 2199):
        words = gettext("“%(day)s” is no day. Write it like 2026-07-01.")
        problems.append(words % {"day": text[:LONGEST_VALUE]})
        return None
    return day


def tidied(*others: str) -> list[tuple[str, str]] | None:
    """The query without what says nothing, if there is any: forms send their empty fields too."""
    pairs = [(name, value) for name, value in request.args.items(multi=True) if value.strip()]
    names = {*NAMES, *DAYS, ZONE, *others}
    empty = [name for name, value in request.args.items(multi=True) if not value.strip()]
    return pairs if names.intersection(empty) else None


def read_search_of_page(problems: list[str]) -> Search:
    """What is looked for, as far as it can be; what is too much is told."""
    found = {}
    for name in NAMES:
        values = sorted({value.strip() for value in request.args.getlist(name) if value.strip()})
        fit = [value for value in values if len(value) <= LONGEST_VALUE and "\0" not in value]
        if len(fit) < len(values) or len(fit) > MOST_VALUES:
            problems.append(_too_much())
        if name == "past":
            problems += map(no_days, filterfalse(is_past, fit))
            fit = [value for value in fit if is_past(value)]
        found[name] = tuple(fit[:MOST_VALUES])
    search = Search(**found)
    if sum(map(len, search.values)) > LONGEST_SEARCH:
        problems.append(_too_much())
        return Search()
    return search


def no_days(value: str) -> str:
    """That a text is no number of days, in words."""
    words = gettext("“%(days)s” is no number of days. Write one from 0 to %(most)s.")
    return words % {"days": value[:LONGEST_SHOWN], "most": MOST_PAST_DAYS}


def _too_much() -> str:
    words = gettext(
        "This is too much to look for at once: %(most)s characters at most. Look for less."
    )
    return words % {"most": LONGEST_VALUE}


def _criterion(search: Search, name: str, value: str, shown: Shown) -> Criterion:
    without = query_of(search.without(name, value))
    return Criterion(name, value, shown.words_of(name, value), without)


def _choices(offered: list[tuple[str, Said]], chosen: tuple[str, ...]) -> list[Choice]:
    return [Choice(value, label, value in chosen) for value, label in offered]


def _kept(search: Search) -> list[tuple[str, str]]:
    """What the form has no field for, and sends again as it is."""
    fields = {"text": 1, "place": 1, "feed": 1, "topic": 1, "language": 1}
    kept = []
    for name, values in query_of(search).items():
        kept += [(name, value) for value in values[fields.get(name, 0) :]]
    return kept


def is_known(search: Search) -> bool:
    """Whether a selection can be had as a feed: each of its values is some event's."""
    return _selections().is_known(search)


def _selections() -> Selections:
    return cast("Selections", current_app.extensions["selections"])
