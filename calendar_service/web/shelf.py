"""The feeds that this process has made, ready to be sent again.

So long as nothing has changed, an answer costs one indexed read.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

from calendar_service.actions.codings import CODINGS, IDENTITY
from calendar_service.actions.feeds import (
    FeedEdition,
    FeedWish,
    feed_edition,
    feed_fingerprint,
    keep_up_to_date,
    serve_feed,
)
from calendar_service.actions.kept_months import KeptMonths
from calendar_service.actions.selections import Selections
from calendar_service.actions.service import Service

MOST_OCTETS = 32 * 1024 * 1024
"""Of all editions together; one alone may have more, or it would be made for each request."""

MOST_EDITIONS = 1000
BESIDES = 1024
"""Octets that it takes to keep anything, besides its content and what was asked."""


Key = tuple[str, str, bool, str, str]
"""A feed, its language, whether that was fallen back to, the rest of the wish, and the coding."""


@dataclass(frozen=True, slots=True)
class _Kept:
    fingerprint: str
    content: bytes
    octets: int


class Shelf:
    """Editions and bytes of feeds, each kept until its feed changes or others need the room."""

    def __init__(
        self,
        service: Service,
        selections: Selections | None = None,
        *,
        most_octets: int = MOST_OCTETS,
    ) -> None:
        self._service = service
        self._selections = selections or Selections(service)
        self._months = KeptMonths()
        self._most = most_octets
        self._editions: dict[tuple[str, FeedWish], FeedEdition] = {}
        self._contents: OrderedDict[Key, _Kept] = OrderedDict()
        self._octets = 0
        self._room = Lock()
        self._making = Lock()

    def edition(self, slug: str, wish: FeedWish) -> FeedEdition:
        """The present edition; raises UnknownFeedError or UnavailableError."""
        kept = self._editions.get((slug, wish))
        if kept and self.is_current(slug, kept):
            return kept
        edition = self._new_edition(slug, wish)
        if len(self._editions) >= MOST_EDITIONS:
            self._editions.clear()
        self._editions[slug, wish] = edition
        return edition

    def _new_edition(self, slug: str, wish: FeedWish) -> FeedEdition:
        if wish.search is None:
            return feed_edition(self._service, slug, wish)
        keep_up_to_date(self._service, slug)
        edition, content = self._selections.serve(wish)
        self._keep(edition, IDENTITY, content)
        return edition

    def _serve(self, edition: FeedEdition) -> tuple[FeedEdition, bytes]:
        if edition.wish.search is None:
            return serve_feed(self._service, edition.feed.slug, edition.wish, self._months)
        return self._selections.serve(edition.wish)

    def is_current(self, slug: str, kept: FeedEdition) -> bool:
        """Whether an edition still is the present one; one indexed read."""
        if kept.is_over(self._service.clock.now()):
            return False
        return kept.fingerprint == feed_fingerprint(self._service, slug)

    def content(self, edition: FeedEdition, coding: str) -> tuple[FeedEdition, bytes]:
        """An edition's bytes in a coding; a newer edition with its own if it has changed since."""
        if kept := self.found(edition, coding):
            return edition, kept
        with self._making:  # whoever waited here finds what the first one made
            if kept := self.found(edition, coding):
                return edition, kept
            plain = self.found(edition, IDENTITY)
            if plain is None:
                edition, plain = self._serve(edition)
                self._keep(edition, IDENTITY, plain)
            coded = CODINGS[coding](plain)
            self._keep(edition, coding, coded)
            return edition, coded

    def found(self, edition: FeedEdition, coding: str) -> bytes | None:
        """An edition's bytes, if they are here."""
        key = _key(edition, coding)
        with self._room:
            kept = self._contents.get(key)
            if kept is None or kept.fingerprint != edition.fingerprint:
                return None
            self._contents.move_to_end(key)
            return kept.content

    def _keep(self, edition: FeedEdition, coding: str, content: bytes) -> None:
        key = _key(edition, coding)
        with self._room:
            if old := self._contents.pop(key, None):
                self._octets -= old.octets
            octets = len(content) + len(edition.wish.query) + BESIDES
            self._contents[key] = _Kept(edition.fingerprint, content, octets)
            self._octets += octets
            while self._octets > self._most and (other := self._oldest_but(key)):
                self._octets -= self._contents.pop(other).octets

    def _oldest_but(self, key: Key) -> Key | None:
        """The key of what was asked for longest ago, not in whatever coding of this one."""
        return next((one for one in self._contents if one[:-1] != key[:-1]), None)


def _key(edition: FeedEdition, coding: str) -> Key:
    wish = edition.wish.query
    return (edition.feed.slug, edition.language, edition.fell_back, wish, coding)
