"""Expands a calendar with recurring-ical-events: `expand_with_recurring.py FILE`.

For each line on its input, two days, it prints how long it took and what it found as JSON. It
runs in an environment of its own, so it imports nothing of ours.
"""

import json
import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path

import icalendar
import recurring_ical_events


def main() -> None:
    """Answers until its input ends."""
    calendar = icalendar.Calendar.from_ical(Path(sys.argv[1]).read_bytes())
    for line in sys.stdin:
        first, last = map(date.fromisoformat, line.split())
        began = time.process_time()
        found = [
            (one, instant(one.start), instant(one.end))
            for one in recurring_ical_events.of(calendar).between(first, last)
        ]
        taken = time.process_time() - began
        shown = [
            (str(one["SUMMARY"]), str(begin), str(end))
            for one, begin, end in found
            if str(one.start)[:10] >= str(first)
        ]
        print(json.dumps({"seconds": taken, "found": shown}), flush=True)


def instant(moment: date) -> date:
    """In UTC, or a day."""
    return moment.astimezone(UTC) if isinstance(moment, datetime) else moment


if __name__ == "__main__":
    main()
