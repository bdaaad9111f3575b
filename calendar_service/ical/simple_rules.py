"""Which rules every app repeats an event by: those of Outlook's templates (MS-OXCICAL 2.1.3.2.2).

Outlook knows no others, and shows an event with another rule once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

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


def is_simple(parts: Mapping[str, str]) -> bool:
    """Whether a rule of these parts fits a template; no rule at all does."""
    rest = ";".join(f"{name}={parts[name]}" for name in sorted(parts.keys() - _COMMON))
    return not parts or re.fullmatch(_REST[parts["FREQ"]], rest, re.ASCII) is not None


def simplified(parts: Mapping[str, str]) -> dict[str, str]:
    """The same rule in a simpler form, if it has one: some days of each week are a weekly rule."""
    every_day = parts["FREQ"] == "DAILY" and parts.get("INTERVAL", "1") == "1"
    if every_day and parts.keys() - _COMMON == {"BYDAY"}:
        return {**parts, "FREQ": "WEEKLY"}
    return dict(parts)
