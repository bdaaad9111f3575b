"""Names that stand in addresses."""

from __future__ import annotations

import re
from collections.abc import Container

from calendar_service.domain.search import fold


def slug_for(title: str, taken: Container[str], *, fallback: str = "event") -> str:
    """A slug made of a title, with a number behind it where the plain one is taken.

    Letters are those of a keyboard, as a search has them; dashes and curly apostrophes part words
    as the plain ones do; a title with no Latin letter gives the fallback.
    """
    words = re.findall(r"[a-z0-9]+", "".join(map(_plain, fold(title))))
    stem = "-".join(words)[:80].strip("-") or fallback
    candidate, number = stem, 2
    while candidate in taken:
        candidate, number = f"{stem}-{number}", number + 1
    return candidate


def _plain(letter: str) -> str:
    """The letter if it is ASCII; other letters vanish, and all else parts words."""
    return letter if letter.isascii() else "" if letter.isalnum() else " "
