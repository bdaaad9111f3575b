"""Events, feeds and linted calendars for the tests of this folder."""

from __future__ import annotations

from typing import Any

from calendar_service.domain.events import Revision
from calendar_service.domain.feeds import Feed, Selection
from calendar_service.domain.recurrence import Recurrence
from calendar_service.domain.when import When
from calendar_service.ical.calendars import (
    LeftOut,
    event_calendar,
    feed_calendar,
    render_for_feed,
)
from calendar_service.ical.events import Piece
from calendar_service.ical.lint.lines import Property, parse_line, unfolded
from tests.builders import event, revision
from tests.ical.linted import assert_clean

ORIGIN = "https://calendar.example.org"

FEED = Feed(
    slug="nato",
    title={"sq": "Kalendari i NATO-s", "en": "NATO calendar", "fr": "Calendrier de l’OTAN"},
    description={"sq": "Takimet e NATO-s.", "en": "NATO’s meetings."},
    selection=Selection(everything=True),
    languages=("sq", "en", "fr"),
    color="navy",
)


def published(when: When, uid: str = "one@example.org", rule: str = "", **fields: Any) -> Revision:
    """A published event; what is not told is short and the same."""
    defaults: dict[str, Any] = {"title": {"en": "Meeting"}, "slug": "one", "language": "en"}
    recurrence = Recurrence(rule) if rule else None
    told = defaults | fields
    return revision(event(when=when, uid=uid, recurrence=recurrence, **told), at="2026-01-05 09:30")


def feed_of(
    *revisions: Revision, feed: Feed = FEED, language: str = "en", fell_back: bool = False
) -> bytes:
    """A feed with all of these events in it, linted."""
    content, left_out = rendered_feed(*revisions, feed=feed, language=language, fell_back=fell_back)
    assert left_out == ()
    return content


def rendered_feed(
    *revisions: Revision, feed: Feed = FEED, language: str = "en", fell_back: bool = False
) -> tuple[bytes, tuple[LeftOut, ...]]:
    """A feed of these events, linted, and what had to be left out of it."""
    made = [render_for_feed(one, language=language, origin=ORIGIN) for one in revisions]
    pieces = sorted((one for one in made if isinstance(one, Piece)), key=lambda one: one.order)
    content = feed_calendar(
        (piece.content for piece in pieces),
        {zone for piece in pieces for zone in piece.zones},
        feed,
        language=language,
        fell_back=fell_back,
        origin=ORIGIN,
    )
    return assert_clean(content), tuple(one for one in made if isinstance(one, LeftOut))


def calendar_of(revision: Revision, language: str = "en") -> bytes:
    """One event's own calendar, linted."""
    rendered = event_calendar(revision, language=language, origin=ORIGIN)
    assert rendered.left_out == ()
    return assert_clean(rendered.content)


def left_out_of(*revisions: Revision) -> tuple[LeftOut, ...]:
    """What a feed of these events leaves out; the rest of it is linted."""
    return rendered_feed(*revisions)[1]


def properties(content: bytes, component: str = "VEVENT") -> list[Property]:
    """The properties that stand directly in components of a kind."""
    found: list[Property] = []
    inside: list[str] = []
    for number, text in unfolded(content):
        line = parse_line(number, text)
        assert line is not None
        if line.name == "BEGIN":
            inside.append(line.value)
        elif line.name == "END":
            inside.pop()
        elif inside[-1] == component:
            found.append(line)
    return found


def values(content: bytes, name: str, component: str = "VEVENT") -> list[str]:
    """The values of a property as written, in order."""
    return [line.value for line in properties(content, component) if line.name == name]


def value(content: bytes, name: str, component: str = "VEVENT") -> str:
    """The one value of a property, as written."""
    (only,) = values(content, name, component)
    return only


def line(content: bytes, name: str, component: str = "VEVENT") -> str:
    """A property that is there once, with its parameters."""
    (only,) = (one for one in properties(content, component) if one.name == name)
    parameters = "".join(f";{key}={given}" for key, given in only.parameters.items())
    return f"{only.name}{parameters}:{only.value}"


def unescaped(text: str) -> str:
    """A TEXT value as its reader sees it (RFC 5545 3.3.11), read one character after another."""
    out, letters = [], iter(text)
    for letter in letters:
        following = next(letters) if letter == "\\" else letter
        out.append("\n" if letter == "\\" and following in "nN" else following)
    return "".join(out)
