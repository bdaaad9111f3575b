"""Texts as mails show them: each knows the language that it is really in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from calendar_service.domain.events import Event, Localized
from calendar_service.language.catalogues import direction, translator
from calendar_service.language.lists import list_in_words


@dataclass(frozen=True, slots=True)
class Text:
    """A text and the language it is really in, which may be another than the mail's."""

    text: str
    language: str

    @property
    def direction(self) -> str:
        """The value for HTML's `dir`."""
        return direction(self.language)

    @property
    def paragraphs(self) -> list[str]:
        """What stands between empty lines."""
        return [part.strip() for part in self.text.split("\n\n") if part.strip()]

    def __str__(self) -> str:
        """The text alone."""
        return self.text


@dataclass(frozen=True, slots=True)
class Phrase:
    """A text with words of the mail's own language before it, behind it, or both."""

    before: str
    text: Text
    behind: str = ""

    @classmethod
    def of(cls, pattern: str, text: Text) -> Phrase:
        """The phrase of a pattern that has one placeholder."""
        start, end = pattern.index("%("), pattern.index(")s")
        return cls(pattern[:start], text, pattern[end + 2 :])

    def __str__(self) -> str:
        """The whole."""
        return f"{self.before}{self.text}{self.behind}"


def text_in(event: Event, text: Localized, language: str) -> Text:
    """A text of an event in a language, or in one that it has."""
    return Text(*event.in_language(text, language))


def titles_in_words(titles: Iterable[str], language: str) -> str:
    """Titles in quotation marks, as a sentence lists them."""
    return list_in_words((_quoted(title, language) for title in titles), language)


def _quoted(title: str, language: str) -> str:
    # Translators: The quotation marks of your language, around the title of a feed or an event.
    text = translator(language).gettext("“%(title)s”")
    return text % {"title": title}
