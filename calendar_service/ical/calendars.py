"""Whole calendars as bytes: a feed to subscribe to, or one event to keep."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from urllib.parse import quote

import icalendar

from calendar_service.domain.events import Revision, Status
from calendar_service.domain.feeds import CUSTOM, Feed
from calendar_service.domain.plain_text import clean, one_line
from calendar_service.domain.when import KnownWhen
from calendar_service.domain.zones import DATABASE_VERSION
from calendar_service.errors import CalendarError
from calendar_service.ical.events import Piece, render_event
from calendar_service.ical.timezones import vtimezone
from calendar_service.ical.values import Text, css_shade
from calendar_service.language.catalogues import translator

FORMAT = f"12 {DATABASE_VERSION}"
"""Names the bytes that equal data gives. Raise the number with any change to what is written here;
a new tz database changes them by itself."""

PRODID = "-//calendar-service//calendar-service//EN"

_REFRESH = timedelta(hours=1)
_END = b"END:VCALENDAR\r\n"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An event that is missing from a calendar because it cannot be shown, and why."""

    uid: str
    reason: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """A calendar's bytes, and what had to be left out of it."""

    content: bytes
    left_out: tuple[LeftOut, ...] = ()


def feed_calendar(
    contents: Iterable[bytes],
    zones: Iterable[str],
    feed: Feed,
    *,
    language: str,
    fell_back: bool,
    origin: str,
    query: str = "",
) -> bytes:
    """A feed in one of its languages: its head, the zones that are used, and its pieces.

    The pieces are `render_for_feed`'s, in order. `fell_back` says that another language was asked
    for, which the description then tells. `origin` is the service's own address without a slash
    at its end, and `query` what the feed's has besides the language.
    """
    head = _feed_head(feed, language, fell_back=fell_back, origin=origin, query=query)
    return _joined(_opening(head), zones, contents)


def private_calendar(
    contents: Iterable[bytes], zones: Iterable[str], *, title: str, language: str, origin: str
) -> bytes:
    """What one reader follows. It does not tell its own address, which is a secret."""
    head = _head()
    head["NAME"] = head["X-WR-CALNAME"] = Text(one_line(title))
    head["URL"] = icalendar.vUri(f"{origin}/?lang={quote(language, safe='')}")
    _add_refresh(head)
    return _joined(_opening(head), zones, contents)


def feed_heads(feed: Feed, origin: str) -> bytes:
    """What calendars of a feed begin with, in every form, to tell whether any is another now."""
    return b"".join(
        feed_calendar((), (), feed, language=language, fell_back=fell_back, origin=origin)
        + _event_opening(language)
        + _END
        for language in feed.languages
        for fell_back in (False, True)
    )


def render_for_feed(
    revision: Revision,
    *,
    language: str,
    origin: str,
    year: int = 0,
    before: KnownWhen | None = None,
) -> Piece | LeftOut | None:
    """An event as feeds show it in a year, or why it cannot be shown.

    None for a draft, which is in no feed. What has no day yet is on the first of its month, for the
    feeds that want it; what does not take place and has no day any more where it was `before`.
    """
    if revision.event.status is Status.DRAFT:
        return None
    return _tried(revision, language, origin, year, undated=True, before=before)


def event_calendar(
    revision: Revision,
    *,
    language: str,
    origin: str,
    year: int = 0,
    fell_back: bool = False,
    before: KnownWhen | None = None,
) -> Rendered:
    """One event as a calendar without a name of its own, to be opened or attached to a mail.

    It is empty, and says why, for a draft and for an event whose day is not yet known, unless it
    does not take place and was to be `before`. `fell_back` says that another language was asked
    for, which the description then tells.
    """
    tried = _tried(revision, language, origin, year, before=before)
    opening = _event_opening(language if fell_back else None)
    if isinstance(tried, LeftOut):
        return Rendered(_joined(opening, (), ()), (tried,))
    return Rendered(_joined(opening, tried.zones, [tried.content]))


def _tried(
    revision: Revision,
    language: str,
    origin: str,
    year: int,
    *,
    undated: bool = False,
    before: KnownWhen | None = None,
) -> Piece | LeftOut:
    try:
        return render_event(
            revision,
            language=language,
            origin=origin,
            year=year,
            undated=undated,
            before=before,
        )
    except CalendarError as error:
        return LeftOut(revision.event.uid, str(error))
    except Exception as error:
        reason = f"it cannot be written: {type(error).__name__}: {error}"
        return LeftOut(revision.event.uid, reason)


def _joined(opening: bytes, zones: Iterable[str], contents: Iterable[bytes]) -> bytes:
    parts = tuple(contents)
    definitions = (_definition(zone) for zone in sorted(set(zones)) if _is_used(zone, parts))
    return b"".join([opening, *definitions, *parts, _END])


def _is_used(zone: str, parts: Iterable[bytes]) -> bool:
    """Whether any part refers to a zone: what time or a wish has left of a piece may not."""
    reference = f";TZID={zone}:".encode()
    return any(reference in part for part in parts)


@cache
def _definition(zone: str) -> bytes:
    written: bytes = vtimezone(zone).to_ical(sorted=False)
    return written


def _head() -> icalendar.Calendar:
    """What every calendar begins with; without METHOD, which would make it an invitation."""
    head = icalendar.Calendar()
    head["VERSION"] = Text("2.0")
    head["PRODID"] = Text(PRODID)
    head["CALSCALE"] = Text("GREGORIAN")
    return head


def _opening(head: icalendar.Calendar) -> bytes:
    """A head as it is written, but for the calendar's end."""
    written: bytes = head.to_ical(sorted=False)
    return written.removesuffix(_END)


@cache
def _event_opening(fallback: str | None) -> bytes:
    """What one event's calendar begins with; `fallback` is the language that has to do instead."""
    head = _head()
    if fallback:
        notice = translator(fallback).gettext(
            "This event is not described in the language that was asked for."
        )
        head["DESCRIPTION"] = head["X-WR-CALDESC"] = Text(notice)
    return _opening(head)


def _feed_head(
    feed: Feed, language: str, *, fell_back: bool, origin: str, query: str
) -> icalendar.Calendar:
    """The feed's own properties (RFC 7986 5), each also in the form that older apps know.

    There is no X-WR-TIMEZONE: readers are in many zones, and apps that heed it shift times by it
    that are written in UTC.
    """
    head = _head()
    head["NAME"] = head["X-WR-CALNAME"] = Text(one_line(feed.title_in(language)))
    if about := _about(feed, language, fell_back=fell_back):
        head["DESCRIPTION"] = head["X-WR-CALDESC"] = Text(about)
    head["URL"] = icalendar.vUri(_page(feed, language, origin))
    head["SOURCE"] = icalendar.vUri(
        _address(feed, language, origin, query), params={"VALUE": "URI"}
    )
    _add_refresh(head)
    _add_color(head, feed.color)
    return head


def _add_refresh(head: icalendar.Calendar) -> None:
    head["REFRESH-INTERVAL"] = icalendar.vDuration(_REFRESH, params={"VALUE": "DURATION"})
    head["X-PUBLISHED-TTL"] = icalendar.vDuration(_REFRESH)


def _about(feed: Feed, language: str, *, fell_back: bool) -> str:
    notice = translator(language).gettext(
        "This calendar is not offered in the language that was asked for."
    )
    about = clean(feed.description_in(language)).strip()
    return "\n\n".join(part for part in (notice if fell_back else "", about) if part)


def _page(feed: Feed, language: str, origin: str) -> str:
    """The feed's page in this language; a reader's own selection has none but the agenda."""
    path = "/" if feed.slug == CUSTOM else f"/feeds/{quote(feed.slug, safe='')}"
    return f"{origin}{path}{_chosen(feed, language)}"


def _address(feed: Feed, language: str, origin: str, query: str) -> str:
    """Where the feed is in this language."""
    chosen = _chosen(feed, language)
    both = f"{chosen}{'&' if chosen else '?'}{query}" if query else chosen
    return f"{origin}/feeds/{quote(feed.slug, safe='')}.ics{both}"


def _chosen(feed: Feed, language: str) -> str:
    """The language in an address; the feed's own needs no word."""
    return "" if language == feed.language else f"?lang={quote(language, safe='')}"


def _add_color(head: icalendar.Calendar, name: str) -> None:
    """The colour by its CSS3 name (RFC 7986 5.9), and as Apple's apps want it; none if unknown."""
    if shade := css_shade(name):
        head["COLOR"] = Text(name.lower())
        head["X-APPLE-CALENDAR-COLOR"] = Text(shade)
