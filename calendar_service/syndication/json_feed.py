"""JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/): what changed last, for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable

from calendar_service.domain.when_documents import write_when
from calendar_service.language.topics import topic_in_words
from calendar_service.syndication.items import Heading, Item, instant_in_writing

VERSION = "https://jsonfeed.org/version/1.1"


def write_json_feed(heading: Heading, items: Iterable[Item]) -> bytes:
    """A feed document. `_event` holds the dates as data, in the words that seeds have for them."""
    document = {
        "version": VERSION,
        "title": heading.title,
        "home_page_url": heading.page,
        "feed_url": heading.address,
        "description": heading.about,
        "icon": heading.icon,
        "language": heading.language,
        "authors": [{"name": heading.publisher, "url": heading.origin}],
    }
    filled: dict[str, object] = {name: value for name, value in document.items() if value}
    filled["items"] = [_item(item) for item in items]
    return json.dumps(filled, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _item(item: Item) -> dict[str, object]:
    event = item.revision.event
    written: dict[str, object] = {
        "id": item.identity,
        "url": item.page,
        "title": item.title,
        "summary": item.summary,
        "content_html": item.html,
        "content_text": item.text,
        "date_published": instant_in_writing(item.revision.created_at),
        "date_modified": instant_in_writing(item.revision.published_at),
        "language": item.title_language,
        "tags": [topic_in_words(topic, item.language) for topic in event.topics],
        "_event": {
            "uid": event.uid,
            "status": str(event.status),
            **write_when(event.when),
            "place": item.place,
            "topics": list(event.topics),
        },
    }
    return {name: value for name, value in written.items() if value}
