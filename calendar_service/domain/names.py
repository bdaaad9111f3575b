"""Names that stand in addresses."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container


def slug_for(title: str, taken: Container[str], *, fallback: str = "event") -> str:
    """A slug made of a title, with a number behind it where the plain one is taken.

    Accents are dropped, dashes and curly apostrophes part words as the plain ones do; a title with
    no Latin letter gives the fallback.
    """
    spelled = unicodedata.normalize("NFKD", title).lower()
    words = re.findall(r"[a-z0-9]+", "".join(map(_plain, spelled)))
    stem = "-".join(words)[:80].strip("-") or fallback
    candidate, number = stem, 2
    while candidate in taken:
        candidate, number = f"{stem}-{number}", number + 1
    return candidate


def _plain(letter: str) -> str:
    """The letter if it is ASCII; of others, accents and letters vanish and all else parts words."""
    if letter.isascii():
        return letter
    return "" if letter.isalnum() or unicodedata.combining(letter) else " "
