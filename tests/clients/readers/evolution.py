"""evolution-data-server, which keeps the calendars of Evolution and GNOME Calendar, told line by line.

Each line read is `[verb, argument, ...]` in JSON, and each line printed its result. Runs in a D-Bus
session of its own, whose services end with it.
"""

import datetime
import json
import os
import sys
import time

import gi

gi.require_version("EDataServer", "1.2")
gi.require_version("ECal", "2.0")
gi.require_version("ICalGLib", "3.0")
from gi.repository import ECal, EDataServer, GLib, ICalGLib  # noqa: E402

AT_ONCE = GLib.MAXUINT32  # instead of waiting to be told that it is connected
SMALLEST = datetime.timedelta(microseconds=1)
UTC = datetime.timezone.utc
PATIENCE = 20.0


class Subscription:
    """A calendar on the web, as Evolution's `New Calendar - On the Web` adds it."""

    def __init__(self, registry, url):
        source = EDataServer.Source.new(None, None)
        source.set_display_name("subscribed")
        source.set_parent("webcal-stub")
        source.get_extension(EDataServer.SOURCE_EXTENSION_CALENDAR).set_backend_name("webcal")
        address = GLib.Uri.parse(url, GLib.UriFlags.ENCODED)
        source.get_extension(EDataServer.SOURCE_EXTENSION_WEBDAV_BACKEND).set_uri(address)
        source.get_extension(EDataServer.SOURCE_EXTENSION_AUTHENTICATION).set_method("none")
        registry.commit_source_sync(source, None)
        # Its services speak by D-Bus: what was just added, or just ended, is known a little later.
        self.source = eventually(lambda: registry.ref_source(source.get_uid()))
        self.client = eventually(self.connect)
        self.zone = ICalGLib.Timezone.get_builtin_timezone(os.environ["TZ"])
        self.client.set_default_timezone(self.zone)

    def connect(self):
        """The calendar opened; nothing while the service that keeps it is starting or ending."""
        events = ECal.ClientSourceType.EVENTS
        try:
            return ECal.Client.connect_sync(self.source, events, AT_ONCE, None)
        except GLib.Error as error:
            print(error, file=sys.stderr, flush=True)
            return None

    def refresh(self):
        """Asks for it anew; the answer arrives some time later."""
        self.client.refresh_sync(None)

    def unsubscribe(self):
        self.source.remove_sync(None)

    def month(self, month):
        """What is on each day of a month like 2026-07, at the hours of the zone it runs in."""
        first = datetime.datetime.fromisoformat(f"{month}-01").replace(tzinfo=UTC)
        around = (first - datetime.timedelta(days=15), first + datetime.timedelta(days=45))
        for event, start, end in self.between(*around):
            cancelled = event.get_status() == ICalGLib.PropertyStatus.CANCELLED
            for day in self.days(start, end):
                if day.startswith(month):
                    words = {"hour": self.hour(start), "title": event.get_summary()}
                    yield {"day": day, "cancelled": cancelled, **words}

    def days(self, start, end):
        """Each day on which something is: the end is excluded (RFC 5545 3.6.1)."""
        first, last = self.here(start), max(self.here(start), self.here(end) - SMALLEST)
        for number in range(first.toordinal(), last.toordinal() + 1):
            yield datetime.date.fromordinal(number).isoformat()

    def here(self, moment):
        """What the clocks and calendars where it runs show; a day is the same everywhere."""
        here = moment if moment.is_date() else moment.convert_to_zone(self.zone)
        day = (here.get_year(), here.get_month(), here.get_day())
        return datetime.datetime(*day, here.get_hour(), here.get_minute())

    def hour(self, moment):
        """The hour of an instant where it runs; nothing for a day."""
        return "" if moment.is_date() else f"{self.here(moment):%H:%M}"

    def occurrences(self, first, last):
        """Every occurrence in some days."""
        start, end = (datetime.datetime.fromisoformat(day).replace(tzinfo=UTC) for day in (first, last))
        for event, begins, ends in self.between(start, end):
            yield {
                "uid": event.get_uid(),
                "title": event.get_summary(),
                "start": written(begins),
                "end": written(ends),
                "all_day": begins.is_date(),
            }

    def between(self, start, end):
        """Each occurrence between two instants, with its start and end."""
        found = []

        def add(event, begins, ends, *_):
            found.append((event.clone(), begins.clone(), ends.clone()))
            return True

        instants = (int(start.timestamp()), int(end.timestamp()))
        self.client.generate_instances_sync(*instants, None, add, None)
        return found


def eventually(look):
    """What a look gives once it gives anything."""
    end = time.monotonic() + PATIENCE
    while not (seen := look()):
        if time.monotonic() > end:
            raise TimeoutError(f"Nothing came within {PATIENCE:.0f} s.")
        time.sleep(0.05)
    return seen


def written(moment):
    """A day as it is; an instant in UTC."""
    if moment.is_date():
        return f"{moment.get_year():04}-{moment.get_month():02}-{moment.get_day():02}"
    instant = datetime.datetime.fromtimestamp(moment.as_timet_with_zone(moment.get_timezone()), UTC)
    return instant.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def main():
    registry = EDataServer.SourceRegistry.new_sync(None)
    subscription = None
    for line in sys.stdin:
        verb, *arguments = json.loads(line)
        result = None
        if verb == "subscribe":
            subscription = Subscription(registry, *arguments)
        else:
            result = getattr(subscription, verb)(*arguments)
        print(json.dumps(list(result) if result else result), flush=True)


main()
