"""recurring-ical-events: prints the events of a calendar on the web between 2025 and 2027."""

import sys
import urllib.request

import icalendar
import recurring_ical_events
from printing import entry, print_events

with urllib.request.urlopen(sys.argv[1]) as answer:
    calendar = icalendar.Calendar.from_ical(answer.read())
found = recurring_ical_events.of(calendar).between((2025, 1, 1), (2027, 12, 31))
print_events(entry(str(e["UID"]), str(e["SUMMARY"]), e.start, e.end) for e in found)
