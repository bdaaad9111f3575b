"""In words, how long before an event a reader is reminded."""

from __future__ import annotations

import re
from collections.abc import Iterable

from calendar_service.errors import CalendarError
from calendar_service.language.catalogues import Translator, translator
from calendar_service.language.lists import list_in_words

_FORM = re.compile(r"P(?:(?P<days>\d{1,4})(?P<day_unit>[DW])|T(?P<clock>\d{1,5})(?P<unit>[HM]))")
_WEEK = 7


class OffsetInWordsError(CalendarError):
    """An offset that there are no words for."""

    def __init__(self, offset: str) -> None:
        super().__init__(f"No words for the offset {offset!r}; write P7D, P1W, P0D or PT24H.")
        self.offset = offset


def offset_in_words(offset: str, language: str) -> str:
    """An ISO 8601 duration `PnD`, `PnW`, `PTnH` or `PTnM` in words: "a week before".

    `P0D` is the morning of the day. Days are told in weeks if they are whole ones; hours are
    never told in days, because `PT24H` and `P1D` differ where the clocks change. Raises
    OffsetInWordsError for any other text.
    """
    match = _FORM.fullmatch(offset)
    if match is None:
        raise OffsetInWordsError(offset)
    texts = translator(language)
    if match["unit"]:
        words = _hours if match["unit"] == "H" else _minutes
        return words(int(match["clock"]), texts)
    days = int(match["days"]) * (_WEEK if match["day_unit"] == "W" else 1)
    return _days(days, texts)


def offsets_in_words(offsets: Iterable[str], language: str) -> str:
    """Several of them as a sentence has them, and "none" for none."""
    words = [offset_in_words(offset, language) for offset in offsets]
    # Translators: no reminders at all.
    none = translator(language).pgettext("reminders", "none")
    return list_in_words(words, language) if words else none


def _days(count: int, texts: Translator) -> str:
    if count == 0:
        return texts.gettext("on the morning of the event")
    if count % _WEEK == 0:
        return _weeks(count // _WEEK, texts)
    if count == 1:
        return texts.gettext("a day before")
    words = texts.ngettext("%(count)s day before", "%(count)s days before", count)
    return words % {"count": count}


def _weeks(count: int, texts: Translator) -> str:
    if count == 1:
        return texts.gettext("a week before")
    words = texts.ngettext("%(count)s week before", "%(count)s weeks before", count)
    return words % {"count": count}


def _hours(count: int, texts: Translator) -> str:
    if count == 0:
        return texts.gettext("when it starts")
    if count == 1:
        return texts.gettext("an hour before")
    words = texts.ngettext("%(count)s hour before", "%(count)s hours before", count)
    return words % {"count": count}


def _minutes(count: int, texts: Translator) -> str:
    if count == 0:
        return texts.gettext("when it starts")
    words = texts.ngettext("%(count)s minute before", "%(count)s minutes before", count)
    return words % {"count": count}
