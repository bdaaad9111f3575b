"""What search engines are told that there is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from calendar_service.actions.service import Service
from calendar_service.domain.feeds import Feed
from calendar_service.store.queries.events import last_changed
from calendar_service.store.queries.feeds import feed_states

MOST_EVENTS = 10_000
"""Those that changed last; a site map may have 50,000 addresses (sitemaps.org)."""


@dataclass(frozen=True, slots=True)
class SiteMap:
    """The feeds, and the events by their slugs with when each was last changed."""

    feeds: tuple[tuple[Feed, datetime], ...]
    events: tuple[tuple[str, datetime], ...]


def site_map(service: Service) -> SiteMap:
    """All that is published."""
    with service.database.read() as session:
        feeds = [(state.feed, state.last_modified) for state in feed_states(session)]
        return SiteMap(tuple(feeds), tuple(last_changed(session, MOST_EVENTS)))
