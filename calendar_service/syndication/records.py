"""Events as the records of a spreadsheet, one each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from calendar_service.domain.when_documents import write_when
from calendar_service.syndication.items import Item, instant_in_writing

COLUMNS = (
    "uid",
    "title",
    "status",
    "start",
    "end",
    "zone",
    "month",
    "repeats",
    "when",
    "place",
    "latitude",
    "longitude",
    "topics",
    "organiser",
    "description",
    "reason",
    "sources",
    "page",
    "created",
    "changed",
    "revision",
)
"""`start` and `end` are days, the last one included, or wall times in `zone`; `month` stands where
the day is not known yet; `repeats` is the rule of a series (RFC 5545 3.3.10)."""


def records(items: Iterable[Item]) -> Iterator[tuple[str, ...]]:
    """The names of the columns, and then each event."""
    yield COLUMNS
    for item in items:
        cells = _cells(item)
        yield tuple(cells.get(column, "") for column in COLUMNS)


def _cells(item: Item) -> dict[str, str]:
    event, place = item.revision.event, item.revision.event.place
    words = {
        name: event.in_language(text, item.language)[0]
        for name, text in (
            ("title", event.title),
            ("organiser", event.organizer),
            ("description", event.description),
            ("reason", event.reason),
        )
    }
    position = (place.latitude, place.longitude) if place else (None, None)
    return {
        **words,
        **{name: str(value) for name, value in write_when(event.when).items()},
        "uid": event.uid,
        "status": str(event.status),
        "repeats": event.recurrence.rule or "" if event.recurrence else "",
        "when": item.when,
        "place": item.place,
        "latitude": "" if position[0] is None else f"{position[0]:.6f}",
        "longitude": "" if position[1] is None else f"{position[1]:.6f}",
        "topics": " ".join(event.topics),
        "sources": " ".join(source.url for source in event.sources),
        "page": item.page,
        "created": instant_in_writing(item.revision.created_at),
        "changed": instant_in_writing(item.revision.published_at),
        "revision": str(item.revision.sequence),
    }
