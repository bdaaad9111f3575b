"""Topics in words."""

from __future__ import annotations

from calendar_service.language.catalogues import translator
from calendar_service.language.dates import capitalised


def topic_name(topic: str, language: str) -> str:
    """The name of a topic in a language; empty where it has none."""
    say = translator(language).gettext
    known = {
        "nato": "NATO",
        "summit": say("Summits"),
        "ministerial": say("Meetings of ministers"),
        "ukraine": say("Ukraine"),
        "western-balkans": say("Western Balkans"),
        "defence-spending": say("Defence spending"),
        "eastern-flank": say("Eastern flank"),
        "kfor": "KFOR",
    }
    return known.get(topic, "")


def topic_in_words(topic: str, language: str) -> str:
    """A topic as people read it: by its own name where it has one, else its letters."""
    return topic_name(topic, language) or capitalised(topic.replace("-", " "))
