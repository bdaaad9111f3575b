"""How a calendar is wanted: what the form of its page offers, and what the address asks for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from flask import request

from calendar_service.domain.alarms import MOST_ALARMS, AlarmError, parse_alarm
from calendar_service.domain.feeds import Cancelled
from calendar_service.domain.search import is_past
from calendar_service.language.dates import capitalised
from calendar_service.language.offsets import offset_in_words
from calendar_service.web.choosing import Choice, no_days
from calendar_service.web.languages import gettext, language, ngettext
from calendar_service.web.tongues import said_here
from calendar_service.web.wishes import LONGEST_SHOWN

Query = dict[str, list[str]]

ALARMS = ("P1D", "PT2H", "PT30M")
PAST = ("0", "30", "365")


@dataclass(frozen=True, slots=True)
class Options:
    """What there is to choose, what is chosen, and what of the address could not be understood.

    What is asked for and not among the usual is offered too, so that the form keeps it.
    """

    cancelled: list[Choice]
    alarms: list[Choice]
    past: list[Choice]
    query: Query
    window: Query
    problems: list[str]


def read_options() -> Options:
    """What the address of a calendar's page asks for, as far as it can be."""
    problems: list[str] = []
    cancelled, past = _cancelled(problems), _past(problems)
    alarms = _alarms(problems)
    asked = {"cancelled": [cancelled] if cancelled else [], "alarm": alarms}
    return Options(
        cancelled=[
            _choice("", gettext("With a mark before the title"), cancelled),
            _choice("status", gettext("As your app shows what is cancelled"), cancelled),
            _choice("hide", gettext("Not at all"), cancelled),
        ],
        alarms=[
            Choice(one, said_here(_alarm_in_words(one)), one in alarms)
            for one in _with_others(ALARMS, alarms)
        ],
        past=[
            _choice("", gettext("For as long as the calendar keeps it"), past),
            *(
                _choice(one, _past_in_words(int(one)), past)
                for one in _with_others(PAST, filter(None, [past]))
            ),
        ],
        query={name: values for name, values in asked.items() if values},
        window={"past": [past]} if past else {},
        problems=problems,
    )


def _cancelled(problems: list[str]) -> str:
    """How what is cancelled is wanted; nothing for the usual way."""
    asked = request.args.get("cancelled", "")
    if asked and asked not in list(Cancelled):
        problems.append(_nothing_known("cancelled", asked))
    return asked if asked in list(Cancelled)[1:] else ""


def _past(problems: list[str]) -> str:
    asked = request.args.get("past", "").strip()
    if not asked or is_past(asked):
        return asked
    problems.append(no_days(asked))
    return ""


def _alarms(problems: list[str]) -> list[str]:
    found = sorted(set(_readable_alarms(problems)))
    if len(found) > MOST_ALARMS:
        words = gettext("More than %(most)s alarms cannot be had. The others are left out.")
        problems.append(words % {"most": MOST_ALARMS})
    return found[:MOST_ALARMS]


def _readable_alarms(problems: list[str]) -> Iterator[str]:
    for text in filter(None, request.args.getlist("alarm")):
        try:
            yield parse_alarm(text)
        except AlarmError:
            problems.append(_nothing_known("alarm", text))


def _nothing_known(name: str, value: str) -> str:
    words = gettext("“%(name)s=%(value)s” means nothing here. Choose from what the form offers.")
    return words % {"name": name, "value": value[:LONGEST_SHOWN]}


def _with_others(usual: Iterable[str], asked: Iterable[str]) -> Iterable[str]:
    return dict.fromkeys([*usual, *asked])


def _choice(value: str, words: str, chosen: str) -> Choice:
    return Choice(value, said_here(words), value == chosen)


def _alarm_in_words(alarm: str) -> str:
    return capitalised(offset_in_words(alarm, language()))


def _past_in_words(days: int) -> str:
    if days == 0:
        return gettext("Not at all")
    return ngettext("For %(num)s day", "For %(num)s days", days) % {"num": days}
