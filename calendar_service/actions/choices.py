"""How somebody wants to be written to, as they typed it, at a sign-up or at a change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time

from calendar_service.domain.digests import Digest
from calendar_service.domain.readers import Preferences
from calendar_service.domain.reminders import DEFAULT_HOUR, Offset, OffsetError, parse_offsets
from calendar_service.domain.zones import zone_names
from calendar_service.errors import InvalidInputError, Problem
from calendar_service.language.catalogues import LANGUAGES, Translator, translator

MOST_OFFSETS = 10
"""Reminders of one event that a reader can choose."""


@dataclass(frozen=True, slots=True)
class TypedChoices:
    """What a form says, whatever it is; no digest at all is an empty text."""

    offsets: tuple[str, ...]
    language: str
    zone: str
    hour: str = f"{DEFAULT_HOUR:%H:%M}"
    notices: bool = True
    digest: str = ""
    arrivals: bool = False

    @classmethod
    def of(cls, preferences: Preferences) -> TypedChoices:
        """As a form shows what was chosen before."""
        return cls(
            offsets=tuple(map(str, preferences.offsets)),
            language=preferences.language,
            zone=preferences.zone,
            hour=f"{preferences.hour:%H:%M}",
            notices=preferences.notices,
            digest=preferences.digest or "",
            arrivals=preferences.arrivals,
        )

    def problems(self, place: str, shown_in: str) -> list[Problem]:
        """Every mistake, in the language of the form that it stands in."""
        return list(self._problems(place, translator(shown_in)))

    def preferences(self, place: str, shown_in: str) -> Preferences:
        """The same as a value; raises InvalidInputError with every mistake."""
        if problems := self.problems(place, shown_in):
            raise InvalidInputError(problems)
        return Preferences(
            offsets=parse_offsets(self.offsets),
            language=self.language,
            zone=self.zone,
            hour=time.fromisoformat(self.hour),
            notices=self.notices,
            digest=Digest(self.digest) if self.digest else None,
            arrivals=self.arrivals,
        )

    def _problems(self, place: str, texts: Translator) -> Iterator[Problem]:
        say = texts.gettext
        offsets = _offsets(self.offsets)
        if offsets is None:
            yield Problem(place, "offsets", say("Choose from the reminders offered."))
        elif len(offsets) > MOST_OFFSETS:
            wrong = say("These are too many reminders. Choose ten at most.")
            yield Problem(place, "offsets", wrong)
        if not self.offsets and not (self.notices or self.digest or self.arrivals):
            yield Problem(place, "offsets", say("Choose at least one reminder."))
        if self.language not in LANGUAGES:
            yield Problem(place, "language", say("Choose one of the languages offered."))
        if self.zone not in zone_names():
            wrong = say("This time zone is not known. Choose one from the list.")
            yield Problem(place, "zone", wrong)
        if not _is_hour(self.hour):
            yield Problem(place, "hour", say("Write the hour like 08:00."))
        if self.digest and self.digest not in [*Digest]:
            yield Problem(place, "digest", say("Choose from what is offered."))


def _offsets(texts: tuple[str, ...]) -> tuple[Offset, ...] | None:
    try:
        return parse_offsets(texts)
    except OffsetError:
        return None


def _is_hour(text: str) -> bool:
    """Whether it is an hour and a minute: `HH:MM`."""
    try:
        return f"{time.fromisoformat(text):%H:%M}" == text
    except ValueError:
        return False
