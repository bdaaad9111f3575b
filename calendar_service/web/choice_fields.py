"""The fields by which somebody chooses how to be written to, alike in each form that has them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from calendar_service.actions.choices import TypedChoices
from calendar_service.domain.reminders import OFFERED, Offset, OffsetError, parse_offsets
from calendar_service.errors import Problem
from calendar_service.language.dates import capitalised
from calendar_service.language.offsets import offset_in_words
from calendar_service.language.zones import ZoneChoice, zone_choices
from calendar_service.web.languages import language

DEFAULT_ZONE = "UTC"


@dataclass(frozen=True, slots=True)
class ChoiceFields:
    """What is chosen, what is offered, and what is wrong.

    `prefix` tells the fields of several forms of one page apart, `guess` says that the zone is to
    be that of the device, and `search` that they are about a search.
    """

    typed: TypedChoices
    offsets: Sequence[tuple[str, str]]
    zones: Sequence[ZoneChoice]
    problems: Sequence[Problem] = ()
    prefix: str = ""
    guess: bool = False
    search: bool = False

    @property
    def chosen_zone(self) -> ZoneChoice | None:
        """The choice that is shown; of two places with one zone, the one it is named after."""
        named = [choice for choice in self.zones if choice.name == self.typed.zone]
        return named[-1] if named else None

    def wrong(self, key: str) -> str:
        """What is wrong with a field, or nothing."""
        return " ".join(problem.message for problem in self.problems if problem.key == key)


def choice_fields(
    typed: TypedChoices,
    problems: Sequence[Problem] = (),
    *,
    offered: Sequence[Offset] = (),
    prefix: str = "",
    guess: bool = False,
    search: bool = False,
) -> ChoiceFields:
    """The fields with what was typed or chosen; `offered` are reminders besides the usual."""
    zones = zone_choices(language())
    if typed.zone and typed.zone not in {choice.name for choice in zones}:
        zones = (ZoneChoice(typed.zone, typed.zone), *zones)
    offsets = parse_offsets(map(str, (*OFFERED, *offered)))
    words = [capitalised(offset_in_words(str(one), language())) for one in offsets]
    shown = list(zip(map(str, offsets), words, strict=True))
    return ChoiceFields(typed, shown, zones, problems, prefix, guess, search)


def read_choices(values: MultiDict[str, str]) -> TypedChoices:
    """What was typed, whatever it is; a form that does not ask of something leaves it as usual."""
    usual = TypedChoices((), "", "")
    return TypedChoices(
        offsets=tuple(values.getlist("offsets")),
        language=values.get("language", ""),
        zone=values.get("zone", ""),
        hour=values.get("hour", usual.hour),
        notices=values.getlist("notices")[-1:] != ["no"],
        digest=values.get("digest", ""),
        arrivals=bool(values.get("arrivals")),
    )


def readable_offsets(texts: Sequence[str]) -> tuple[Offset, ...]:
    """Those of some typed offsets that are any."""
    try:
        return parse_offsets(texts)
    except OffsetError:
        return ()
