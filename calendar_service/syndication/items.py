"""What every format says of a feed and of an event in it, in one language."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from urllib.parse import quote, urlsplit

from calendar_service.domain.events import Revision
from calendar_service.domain.texts import description, location, page_of, summary
from calendar_service.domain.when import When
from calendar_service.domain.words import when_in_words
from calendar_service.language.catalogues import translator
from calendar_service.language.dates import capitalised

_UUID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}")
_UNQUOTED = "!$&'()*+,-./:;=?@_~"
_ADDRESS = re.compile(r"https?://[^\s<>\"]+")


@dataclass(frozen=True, slots=True)
class Heading:
    """A feed as a whole: `page` is for people, `address` is where this very format is."""

    title: str
    about: str
    language: str
    page: str
    address: str
    publisher: str
    origin: str
    icon: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """An event as it stands. `marked` puts a word before the title of what does not take place.

    `before` are the times that it had, the oldest first.
    """

    revision: Revision
    language: str
    origin: str
    marked: bool = True
    before: tuple[When, ...] = ()

    @property
    def title(self) -> str:
        """The title on one line."""
        return summary(self.revision.event, self.language, marked=self.marked)[0]

    @property
    def title_language(self) -> str:
        """The language that the title is really in."""
        return summary(self.revision.event, self.language, marked=self.marked)[1]

    @property
    def page(self) -> str:
        """Where people read of it."""
        return page_of(self.revision.event, self.language, self.origin)

    @property
    def place(self) -> str:
        """Where it is, on one line; empty if that is not said."""
        return location(self.revision.event, self.language)

    @property
    def when(self) -> str:
        """When it is, or of a series, when it first is."""
        event = self.revision.event
        words = capitalised(when_in_words(event.when, self.language))
        if event.recurrence is None:
            return words
        return translator(self.language).gettext("%(when)s, and again") % {"when": words}

    @property
    def summary(self) -> str:
        """When and where, on one line."""
        return " · ".join(filter(None, (self.when, self.place)))

    @property
    def text(self) -> str:
        """All that is told of it, plain, in paragraphs with an empty line between them."""
        about = description(self.revision.event, self.language, self.page)
        first = "\n".join(filter(None, (self.when, self.place)))
        return "\n\n".join(filter(None, (first, self.moved, about)))

    @property
    def moved(self) -> str:
        """When it was to be before, if it takes place at another time now; else empty."""
        if not self.before or not self.revision.event.status.takes_place:
            return ""
        say = translator(self.language).gettext
        words = {"when": when_in_words(self.before[-1], self.language)}
        return say("The date has changed. Before, it was: %(when)s.") % words

    @property
    def html(self) -> str:
        """The same with its addresses as links."""
        return "\n".join(f"<p>{_as_html(part)}</p>" for part in self.text.split("\n\n"))

    @property
    def identity(self) -> str:
        """A name for life that is an IRI, whatever the UID is (RFC 9562 4, RFC 4151)."""
        uid = self.revision.event.uid
        if _UUID.fullmatch(uid):
            return f"urn:uuid:{uid}"
        host, day = urlsplit(self.origin).hostname, self.revision.created_at.date()
        return f"tag:{host},{day}:{quote(uid, safe=_UNQUOTED)}"


def instant_in_writing(moment: datetime) -> str:
    """An instant as Atom and JSON Feed have it (RFC 3339): `2026-02-12T14:00:00Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _as_html(paragraph: str) -> str:
    lines = [_ADDRESS.sub(_linked, escape(line)) for line in paragraph.split("\n")]
    return "<br>".join(lines)


def _linked(found: re.Match[str]) -> str:
    address = found[0].rstrip(".,;)")
    return f'<a href="{address}">{address}</a>{found[0][len(address) :]}'
