"""The sign-up form: what it offers, what was typed, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from werkzeug.datastructures import MultiDict

from calendar_service.actions.choices import TypedChoices
from calendar_service.actions.limits import Asker
from calendar_service.actions.signup import SignupRequest, consent_words
from calendar_service.domain.phrases import Phrase
from calendar_service.domain.readers import Target
from calendar_service.domain.reminders import DAY_BEFORE
from calendar_service.errors import Problem
from calendar_service.web.choice_fields import ChoiceFields, choice_fields, read_choices
from calendar_service.web.languages import language
from calendar_service.web.zones import guessed_zone


@dataclass(frozen=True, slots=True)
class Typed:
    """A form's values as they came: kept word for word when something is wrong."""

    address: str
    choices: TypedChoices
    consent: bool
    proof: str = ""

    def request(self, target: Target, asker: Asker) -> SignupRequest:
        """The sign-up that they ask for."""
        return SignupRequest(
            target=target,
            address=self.address,
            choices=self.choices,
            consent=self.consent,
            shown_in=language(),
            asker=asker,
        )


@dataclass(frozen=True, slots=True)
class Form:
    """A sign-up form to show. `action` is the path that it posts to.

    `unkept` says that nothing is wrong with it and yet it could not be kept; `others` are paths
    that it can be sent to instead, each with the words of its button.
    """

    action: str
    typed: Typed
    fields: ChoiceFields
    consent_words: str
    unkept: bool = False
    others: Sequence[tuple[str, Phrase]] = ()

    @property
    def problems(self) -> Sequence[Problem]:
        """All that is wrong with it."""
        return self.fields.problems


def empty_form(action: str, *, search: bool = False) -> Form:
    """A form with what most readers will want already chosen."""
    choices = TypedChoices((str(DAY_BEFORE),), language(), guessed_zone(), arrivals=search)
    return _form(action, Typed("", choices, consent=False), guess=True, search=search)


def typed_form(
    action: str, typed: Typed, problems: Sequence[Problem], *, search: bool = False
) -> Form:
    """A form as it was typed, with what is wrong with it."""
    return _form(action, typed, problems, search=search)


def unkept_form(action: str, typed: Typed, *, search: bool = False) -> Form:
    """A form as it was typed, that could not be kept just now and is to be sent again."""
    return replace(_form(action, typed, search=search), unkept=True)


def form_for_others(typed: Typed, others: Sequence[tuple[str, Phrase]]) -> Form | None:
    """A form as it was typed, that cannot be sent again to where it was; None without others."""
    return replace(_form(others[0][0], typed), others=others) if others else None


def read_form(values: MultiDict[str, str]) -> Typed:
    """What was typed, whatever it is."""
    return Typed(
        address=values.get("address", ""),
        choices=read_choices(values),
        consent=bool(values.get("consent")),
        proof=values.get("proof", ""),
    )


def _form(
    action: str,
    typed: Typed,
    problems: Sequence[Problem] = (),
    *,
    guess: bool = False,
    search: bool = False,
) -> Form:
    fields = choice_fields(typed.choices, problems, guess=guess, search=search)
    return Form(action, typed, fields, consent_words(language()))
