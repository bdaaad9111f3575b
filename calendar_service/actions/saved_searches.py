"""Searches that readers follow: which events each finds, kept as events and searches change.

Only distinct searches are matched, against the one event that is published; who follows them is
found by the same index as the followers of a feed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from calendar_service.domain.events import Status
from calendar_service.domain.phrases import Phrase, Spoken, phrase_of_several
from calendar_service.domain.readers import Target, TargetKind
from calendar_service.domain.search import Search, fold, read_query, searchable
from calendar_service.language.catalogues import LANGUAGES, Translator, endonym, translator
from calendar_service.language.topics import topic_in_words, topic_name
from calendar_service.store.queries.events import (
    documents_of,
    feeds_of_all,
    published_states,
)
from calendar_service.store.queries.feeds import find_feed
from calendar_service.store.queries.searches import (
    is_saved,
    save_search,
    write_finds,
)
from calendar_service.store.rows import EventRow

MOST_SEARCHES = 20
"""Searches that one reader can follow."""


def is_worth_following(search: Search) -> bool:
    """Whether it names anything, and nothing that no event can have."""
    texts = (*search.text, *search.place, *search.organiser)
    printable = all(value.isprintable() for value in search.values)
    return bool(search.values) and printable and all(fold(one).strip() for one in texts)


def target_of_search(search: Search) -> Target:
    """What somebody follows who follows a search, past events aside: they have no reminders."""
    return Target(TargetKind.SEARCH, search.without_past.query)


def note_finds(
    session: Session, row: EventRow, slugs: Iterable[str], saved: Sequence[str], *, now: datetime
) -> bool:
    """Notes which of the saved searches find an event as it is now, which is in some feeds.

    Tells whether one of them did not find it before.
    """
    if not saved:
        return False
    names: list[str] = []
    if row.status != Status.DRAFT:
        event = replace(searchable(row.id, row.document), feeds=frozenset(slugs))
        names = [name for name in saved if event.matches(read_query(name), now.date())]
    return write_finds(session, row.id, names, now=now)


def keep_search(session: Session, target: Target, *, now: datetime) -> None:
    """Begins to keep what a search finds, if nobody has followed it so far."""
    if target.kind is not TargetKind.SEARCH or is_saved(session, target.name):
        return
    search, feeds = read_query(target.name), feeds_of_all(session)
    documents = documents_of(session, list(published_states(session)))
    found = [
        number
        for number, document in documents.items()
        if replace(searchable(number, document), feeds=feeds.get(number, frozenset())).matches(
            search, now.date()
        )
    ]
    save_search(session, target.name, found)


def title_of_search(session: Session, name: str) -> Mapping[str, Phrase]:
    """What a search is called, in each language, as pages name what it selects."""
    search = read_query(name)
    return {code: _title(session, search, translator(code)) for code in LANGUAGES}


def _title(session: Session, search: Search, texts: Translator) -> Phrase:
    words = _words(session, search, texts.language)
    return phrase_of_several(texts.gettext("Selected events: %(words)s"), "words", words)


def _words(session: Session, search: Search, language: str) -> Iterator[Spoken]:
    for kind, value in search.pairs:
        state = find_feed(session, value) if kind == "feed" else None
        if state is not None:
            yield state.feed.titled(language)
        elif kind == "topic":
            yield topic_in_words(value, language), language if topic_name(value, language) else ""
        elif kind == "language":
            yield endonym(value), value
        else:
            yield f"“{value}”", ""
