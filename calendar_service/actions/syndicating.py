"""Feeds in the formats of news readers, spreadsheets and search engines."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from urllib.parse import quote

from sqlalchemy.orm import Session

from calendar_service.actions.feeds import FeedEdition, FeedWish, Served, edition_of
from calendar_service.actions.selections import Selections, in_own_language, named_by
from calendar_service.actions.service import Service
from calendar_service.catalog.spreadsheets import write_records
from calendar_service.domain.feeds import CUSTOM, Cancelled
from calendar_service.errors import UnknownFeedError, UnknownValueError
from calendar_service.store.queries.feeds import feed_state
from calendar_service.store.queries.syndicated import shown_events, times_before
from calendar_service.syndication.atom import write_atom
from calendar_service.syndication.items import Heading, Item
from calendar_service.syndication.json_feed import write_json_feed
from calendar_service.syndication.json_ld import write_json_ld
from calendar_service.syndication.records import records

NEWEST = 100
"""Events in a format for news readers: those that changed last. The whole feed would be read anew
by each of them, every half hour, for what its reader has seen."""


@dataclass(frozen=True, slots=True)
class Format:
    """How a feed is written: the type of the answer, who writes it, and how many events it has."""

    content_type: str
    write: Callable[[Heading, Iterable[Item]], bytes]
    newest: int | None = None


def _write_spreadsheet(heading: Heading, items: Iterable[Item]) -> bytes:
    del heading
    return "".join(write_records(records(items))).encode()


FORMATS = {
    "atom": Format("application/atom+xml; charset=utf-8", write_atom, NEWEST),
    "json": Format("application/feed+json; charset=utf-8", write_json_feed, NEWEST),
    "csv": Format("text/csv; charset=utf-8; header=present", _write_spreadsheet),
    "jsonld": Format("application/ld+json", write_json_ld),
}
"""By the endings of their addresses."""


def serve_in_format(
    service: Service, selections: Selections, slug: str, wish: FeedWish, ending: str
) -> Served:
    """A feed, or a reader's own selection, in a format; both validators are its own.

    Raises UnknownFeedError, and UnknownValueError for a wish that selects nothing.
    """
    written_as = FORMATS[ending]
    with service.database.read() as session:
        state = feed_state(session, slug)
        if state is None:
            raise UnknownFeedError(slug)
        edition, among = edition_of(state, wish), None
        if slug == CUSTOM:
            own = in_own_language(state, service.settings.language)
            edition, among = _selected(session, selections, edition_of(own, wish))
        shown = shown_events(
            session,
            slug,
            edition.language,
            wish.cancelled,
            among=among,
            newest=written_as.newest,
        )
        before = times_before(session, dict(shown))
    marked = wish.cancelled is Cancelled.MARK
    items = (
        Item(revision, edition.language, service.settings.origin, marked, before.get(number, ()))
        for number, revision in shown
    )
    content = written_as.write(_heading(service, edition, ending), items)
    etag = hashlib.sha256(content).hexdigest()[:32]
    return Served(content, etag, edition.last_modified, edition.language)


def _selected(
    session: Session, selections: Selections, edition: FeedEdition
) -> tuple[FeedEdition, Collection[int]]:
    search = edition.wish.search
    if search is None or not search.values:
        raise UnknownValueError("Say what to select, such as ?topic= or ?place=.")
    found = selections.find(session, edition.fingerprint, search)
    named = replace(edition, feed=named_by(edition.feed, search))
    return selections.until_midnight(named), found


def _heading(service: Service, edition: FeedEdition, ending: str) -> Heading:
    feed, settings = edition.feed, service.settings
    chosen = f"lang={quote(edition.language, safe='')}"
    query = "&".join(filter(None, [chosen, edition.wish.query]))
    path = f"{settings.origin}/feeds/{quote(feed.slug, safe='')}"
    return Heading(
        title=feed.title_in(edition.language),
        about=feed.description_in(edition.language),
        language=edition.language,
        page=f"{path}?{query}" if edition.wish.search else f"{path}?{chosen}",
        address=f"{path}.{ending}?{query}",
        publisher=settings.name,
        origin=settings.origin,
    )
