"""The sign-up form: what it offers, what was typed, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from werkzeug.datastructures import MultiDict

from calendar_service.actions.limits import Asker
from calendar_service.actions.signup import SignupRequest, consent_words
from calendar_service.domain.readers import Target
from calendar_service.domain.reminders import DAY_BEFORE, OFFERED
from calendar_service.errors import Problem
from calendar_service.language.dates import capitalised
from calendar_service.language.offsets import offset_in_words
from calendar_service.language.zones import ZoneChoice, zone_choices
from calendar_service.web.languages import language
from calendar_service.web.requested import service


@dataclass(frozen=True, slots=True)
class Typed:
    """A form's values as they came: kept word for word when something is wrong."""

    address: str
    offsets: tuple[str, ...]
    language: str
    zone: str
    consent: bool
    proof: str = ""

    def request(self, target: Target, asker: Asker) -> SignupRequest:
        """The sign-up that they ask for."""
        return SignupRequest(
            target=target,
            address=self.address,
            offsets=self.offsets,
            language=self.language,
            zone=self.zone,
            consent=self.consent,
            shown_in=language(),
            asker=asker,
        )


@dataclass(frozen=True, slots=True)
class Form:
    """A sign-up form to show. `action` is the path that it posts to.

    `unkept` says that nothing is wrong with it and yet it could not be kept.
    """

    action: str
    typed: Typed
    offsets: list[tuple[str, str]]
    zones: Sequence[ZoneChoice]
    consent_words: str
    problems: Sequence[Problem] = ()
    unkept: bool = False

    @property
    def chosen_zone(self) -> ZoneChoice | None:
        """The choice that is shown; of two places with one zone, the one it is named after."""
        named = [choice for choice in self.zones if choice.name == self.typed.zone]
        return named[-1] if named else None

    def wrong(self, key: str) -> str:
        """What is wrong with a field, or nothing."""
        return " ".join(problem.message for problem in self.problems if problem.key == key)


def empty_form(action: str) -> Form:
    """A form with what most readers will want already chosen."""
    typed = Typed("", (str(DAY_BEFORE),), language(), service().settings.zone, consent=False)
    return _form(action, typed)


def typed_form(action: str, typed: Typed, problems: Sequence[Problem]) -> Form:
    """A form as it was typed, with what is wrong with it."""
    return _form(action, typed, problems)


def unkept_form(action: str, typed: Typed) -> Form:
    """A form as it was typed, that could not be kept just now and is to be sent again."""
    return replace(_form(action, typed), unkept=True)


def read_form(values: MultiDict[str, str]) -> Typed:
    """What was typed, whatever it is."""
    return Typed(
        address=values.get("address", ""),
        offsets=tuple(values.getlist("offsets")),
        language=values.get("language", ""),
        zone=values.get("zone", ""),
        consent=bool(values.get("consent")),
        proof=values.get("proof", ""),
    )


def _form(action: str, typed: Typed, problems: Sequence[Problem] = ()) -> Form:
    zones = zone_choices(language())
    if typed.zone and typed.zone not in {choice.name for choice in zones}:
        zones = (ZoneChoice(typed.zone, typed.zone), *zones)
    return Form(
        action=action,
        typed=typed,
        offsets=[
            (str(offset), capitalised(offset_in_words(str(offset), language())))
            for offset in OFFERED
        ],
        zones=zones,
        consent_words=consent_words(language()),
        problems=problems,
    )
