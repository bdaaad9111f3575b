"""Texts of a page that may be in another language than it, each marked as what it is.

A screen reader pronounces a text by its `lang`, and a browser sets it by its `dir` (WCAG 3.1.2).
"""

from __future__ import annotations

import re
from typing import NamedTuple

from markupsafe import Markup, escape

from calendar_service.domain.events import Event, Localized
from calendar_service.domain.feeds import Feed
from calendar_service.domain.phrases import Phrase
from calendar_service.language.catalogues import direction, endonym
from calendar_service.language.topics import topic_in_words, topic_name
from calendar_service.web.languages import language, other_languages

_JOINT = re.compile(r"(?<=[^/:])/|[?]|&amp;")
_ENDING = re.compile(r"\b(?:\w+[-‑]\w{1,3}|\w[-‑]\w{1,12})\b")


class Said(NamedTuple):
    """A text and the language it is really in; that is empty where nobody knows it."""

    text: str
    language: str


def said(of: Event | Feed, text: Localized) -> Said:
    """A text of an event or a feed in the language of the answer, or in another that it has."""
    return Said(*of.in_language(text, language(), other_languages()))


def called(feed: Feed) -> Said:
    """A feed's title in the language of the answer, or in another that it has."""
    return Said(*feed.titled(language(), other_languages()))


def said_here(text: str) -> Said:
    """A text of the interface."""
    return Said(text, language())


def named_topic(topic: str) -> Said:
    """A topic; in whose language the letters are of one without a name, nobody knows."""
    spoken = language() if topic_name(topic, language()) else ""
    return Said(topic_in_words(topic, language()), spoken)


def named_language(code: str) -> Said:
    """A language by what it calls itself."""
    return Said(endonym(code), code)


def tongue(text: Said) -> Markup:
    """The attributes of an element that holds a text: none where it is in the page's language."""
    if text.language == language():
        return Markup("")
    flow = direction(text.language) if text.language else "auto"
    return Markup(' lang="{}" dir="{}"').format(text.language, flow)


def in_tongue(text: Said) -> Markup:
    """A text as an element that says its language, and keeps its direction to itself."""
    return Markup("<bdi{}>{}</bdi>").format(tongue(text), unbroken(text.text))


def phrased(phrase: Phrase) -> Markup:
    """A sentence whose texts each say their language."""
    marked = {name: in_tongue(Said(*spoken)) for name, spoken in phrase.texts.items()}
    return escape(phrase.pattern) % marked if marked else escape(phrase.pattern)


def unbroken(text: str) -> Markup:
    """The text as markup that keeps a hyphen's short end on its line: NATO-s, of NATO; e-mail."""
    return Markup(_ENDING.sub(r'<span class="unbroken">\g<0></span>', str(escape(text))))  # noqa: S704 - escaped


def breakable(address: str) -> Markup:
    """An address as markup whose lines may break where a person would break them."""
    return Markup(_JOINT.sub(r"<wbr>\g<0>", str(escape(address))))  # noqa: S704 - escaped
