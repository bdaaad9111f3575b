"""A reader's choices in words: of each thing that they follow, what they are sent, and how."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from calendar_service.domain.digests import Digest
from calendar_service.domain.readers import Preferences
from calendar_service.domain.words import paused_in_words
from calendar_service.language.catalogues import Translator, endonym, translator
from calendar_service.language.dates import capitalised, time_in_words
from calendar_service.language.offsets import offsets_in_words
from calendar_service.language.zones import zone_in_words
from calendar_service.mail.messages import Choice, PreferencesMail


@dataclass(frozen=True, slots=True)
class ChoiceWords:
    """One thing that is followed, and what is sent about it, a line each."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PreferencesWords:
    """All choices in words."""

    choices: tuple[ChoiceWords, ...]


def preferences_words(mail: PreferencesMail) -> PreferencesWords:
    """The words of an answer."""
    return PreferencesWords(tuple(_choice(one, mail.language, mail.at) for one in mail.choices))


def preferences_in_words(wanted: Preferences, language: str, at: datetime) -> tuple[str, ...]:
    """How somebody is written to, a line each, in a language, at an aware instant."""
    say = translator(language)
    offsets = offsets_in_words(map(str, wanted.offsets), language)
    lines = (
        say.gettext("Reminders: %(offsets)s") % {"offsets": offsets},
        say.gettext("When something changes: we tell you")
        if wanted.notices
        else say.gettext("When something changes: we do not write"),
        *([say.gettext("When something new is found: we tell you")] if wanted.arrivals else []),
        _digest(wanted.digest, say),
        say.gettext("Language: %(language)s") % {"language": endonym(wanted.language)},
        say.gettext("Time zone: %(zone)s") % {"zone": zone_in_words(wanted.zone, at, language)},
        say.gettext("Reminders of whole days, and digests: at %(hour)s")
        % {"hour": time_in_words(wanted.hour, language)},
    )
    return tuple(map(capitalised, lines))


def _choice(choice: Choice, language: str, at: datetime) -> ChoiceWords:
    wanted, paused = choice.preferences, choice.paused_until
    pause = (paused_in_words(paused, wanted.zone, language),) if paused else ()
    lines = (*map(capitalised, pause), *preferences_in_words(wanted, language, at))
    return ChoiceWords(choice.title, lines)


def _digest(digest: Digest | None, say: Translator) -> str:
    match digest:
        case Digest.DAILY:
            return say.gettext("What is coming, in one email: every day")
        case Digest.WEEKLY:
            return say.gettext("What is coming, in one email: every Monday")
    return say.gettext("What is coming, in one email: never")
