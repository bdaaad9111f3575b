"""Readers' own selections of events as feeds: what is looked for, found and served."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Lock
from typing import TypeVar

from sqlalchemy.orm import Session

from calendar_service.actions.feeds import FeedEdition, FeedWish, edition_of, to_calendar
from calendar_service.actions.service import Service
from calendar_service.domain.events import text_in
from calendar_service.domain.feeds import CUSTOM, Feed
from calendar_service.domain.phrases import Spoken
from calendar_service.domain.search import Search, Searchable, fold, searchable, unknown_value
from calendar_service.errors import UnknownFeedError, UnknownValueError
from calendar_service.language.negotiation import lookup
from calendar_service.store.queries.events import documents_of, feeds_of_all, published_states
from calendar_service.store.queries.feed_contents import content_of_events
from calendar_service.store.queries.feeds import FeedState, all_feeds, feed_state
from calendar_service.store.queries.notices import uids_taken_back

LONGEST_TITLE = 60

Name = TypeVar("Name", str, Spoken)

MOST_OFFERED = 50
OFFERED_FOR = timedelta(minutes=5)
"""How long a form offers the same, whatever is published: nobody's page waits for the new list."""


@dataclass(frozen=True, slots=True)
class Offers:
    """What there is to choose from, the commonest first cut off and then by its letters.

    Of a place, its name and the language that this is really in.
    """

    topics: tuple[str, ...]
    places: tuple[Spoken, ...]
    languages: tuple[str, ...]


class Selections:
    """Selects events; what it looks at is read once for each revision of each."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._fingerprint = ""
        self._known: dict[int, tuple[int, Searchable]] = {}
        self._events: tuple[Searchable, ...] = ()
        self._offers: dict[str, tuple[datetime, Offers]] = {}
        self._reading = Lock()

    def serve(self, wish: FeedWish) -> tuple[FeedEdition, bytes]:
        """The edition of a selection with its bytes.

        Raises UnknownValueError for what no event has, and for a wish that selects nothing.
        """
        search = wish.search
        if search is None or not search.values:
            raise UnknownValueError("Say what to select, such as ?topic= or ?place=.")
        with self._service.database.read() as session:
            state = feed_state(session, CUSTOM)
            if state is None:
                raise UnknownFeedError(CUSTOM)
            state = in_own_language(state, self._service.settings.language)
            edition = edition_of(state, wish)
            found = self.find(session, state.fingerprint, search)
            shown = content_of_events(session, edition.language, wish.cancelled, found)
        edition = self.until_midnight(replace(edition, feed=named_by(edition.feed, search)))
        content = to_calendar(self._service, edition, shown)
        return replace(edition, digest=hashlib.sha256(content).hexdigest()), content

    def until_midnight(self, edition: FeedEdition) -> FeedEdition:
        """The edition as one that each day may change, if it leaves out what is long over."""
        search = edition.wish.search
        if search is None or search.past_days is None:
            return edition
        now = self._service.clock.now()
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        following = midnight + timedelta(days=1)
        return replace(
            edition,
            last_modified=max(edition.last_modified, midnight),
            changes_at=min(edition.changes_at or following, following),
        )

    def find(self, session: Session, fingerprint: str, search: Search) -> Collection[int]:
        """The numbers of the events that are selected; `fingerprint` is that of all events.

        Raises UnknownValueError for what no event has.
        """
        feeds = all_feeds(session)
        known = self._read(session, fingerprint)
        taken_back = uids_taken_back(session, search.uid)
        if wrong := unknown_value(search, known, [feed.slug for feed in feeds], taken_back):
            raise UnknownValueError(wrong)
        today = self._service.clock.now().date()
        return {one.id for one in known if one.matches(search, today)}

    def is_known(self, search: Search) -> bool:
        """Whether it can be had as a feed: `find` would not refuse it."""
        with self._service.database.read() as session:
            try:
                self.find(session, _state(session), search)
            except UnknownValueError:
                return False
        return True

    def matching(self, search: Search) -> Collection[int]:
        """The numbers of the events that are selected; none for what no event has."""
        with self._service.database.read() as session:
            events = self._read(session, _state(session))
        today = self._service.clock.now().date()
        return {one.id for one in events if one.matches(search, today)}

    def offers(self, language: str) -> Offers:
        """What people can choose from, places by their names in a language."""
        now = self._service.clock.now()
        made, offers = self._offers.get(language, (None, None))
        if made and offers and made <= now < made + OFFERED_FOR:
            return offers
        with self._service.database.read() as session:
            offers = _offers(self._read(session, _state(session)), language)
        self._offers[language] = now, offers
        return offers

    def _read(self, session: Session, fingerprint: str) -> tuple[Searchable, ...]:
        with self._reading:
            if self._fingerprint != fingerprint:
                self._renew(session)
                self._fingerprint = fingerprint
            return self._events

    def _renew(self, session: Session) -> None:
        """Reads what has changed: of thousands of events mostly one."""
        states, feeds = published_states(session), feeds_of_all(session)
        known = self._known
        changed = [one for one, state in states.items() if known.get(one, (-1,))[0] != state]
        fresh = documents_of(session, changed)
        self._known = {
            number: (state, _with_feeds(searchable(number, fresh[number]), feeds))
            if number in fresh
            else (state, _with_feeds(known[number][1], feeds))
            for number, state in states.items()
        }
        self._events = tuple(one for _, one in self._known.values())


def _state(session: Session) -> str:
    """The name of the state of all events."""
    state = feed_state(session, CUSTOM)
    return state.fingerprint if state else ""


def _with_feeds(event: Searchable, feeds: Mapping[int, frozenset[str]]) -> Searchable:
    now = feeds.get(event.id, frozenset())
    return event if event.feeds == now else replace(event, feeds=now)


def _offers(events: Iterable[Searchable], language: str) -> Offers:
    topics: Counter[str] = Counter()
    places: Counter[Spoken] = Counter()
    languages: set[str] = set()
    for one in events:
        topics.update(one.topics)
        languages.update(one.languages)
        if one.place_name:
            places[text_in(one.place_name, language)] += 1
    return Offers(
        tuple(sorted(_commonest(topics), key=fold)),
        tuple(sorted(_commonest(places), key=lambda place: fold(place[0]))),
        tuple(sorted(languages)),
    )


def _commonest(counted: Counter[Name]) -> list[Name]:
    return [one for one, _ in counted.most_common(MOST_OFFERED)]


def in_own_language(state: FeedState, site: str) -> FeedState:
    """All events, spoken of in the site's language where none is asked for or to be had."""
    offered = state.feed.languages
    own = own_language(offered, site)
    others = (code for code in offered if code != own)
    return replace(state, feed=replace(state.feed, languages=(own, *others)))


def own_language(offered: Sequence[str], site: str) -> str:
    """The site's language or the nearest to it; where there is none, the first that is offered."""
    return lookup(site, offered) or offered[0]


def named_by(feed: Feed, search: Search) -> Feed:
    """The feed with what is looked for in its title: somebody may have several."""
    words = ", ".join(value for name, value in search.pairs if name != "past")
    if not words:
        return feed
    short = words if len(words) <= LONGEST_TITLE else f"{words[:LONGEST_TITLE]}…"
    return replace(feed, title={code: f"{title}: {short}" for code, title in feed.title.items()})
