"""Feeds: named selections of events, with what a calendar app shows of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from calendar_service.domain.events import Event, Localized, Status, text_in
from calendar_service.domain.fields import Fields, is_language

Document = dict[str, object]


@dataclass(frozen=True, slots=True)
class Selection:
    """Which events a feed holds: everything, or what has one of the topics or is named by UID."""

    everything: bool = False
    topics: tuple[str, ...] = ()
    uids: tuple[str, ...] = ()

    def matches(self, event: Event) -> bool:
        """Whether an event belongs; a draft belongs nowhere."""
        if event.status is Status.DRAFT:
            return False
        chosen = event.uid in self.uids or not set(self.topics).isdisjoint(event.topics)
        return self.everything or chosen


class Cancelled(StrEnum):
    """How a feed shows what does not take place, cancelled or postponed.

    With a mark before the title and the status, with the status alone (RFC 5545 3.8.1.11), or not
    at all.
    """

    MARK = "mark"
    STATUS = "status"
    HIDE = "hide"


class Undated(StrEnum):
    """How a feed shows what has no day yet: not at all, or marked on the first of its month."""

    HIDE = "hide"
    FIRST_OF_MONTH = "first-of-month"


CUSTOM = "custom"
"""The slug of what holds every event in every language, for readers' own selections."""

CANCELLED_DAYS = 30
"""How long feeds show what does not take place, counted from the day on which it would have."""


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed as its file defines it.

    `color` is a CSS3 name (RFC 7986 5.9); `languages` are those offered by `?lang=`, the first
    being the feed's own; `position` orders feeds where they are listed, from 1. `past_days` is how
    long what is over stays, for ever if None; `cancelled_days` how long what does not take place.
    One that has `ended` is not offered any more, and never again: apps are told to forget it.
    """

    slug: str
    title: Localized
    selection: Selection
    languages: tuple[str, ...]
    color: str
    description: Localized = field(default_factory=dict)
    position: int = 100
    past_days: int | None = None
    cancelled_days: int = CANCELLED_DAYS
    undated: Undated = Undated.HIDE
    ended: bool = False

    @property
    def language(self) -> str:
        """The language it speaks unless asked for another."""
        return self.languages[0]

    def in_language(
        self, text: Localized, language: str, others: Iterable[str] = ()
    ) -> tuple[str, str]:
        """A text of the feed and the language it is really in, if need be the feed's own."""
        return text_in(text, language, self.language, others)

    def title_in(self, language: str) -> str:
        """The title, in that language where there is one."""
        return self.titled(language)[0]

    def titled(self, language: str, others: Iterable[str] = ()) -> tuple[str, str]:
        """The same with the language that it is really in; without a title it is no feed."""
        _, code = self.in_language(self.title, language, others)
        return self.title[code], code

    def description_in(self, language: str) -> str:
        """The description, in that language where there is one, else empty."""
        return self.in_language(self.description, language)[0]


def read_feed_fields(fields: Fields, slug: str) -> Feed:
    """Reads a feed definition; it is only to be used when `fields.problems` is still empty."""
    languages = fields.lines("languages")
    feed = Feed(
        slug=slug,
        title=fields.localized("title", required=True),
        description=fields.localized("description", lines=True),
        languages=languages or ("und",),
        color=fields.line("color", required=True),
        selection=_read_selection(fields),
        position=fields.whole_number("position", low=1, high=10_000) or 100,
        past_days=fields.whole_number("past_days", low=0, high=36_500),
        cancelled_days=_days(fields, "cancelled_days", CANCELLED_DAYS),
        undated=fields.choice("undated", Undated, Undated.HIDE),
        ended=fields.flag("ended"),
    )
    if not languages:
        fields.wrong("languages", 'is missing; name the offered ones: ["sq", "en"].')
    for code in languages:
        if code and not is_language(code):
            fields.wrong("languages", f"{code!r} is no language code; write it like 'sq' or 'en'.")
        elif code and feed.title and code not in feed.title:
            fields.wrong("title", f"has no text for the offered language {code!r}.")
    fields.finish()
    return feed


def write_feed(feed: Feed) -> Document:
    """The feed's document, of JSON's types alone; equal feeds give equal documents."""
    limits = {
        "past_days": feed.past_days,
        "cancelled_days": feed.cancelled_days,
        "undated": str(feed.undated),
        "ended": feed.ended,
    }
    usual = {
        "past_days": None,
        "cancelled_days": CANCELLED_DAYS,
        "undated": str(Undated.HIDE),
        "ended": False,
    }
    return {
        **{name: value for name, value in limits.items() if value != usual[name]},
        "title": dict(feed.title),
        "description": dict(feed.description),
        "languages": list(feed.languages),
        "color": feed.color,
        "position": feed.position,
        "select": {
            "everything": feed.selection.everything,
            "topics": list(feed.selection.topics),
            "uids": list(feed.selection.uids),
        },
    }


def read_feed(slug: str, document: Mapping[str, object]) -> Feed:
    """The feed of a document that `write_feed` wrote."""
    return read_feed_fields(Fields(document, f"feed {slug}", []), slug)


def _days(fields: Fields, name: str, default: int) -> int:
    days = fields.whole_number(name, low=0, high=36_500)
    return default if days is None else days


def _read_selection(fields: Fields) -> Selection:
    inner = fields.table("select")
    if inner is None:
        fields.wrong("select", "is missing; say topics = [...], uids = [...] or everything = true.")
        return Selection()
    selection = Selection(
        everything=inner.flag("everything"),
        topics=inner.slugs("topics"),
        uids=inner.lines("uids"),
    )
    if selection == Selection():
        inner.wrong("", "selects nothing; say topics = [...], uids = [...] or everything = true.")
    if selection.everything and (selection.topics or selection.uids):
        inner.wrong("everything", "leaves nothing to choose; take out topics and uids.")
    inner.finish()
    return selection
