"""libical, the reader inside Evolution and others: prints the events of a calendar as JSON."""

import datetime
import json
import sys
import urllib.request

import gi

gi.require_version("ICalGLib", "3.0")
from gi.repository import ICalGLib  # noqa: E402

with urllib.request.urlopen(sys.argv[1]) as answer:
    calendar = ICalGLib.Component.new_from_string(answer.read().decode("utf-8"))


def written(time):
    """A day as it is; an instant in UTC."""
    if time.is_date():
        return f"{time.get_year():04}-{time.get_month():02}-{time.get_day():02}"
    seconds = time.as_timet_with_zone(time.get_timezone())
    instant = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)
    return instant.strftime("%Y-%m-%dT%H:%M:%S.000Z")


events = []
event = calendar.get_first_component(ICalGLib.ComponentKind.VEVENT_COMPONENT)
while event:
    start, end = event.get_dtstart(), event.get_dtend()
    events.append(
        {
            "uid": event.get_uid(),
            "title": event.get_summary(),
            "start": written(start),
            "end": written(end),
            "all_day": start.is_date(),
        }
    )
    event = calendar.get_next_component(ICalGLib.ComponentKind.VEVENT_COMPONENT)
print(json.dumps(events))
