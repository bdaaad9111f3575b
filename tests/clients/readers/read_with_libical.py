"""libical, the reader inside Evolution and others: prints the events of a calendar as JSON.

With two days it prints the occurrences; that an instance with a RECURRENCE-ID stands in the place of
the one it names is up to whoever uses it.
"""

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


def entry(event, start, end):
    """One event or occurrence."""
    return {
        "uid": event.get_uid(),
        "title": event.get_summary(),
        "start": written(start),
        "end": written(end),
        "all_day": start.is_date(),
    }


def components():
    """Each VEVENT."""
    event = calendar.get_first_component(ICalGLib.ComponentKind.VEVENT_COMPONENT)
    while event:
        yield event
        event = calendar.get_next_component(ICalGLib.ComponentKind.VEVENT_COMPONENT)


def is_instance(event):
    """Whether it stands for an instance of a series."""
    return event.get_first_property(ICalGLib.PropertyKind.RECURRENCEID_PROPERTY) is not None


def instant(found, time):
    """The time of a property, in the zone that it names."""
    zone = found.get_first_parameter(ICalGLib.ParameterKind.TZID_PARAMETER)
    if zone is not None:
        time.set_timezone(calendar.get_timezone(zone.get_tzid()))
    return written(time)


def replaced_by(event):
    """The instance of a series that an event stands for."""
    found = event.get_first_property(ICalGLib.PropertyKind.RECURRENCEID_PROPERTY)
    return event.get_uid(), instant(found, found.get_recurrenceid())


def left_out(event):
    """When the rule's instances are not to be: EXDATE."""
    found = event.get_first_property(ICalGLib.PropertyKind.EXDATE_PROPERTY)
    while found:
        yield instant(found, found.get_exdate())
        found = event.get_next_property(ICalGLib.PropertyKind.EXDATE_PROPERTY)


def expanded(events, last):
    """Every occurrence that begins before a day."""
    replaced = {replaced_by(event) for event in events if is_instance(event)}
    for event in events:
        start, end = event.get_dtstart(), event.get_dtend()
        rule = event.get_first_property(ICalGLib.PropertyKind.RRULE_PROPERTY)
        if rule is None:
            yield entry(event, start, end)
            continue
        length = end.subtract(start)
        gone = set(left_out(event))
        iterator = ICalGLib.RecurIterator.new(rule.get_rrule(), start)
        time = iterator.next()
        while not time.is_null_time() and time.get_year() <= int(last[:4]):
            time.set_timezone(start.get_timezone())
            if written(time) not in gone and (event.get_uid(), written(time)) not in replaced:
                yield entry(event, time, time.add(length))
            time = iterator.next()


found = list(components())
if len(sys.argv) > 2:
    first, last = sys.argv[2:]
    events = [one for one in expanded(found, last) if first <= one["start"] < last]
else:
    events = [entry(event, event.get_dtstart(), event.get_dtend()) for event in found]
print(json.dumps(events))
