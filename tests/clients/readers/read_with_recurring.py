"""recurring-ical-events: prints the occurrences of a calendar on the web, from a day to another."""

import sys
import urllib.request

import icalendar
import recurring_ical_events
from printing import entry, print_events

url, first, last = [*sys.argv[1:], "2025-01-01", "2028-01-01"][:3]
with urllib.request.urlopen(url) as answer:
    calendar = icalendar.Calendar.from_ical(answer.read())
found = recurring_ical_events.of(calendar).between(
    tuple(map(int, first.split("-"))), tuple(map(int, last.split("-")))
)
print_events(
    one
    for one in (entry(str(e["UID"]), str(e["SUMMARY"]), e.start, e.end) for e in found)
    if len(sys.argv) < 3 or first <= one["start"] < last
)
