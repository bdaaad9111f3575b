"""What a process keeps of the feeds that it read, so that a change costs it one month of a feed."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

from sqlalchemy.orm import Session

from calendar_service.domain.feeds import Cancelled
from calendar_service.store.queries.feed_contents import FeedContent, Months, joined, read_months

MOST_OCTETS = 16 * 1024 * 1024
"""Of all feeds together; the last one that was read may have more by itself."""

Key = tuple[str, str, Cancelled]


class KeptMonths:
    """The months of feeds, those that were asked for longest ago going first."""

    def __init__(self, *, most_octets: int = MOST_OCTETS) -> None:
        self._most = most_octets
        self._feeds: OrderedDict[Key, tuple[Months, int]] = OrderedDict()
        self._octets = 0
        self._room = Lock()

    def read(self, session: Session, slug: str, language: str, cancelled: Cancelled) -> FeedContent:
        """A feed's content in a language, as it is in the store."""
        key = (slug, language, cancelled)
        known, _ = self._feeds.get(key, ({}, 0))
        months = read_months(session, slug, language, cancelled, known)
        content = joined(months)
        self._keep(key, months, content.octets)
        return content

    def _keep(self, key: Key, months: Months, octets: int) -> None:
        with self._room:
            _, before = self._feeds.pop(key, (None, 0))
            self._feeds[key] = (months, octets)
            self._octets += octets - before
            while self._octets > self._most and len(self._feeds) > 1:
                _, (_, gone) = self._feeds.popitem(last=False)
                self._octets -= gone
