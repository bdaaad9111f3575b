"""How every reader script prints what it has read."""

import datetime
import json


def written(moment):
    """A day as it is; an instant in UTC."""
    if not isinstance(moment, datetime.datetime):
        return moment.isoformat()
    return moment.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def entry(uid, title, start, end):
    """One event."""
    return {
        "uid": uid,
        "title": title,
        "start": written(start),
        "end": written(end),
        "all_day": not isinstance(start, datetime.datetime),
    }


def print_events(events):
    """All of them, as JSON."""
    print(json.dumps(list(events)))
