"""vobject: prints the events of a calendar on the web as JSON."""

import sys
import urllib.request

import vobject
from printing import entry, print_events

with urllib.request.urlopen(sys.argv[1]) as answer:
    calendar = vobject.readOne(answer.read().decode("utf-8"))
print_events(
    entry(e.uid.value, e.summary.value, e.dtstart.value, e.dtend.value) for e in calendar.vevent_list
)
