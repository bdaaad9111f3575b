"""vobject: prints the events of a calendar on the web as JSON; with two days, the occurrences.

It expands a rule with its EXDATEs; that an instance with a RECURRENCE-ID stands in the place of the
one it names is up to whoever uses it.
"""

import datetime
import sys
import urllib.request

import vobject
from printing import entry, print_events, written

with urllib.request.urlopen(sys.argv[1]) as answer:
    calendar = vobject.readOne(answer.read().decode("utf-8"))


def single(event):
    """The event as it stands."""
    start = event.dtstart.value
    end = event.dtend.value if hasattr(event, "dtend") else start
    return entry(event.uid.value, event.summary.value, start, end)


def expanded(last):
    """Every occurrence that begins before a day."""
    replaced = {
        (event.uid.value, written(event.recurrence_id.value))
        for event in calendar.vevent_list
        if hasattr(event, "recurrence_id")
    }
    for event in calendar.vevent_list:
        if event.rruleset is None:
            yield single(event)
            continue
        start = event.dtstart.value
        end = event.dtend.value if hasattr(event, "dtend") else start
        for moment in event.getrruleset(addRDate=True):
            if moment.date().isoformat() > last:
                break
            timed = isinstance(start, datetime.datetime)
            begins = moment.replace(tzinfo=start.tzinfo) if timed else moment.date()
            if (event.uid.value, written(begins)) not in replaced:
                title = event.summary.value
                yield entry(event.uid.value, title, begins, begins + (end - start))


if len(sys.argv) > 2:
    first, last = sys.argv[2:]
    print_events(one for one in expanded(last) if first <= one["start"] < last)
else:
    print_events(map(single, calendar.vevent_list))
