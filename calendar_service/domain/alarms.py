"""Alarms that a subscriber asks to have in the calendar itself (RFC 5545 3.6.6)."""

from __future__ import annotations

import re

from calendar_service.errors import CalendarError

MOST_ALARMS = 5
_FORM = re.compile(r"P(?:\d{1,2}W|\d{1,3}D|T\d{1,3}H|T\d{1,4}M)", re.ASCII)


class AlarmError(CalendarError):
    """A text that is no alarm."""


def parse_alarm(text: str) -> str:
    """The one written form of how long before the start: `P1D`, `PT2H`, `PT30M`, `P1W`.

    Raises AlarmError.
    """
    written = text.strip().upper()
    if not _FORM.fullmatch(written):
        raise AlarmError(
            f"{text[:40]!r} is no alarm; write P1D (a day before), P1W, PT2H or PT30M; "
            f"P0D is the start itself."
        )
    number = int(re.sub(r"\D", "", written))
    head = written.rstrip("0123456789WDHM")
    return f"{head}{number}{written[-1]}"
