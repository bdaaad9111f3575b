"""Which rules every app repeats an event by: those of Outlook's templates (MS-OXCICAL 2.1.3.2.2).

Outlook knows no others, and shows an event with another rule once. Where a month lacks the day, it
takes the month's last one instead of none (RFC 5545, 3.3.10), so that a rule for such a day is none
of them either.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

_COMMON = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST"}

_DAY = "(MO|TU|WE|TH|FR|SA|SU)"
_DAYS = f"BYDAY={_DAY}(,{_DAY})*"
_NTH = r"(\+?[1-4]|-1)"
_ONE_MONTH = r"BYMONTH=\d+"
_DAY_OF_MONTH = r"BYMONTHDAY=(\+?\d+|-1)"

_REST = {
    "DAILY": "",
    "WEEKLY": f"({_DAYS})?",
    "MONTHLY": f"({_DAY_OF_MONTH}|BYDAY={_NTH}{_DAY}|{_DAYS};BYSETPOS={_NTH})?",
    "YEARLY": (
        f"({_ONE_MONTH}(;{_DAY_OF_MONTH})?|BYDAY={_NTH}{_DAY};{_ONE_MONTH}"
        f"|{_DAYS};{_ONE_MONTH};BYSETPOS={_NTH})?"
    ),
}
"""What each frequency's templates have besides, by its names in their order."""


_BY_MONTHS = {"MONTHLY", "YEARLY"}
_DAYS_OF = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
"""Of each month, the days that it has in any year."""


def is_simple(parts: Mapping[str, str], first: date) -> bool:
    """Whether a rule of these parts, from a first day on, fits a template; no rule at all does."""
    if not parts:
        return True
    rest = ";".join(f"{name}={parts[name]}" for name in sorted(parts.keys() - _COMMON))
    fits = re.fullmatch(_REST[parts["FREQ"]], rest, re.ASCII) is not None
    return fits and not _lacks_its_day(parts, first)


def _lacks_its_day(parts: Mapping[str, str], first: date) -> bool:
    """Whether a rule for a day of the month falls in months that lack it."""
    if parts["FREQ"] not in _BY_MONTHS or "BYDAY" in parts:
        return False
    day = int(parts.get("BYMONTHDAY", first.day))
    month = int(parts.get("BYMONTH", first.month)) if parts["FREQ"] == "YEARLY" else 2
    return day > _DAYS_OF[month - 1]


def simplified(parts: Mapping[str, str]) -> dict[str, str]:
    """The same rule in a simpler form, if it has one: some days of each week are a weekly rule."""
    every_day = parts["FREQ"] == "DAILY" and parts.get("INTERVAL", "1") == "1"
    if every_day and parts.keys() - _COMMON == {"BYDAY"}:
        return {**parts, "FREQ": "WEEKLY"}
    return dict(parts)
