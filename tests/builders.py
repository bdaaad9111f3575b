"""Small makers of values: each has sensible defaults, so that a test says what matters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from calendar_service.domain.events import Event, Localized, Revision
from calendar_service.domain.feeds import Feed, Selection
from calendar_service.domain.names import slug_for
from calendar_service.domain.recurrence import Recurrence
from calendar_service.domain.when import AllDay, InMonth, Timed, When

BRUSSELS = "Europe/Brussels"
LANGUAGES = ("sq", "en", "fr")


def utc(text: str) -> datetime:
    """The instant of `2026-02-12 08:00` in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def wall(text: str) -> datetime:
    """What a clock shows on `2026-02-12 08:00`, in no zone."""
    return datetime.fromisoformat(text)


def day(text: str) -> date:
    """The day of `2026-02-12`."""
    return date.fromisoformat(text)


def all_day(first: str, last: str | None = None) -> AllDay:
    """One whole day, or all from the first to the last."""
    return AllDay(day(first), day(last or first))


def timed(start: str, end: str | None = None, *, zone: str = BRUSSELS) -> Timed:
    """From `2026-03-30 15:00`, until `16:30` that day or `2026-03-31 01:00`, or with no end."""
    begins = wall(start)
    if end is None:
        return Timed(begins, None, zone)
    full = end if len(end) > len("16:30") else f"{begins:%Y-%m-%d} {end}"
    return Timed(begins, wall(full), zone)


def in_month(text: str) -> InMonth:
    """Some day of `2026-07`."""
    first = day(f"{text}-01")
    return InMonth(first.year, first.month)


def event(
    title: str | Localized = "Takimi i ministrave",
    when: When | None = None,
    *,
    uid: str | None = None,
    slug: str | None = None,
    language: str = "sq",
    **fields: Any,
) -> Event:
    """An event of 12 February 2026 unless told otherwise.

    Its slug comes from its title and its UID from its slug, so that two titles make two events.
    """
    texts: Mapping[str, str] = {language: title} if isinstance(title, str) else title
    slug = slug or slug_for(texts[language], ())
    return Event(
        uid=uid or str(uuid5(NAMESPACE_URL, slug)),
        slug=slug,
        when=when or all_day("2026-02-12"),
        title=texts,
        language=language,
        **fields,
    )


def weekly(
    start: str,
    end: str | None = None,
    *,
    zone: str = BRUSSELS,
    count: int | None = None,
    until: str | None = None,
    **fields: Any,
) -> Event:
    """A series that repeats each week: timed, or all-day where the start has no hour.

    `until` is written as the rule has it: `20260330T070000Z`, or `20260330` for all-day.
    """
    when = timed(start, end, zone=zone) if ":" in start else all_day(start, end)
    limits = {"COUNT": count, "UNTIL": until}
    parts = ["FREQ=WEEKLY", *(f"{name}={value}" for name, value in limits.items() if value)]
    title = fields.pop("title", "Mbledhja e së hënës")
    return event(title, when, recurrence=Recurrence(";".join(parts)), **fields)


def revision(of: Event, sequence: int = 0, at: str = "2026-01-05 10:00") -> Revision:
    """A published state of an event; `at` is in UTC, and also its creation if it is the first."""
    published = utc(at)
    created = published if sequence == 0 else min(published, utc("2026-01-05 10:00"))
    return Revision(of, sequence, published, created)


def feed(
    slug: str = "nato",
    *,
    topics: Iterable[str] = (),
    uids: Iterable[str] = (),
    languages: Iterable[str] = LANGUAGES,
    **fields: Any,
) -> Feed:
    """A feed of everything unless topics or UIDs choose; titled by its slug in each language."""
    offered = tuple(languages)
    chosen = Selection(topics=tuple(topics), uids=tuple(uids))
    defaults: dict[str, Any] = {
        "title": {code: f"{slug} ({code})" for code in offered},
        "selection": Selection(everything=True) if chosen == Selection() else chosen,
        "color": "steelblue",
    }
    return Feed(slug=slug, languages=offered, **(defaults | fields))
