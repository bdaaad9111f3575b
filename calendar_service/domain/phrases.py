"""Sentences in one language with texts in them that may be in others: titles, names of places."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

Spoken = tuple[str, str]
"""A text and the language it is really in; that is empty where nobody knows it."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A pattern with a placeholder, `%(title)s`, for each text that speaks for itself."""

    pattern: str
    texts: Mapping[str, Spoken] = field(default_factory=dict)

    def __str__(self) -> str:
        """The whole of it as plain text."""
        if not self.texts:
            return self.pattern
        return self.pattern % {name: text for name, (text, _) in self.texts.items()}


def phrase_of(spoken: Spoken) -> Phrase:
    """A text that stands alone."""
    return Phrase("%(text)s", {"text": spoken})


def phrase_of_several(pattern: str, name: str, spoken: Iterable[Spoken]) -> Phrase:
    """A phrase whose placeholder of that name stands for several texts, with commas between."""
    texts = {f"{name}{number}": one for number, one in enumerate(spoken)}
    return Phrase(pattern % {name: ", ".join(f"%({one})s" for one in texts)}, texts)
