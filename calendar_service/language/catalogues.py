"""The texts of the interface in each language.

English is the source: its texts stand in the code and the templates. Every other language is a
gettext file `translations/<code>.po`, read when it is first needed; there is no step of compiling.
How to translate, and how to add a language, is told in `extract.py`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path
from typing import Literal

from babel import Locale, UnknownLocaleError
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

from calendar_service.language.negotiation import LONGEST_TAG, lookup

SOURCE = "en"
TRANSLATIONS = Path(__file__).with_name("translations")


def languages_in(folder: Path) -> tuple[str, ...]:
    """The source's code and those of the .po files in a folder, sorted."""
    return tuple(sorted({SOURCE, *(path.stem for path in folder.glob("*.po"))}))


LANGUAGES: tuple[str, ...] = languages_in(TRANSLATIONS)
"""The languages of the interface: English and one for each catalogue."""


@dataclass(frozen=True, slots=True)
class Translator:
    """The texts in one language; one that has no translation stays English.

    It has the methods that jinja2's i18n extension asks for. Placeholders are named,
    `%(name)s`, and filled by the caller.
    """

    language: str
    _texts: NullTranslations

    def gettext(self, message: str, /) -> str:
        """A text in this language."""
        return self._texts.gettext(message)

    def ngettext(self, singular: str, plural: str, n: int, /) -> str:
        """The form of a text that goes with the number `n`."""
        return self._texts.ngettext(singular, plural, n)

    def pgettext(self, context: str, message: str, /) -> str:
        """A text that means different things in different contexts."""
        return str(self._texts.pgettext(context, message))

    def npgettext(self, context: str, singular: str, plural: str, n: int, /) -> str:
        """The form that goes with `n` of a text with a context."""
        return str(self._texts.npgettext(context, singular, plural, n))


@lru_cache(maxsize=256)
def spoken(code: str) -> str:
    """The interface language for any code: `fr` for `fr-CA`, English for one that it lacks.

    Texts and dates both go by it, so that a sentence is never half in one language and half in
    another.
    """
    return lookup(code, LANGUAGES) or SOURCE


def translator(code: str) -> Translator:
    """The texts in the interface language for a code."""
    return _translator(spoken(code))


def endonym(code: str) -> str:
    """What a language calls itself, as it writes it within a sentence; else the code (CLDR).

    The language need not be one of the interface.
    """
    locale = _cldr(code)
    return (locale.get_display_name() if locale else None) or code


@lru_cache(maxsize=256)
def is_written(code: str) -> bool:
    """Whether a code's language is one that CLDR can name in English: `sq`, but not `al`.

    The language need not be one of the interface.
    """
    return code.partition("-")[0] in Locale(SOURCE).languages


def direction(code: str) -> Literal["ltr", "rtl"]:
    """The value for HTML's `dir`; left to right for an unknown language (CLDR)."""
    locale = _cldr(code)
    return "rtl" if locale and locale.text_direction == "rtl" else "ltr"


def read_catalogue(path: Path) -> Catalog:
    """The .po file of a language; raises babel's PoFileError if it is malformed."""
    with path.open("rb") as file:
        locale = Locale.parse(path.stem, sep="-")
        return read_po(file, locale=locale, charset="utf-8", abort_invalid=True)


@cache
def texts_digest() -> str:
    """Names all texts in all languages: another where any is."""
    files = sorted(TRANSLATIONS.glob("*.po"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:12]


@cache
def _translator(language: str) -> Translator:
    if language == SOURCE:
        return Translator(language, NullTranslations())
    compiled = BytesIO()
    write_mo(compiled, read_catalogue(TRANSLATIONS / f"{language}.po"))
    compiled.seek(0)
    return Translator(language, Translations(compiled))


@lru_cache(maxsize=256)
def _cldr(code: str) -> Locale | None:
    if len(code) > LONGEST_TAG:
        return None
    try:
        return Locale.parse(code, sep="-")
    except (ValueError, UnknownLocaleError):
        return None
