"""Lists in words."""

from __future__ import annotations

from collections.abc import Iterable

from babel.lists import format_list

from calendar_service.language.styles import locale_of


def list_in_words(items: Iterable[str], language: str) -> str:
    """The items as a sentence has them: "a, b and c"; nothing for none (CLDR)."""
    return format_list(list(items), locale=locale_of(language))
