"""Readers' own selections of events as feeds: what is looked for, found and served."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import replace
from threading import Lock

from sqlalchemy.orm import Session

from calendar_service.actions.feeds import FeedEdition, FeedWish, edition_of, to_calendar
from calendar_service.actions.service import Service
from calendar_service.domain.feeds import CUSTOM, Feed
from calendar_service.domain.search import Search, Searchable, searchable, unknown_value
from calendar_service.errors import UnknownFeedError, UnknownValueError
from calendar_service.store.queries.events import searched_events
from calendar_service.store.queries.feed_contents import content_of_events
from calendar_service.store.queries.feeds import all_feeds, feed_state

LONGEST_TITLE = 60


class Selections:
    """Selects events; what it looks at is read once for each state of all events."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._known: tuple[str, tuple[Searchable, ...]] = ("", ())
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
            edition = edition_of(state, wish)
            if not wish.language:
                edition = in_own_language(edition, self._service.settings.language)
            found = self.find(session, state.fingerprint, search)
            shown = content_of_events(session, edition.language, wish.cancelled, found)
        edition = replace(edition, feed=named_by(edition.feed, search))
        content = to_calendar(self._service, edition, shown)
        return replace(edition, digest=hashlib.sha256(content).hexdigest()), content

    def find(self, session: Session, fingerprint: str, search: Search) -> Collection[int]:
        """The numbers of the events that are selected; `fingerprint` is that of all events.

        Raises UnknownValueError for what no event has.
        """
        feeds = all_feeds(session)
        known = self._read(session, fingerprint)
        if wrong := unknown_value(search, known, [feed.slug for feed in feeds]):
            raise UnknownValueError(wrong)
        return {one.id for one in known if one.matches(search)}

    def _read(self, session: Session, fingerprint: str) -> tuple[Searchable, ...]:
        with self._reading:
            if self._known[0] != fingerprint:
                events = tuple(searchable(*row) for row in searched_events(session))
                self._known = (fingerprint, events)
            return self._known[1]


def in_own_language(edition: FeedEdition, language: str) -> FeedEdition:
    """The edition in the site's language, where the feed offers it."""
    offered = language in edition.feed.languages
    return replace(edition, language=language) if offered else edition


def named_by(feed: Feed, search: Search) -> Feed:
    """The feed with what is looked for in its title: somebody may have several."""
    words = ", ".join(search.values)
    short = words if len(words) <= LONGEST_TITLE else f"{words[:LONGEST_TITLE]}…"
    return replace(feed, title={code: f"{title}: {short}" for code, title in feed.title.items()})
