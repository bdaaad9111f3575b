"""Which recurrence rules can be published: those that every calendar reads alike."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from calendar_service.domain.recurrence import Recurrence, rule_starts, wall_start
from calendar_service.domain.when import KnownWhen, Timed
from calendar_service.domain.zones import to_utc, to_wall
from calendar_service.errors import CalendarError

FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")

_DAY = "(MO|TU|WE|TH|FR|SA|SU)"
_FORMS = {
    "FREQ": "|".join(FREQUENCIES),
    "UNTIL": r"\d{8}(T\d{6}Z)?",
    "COUNT": r"[1-9]\d{0,4}",
    "INTERVAL": r"[1-9]\d{0,3}",
    "BYMONTH": r"([1-9]|1[0-2])",
    "BYWEEKNO": r"[+-]?([1-9]|[1-4]\d|5[0-3])",
    "BYYEARDAY": r"[+-]?([1-9]\d?|[12]\d\d|3[0-5]\d|36[0-6])",
    "BYMONTHDAY": r"[+-]?([1-9]|[12]\d|3[01])",
    "BYDAY": rf"([+-]?([1-9]|[1-4]\d|5[0-3]))?{_DAY}",
    "BYSETPOS": r"[+-]?([1-9]\d?|[12]\d\d|3[0-5]\d|36[0-6])",
    "WKST": _DAY,
}
"""The parts that every calendar knows, each with the form of its value or of each in its list."""

_ONLY_IN = {
    "BYWEEKNO": {"YEARLY"},
    "BYYEARDAY": {"YEARLY"},
    "BYMONTHDAY": {"DAILY", "MONTHLY", "YEARLY"},
    "BYSETPOS": {"WEEKLY", "MONTHLY", "YEARLY"},
}
_OUT_OF_TIME = "UNTIL is out of the calendar's years; take it out of a series without an end."
_BEYOND_THE_LAST_YEAR = 9_999_999


class RuleError(CalendarError):
    """A recurrence rule that calendars could not read alike."""


def check_rule(rule: str, when: KnownWhen) -> None:
    """Raises RuleError for a rule that cannot be published: its message says how to write it."""
    parts = Recurrence(rule).parts
    if parts.get("FREQ", "") not in FREQUENCIES:
        raise RuleError(f"FREQ must be one of {', '.join(FREQUENCIES)}; write FREQ=WEEKLY;COUNT=4.")
    if len(parts) < len(rule.split(";")):
        raise RuleError(
            "A part is empty or twice there; write each once, like FREQ=WEEKLY;COUNT=4."
        )
    for name, value in parts.items():
        _check_part(name, value, parts["FREQ"])
    if "BYSETPOS" in parts and not any(n.startswith("BY") for n in parts if n != "BYSETPOS"):
        raise RuleError("BYSETPOS chooses among days; name them, like BYDAY=MO,TU;BYSETPOS=1.")
    if "BYWEEKNO" in parts and re.search(r"\d", parts.get("BYDAY", "")):
        raise RuleError("BYWEEKNO does not go with numbers in BYDAY; write BYDAY=MO, not 1MO.")
    if "UNTIL" in parts and "COUNT" in parts:
        raise RuleError("UNTIL and COUNT exclude each other; keep one (RFC 5545 3.3.10).")
    _check_until(parts.get("UNTIL"), when)
    _check_first(parts, when)


def _check_part(name: str, value: str, frequency: str) -> None:
    if name not in _FORMS:
        raise RuleError(f"{name} is not a part that all calendars know: {', '.join(_FORMS)}.")
    values = value.split(",") if name.startswith("BY") else [value]
    if not all(re.fullmatch(_FORMS[name], one, re.ASCII) for one in values):
        raise RuleError(f"{name}={value} is not written as RFC 5545 3.3.10 has it; mend the value.")
    if frequency not in _ONLY_IN.get(name, FREQUENCIES):
        raise RuleError(f"{name} does not go with FREQ={frequency} (RFC 5545 3.3.10); take it out.")
    numbered = name == "BYDAY" and any(len(one) > len("MO") for one in values)
    if numbered and frequency not in {"MONTHLY", "YEARLY"}:
        raise RuleError(f"BYDAY={value} does not go with FREQ={frequency}; take its numbers out.")


def _check_first(parts: dict[str, str], when: KnownWhen) -> None:
    """Asks for the first instance alone: the long interval ends a search that finds none."""
    alone = parts | {"INTERVAL": str(_BEYOND_THE_LAST_YEAR)}
    rule = ";".join(f"{name}={value}" for name, value in alone.items())
    try:
        first = next(rule_starts(rule, when), None)
    except (ValueError, TypeError, OverflowError) as error:
        raise RuleError(f"This is no recurrence rule of RFC 5545: {error}.") from error
    if first != wall_start(when):
        raise RuleError("The rule must include the event's own start; move the start or the rule.")


def _check_until(until: str | None, when: KnownWhen) -> None:
    if until is None:
        return
    form = "%Y%m%dT%H%M%SZ" if isinstance(when, Timed) else "%Y%m%d"
    try:
        last = datetime.strptime(until, form).replace(tzinfo=UTC)
        if isinstance(when, Timed):
            to_wall(last, when.zone)
    except OverflowError as error:
        raise RuleError(_OUT_OF_TIME) from error
    except ValueError as error:
        end = to_utc(when.start, when.zone) if isinstance(when, Timed) else when.first
        raise RuleError(f"UNTIL must be written like {end:{form}} here.") from error
