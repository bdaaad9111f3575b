"""Which topics there are: those that a feed selects by, and those that an event has."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy.orm import Session

from calendar_service.domain.fields import is_slug, near
from calendar_service.errors import Problem
from calendar_service.store.queries.events import event_documents
from calendar_service.store.queries.feeds import all_feeds

MOST_NAMED = 20


def unknown_topics(session: Session, place: str, topics: Collection[str]) -> list[Problem]:
    """That no feed selects by a topic and no event has it, with those that there are.

    One that can be no topic is told by whoever reads the event.
    """
    selected = {one for feed in all_feeds(session) for one in feed.selection.topics}
    missing = [one for one in topics if is_slug(one) and one not in selected]
    if not missing:
        return []
    known = selected.union(*map(_topics_of, event_documents(session)))
    return [
        Problem(
            place,
            "topics",
            f"no feed selects by {one!r}, and no event has it.{_remedy(one, known)}",
        )
        for one in missing
        if one not in known
    ]


def _topics_of(document: dict[str, object]) -> Iterable[str]:
    topics = document.get("topics")
    return map(str, topics) if isinstance(topics, list) else ()


def _remedy(topic: str, known: Collection[str]) -> str:
    first = sorted(known)[:MOST_NAMED]
    there = f" There are {', '.join(first)}{' and more' if len(known) > len(first) else ''}."
    hint = near(topic, known) or (there if known else "")
    return f"{hint} To begin it, write --new-topic {topic}."
