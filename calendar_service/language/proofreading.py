"""What a catalogue still lacks, and where a translation would break what it is shown in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from babel.messages.catalog import Catalog, Message

_PLACEHOLDER = re.compile(r"%(?:\((?P<name>[^)]*)\))?[a-zA-Z%]?")
_TAG = re.compile(r"<[^<>]*>")

_BREAKABLE: Mapping[str, re.Pattern[str]] = {
    "fr": re.compile(r" [:;?!»]|« |\u00a0[;?!]|\u202f[:»]|«\u202f")
}
"""By language, a space at a mark that is another one than its printers put there.

A plain one would let a line break. U+00A0 stands at colons and quotation marks, and the narrow
U+202F before the other marks.
"""


class Fault(NamedTuple):
    """What is wrong with a text of a catalogue; `text` is the English."""

    text: str
    wrong: str

    def __str__(self) -> str:
        """Both on one line."""
        return f"{self.wrong}: {self.text!r}"


def faults(catalogue: Catalog, template: Catalog) -> list[Fault]:
    """What is wrong with a catalogue: nothing, if it may be published.

    A text is wrong that is untranslated, fuzzy or obsolete, or that differs from the English in
    its placeholders, its HTML tags or the space at its ends; one with the wrong space at a mark;
    and an English one that can never be filled. `template` has the texts as they now stand in the
    code and the templates.
    """
    return [
        *(fault for message in _texts(template) for fault in _of(message, catalogue)),
        *(
            Fault(_english(message)[0], "obsolete")
            for message in _texts(catalogue)
            if _find(template, message) is None
        ),
        *(Fault(_english(message)[0], "obsolete") for message in catalogue.obsolete.values()),
    ]


def _texts(catalogue: Catalog) -> Iterator[Message]:
    """The messages without the header, which is the one with an empty text."""
    return (message for message in catalogue if message.id)


def _find(catalogue: Catalog, wanted: Message) -> Message | None:
    """The catalogue's message of the same texts, plural included, and the same context."""
    found = catalogue.get(wanted.id, wanted.context)
    return found if found is not None and found.id == wanted.id else None


def _of(message: Message, catalogue: Catalog) -> Iterator[Fault]:
    english = _english(message)
    if any("%%(" in text for text in english):
        yield Fault(english[0], "doubled placeholder; in a trans block write {{ name }}")
    found = _find(catalogue, message)
    if found is None or not all(_translated(found)):
        yield Fault(english[0], "untranslated")
        return
    if found.fuzzy:
        yield Fault(english[0], "fuzzy")
    language = catalogue.locale.language if catalogue.locale else ""
    for form in _translated(found):
        yield from (Fault(english[0], wrong) for wrong in _in_form(form, english, language))


def _in_form(form: str, english: tuple[str, ...], language: str) -> Iterator[str]:
    for name, marks in (("placeholders", _placeholders), ("HTML tags", _tags)):
        if not any(marks(form) == marks(source) for source in english):
            yield f"other {name} in {form!r}"
    if _ends(form) != _ends(english[0]):
        yield f"other space at the ends of {form!r}"
    if language in _BREAKABLE and _BREAKABLE[language].search(form):
        yield f"another space than U+00A0 or, before ; ? !, U+202F in {form!r}"


def _english(message: Message) -> tuple[str, ...]:
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


def _translated(message: Message) -> tuple[str, ...]:
    """The translation's forms, with an empty text for each that is missing."""
    forms = message.string or ""
    return (forms,) if isinstance(forms, str) else tuple(forms)


def _placeholders(text: str) -> list[str]:
    return sorted({match[0] for match in _PLACEHOLDER.finditer(text)})


def _tags(text: str) -> list[str]:
    return sorted(_TAG.findall(text))


def _ends(text: str) -> tuple[bool, bool]:
    return text[:1].isspace(), text[-1:].isspace()
