"""What is measured, as WSGI applications over a folder with a database.

constant   the feed's bytes with the same headers from a Flask view: the limit
ours       the service as it is
naive      a Flask view that builds the feed with the icalendar library at each request
"""

from __future__ import annotations

from pathlib import Path

import icalendar
from flask import Flask, Response, request

from bench.calendars import PUBLISHED, service_in
from calendar_service.web.app import create_app

ADDRESS = "/feeds/bench.ics"


def constant(folder: Path) -> Flask:
    """Answers what ours answers, from constants."""
    client = create_app(service_in(folder)).test_client()
    kept = {}
    for coding in ("identity", "gzip"):
        answer = client.get(ADDRESS, headers={"Accept-Encoding": coding})
        kept[coding] = (answer.data, list(answer.headers))
    tag = client.get(ADDRESS).headers["ETag"]
    app = Flask("constant")

    @app.get(ADDRESS)
    def feed() -> Response:
        content, headers = kept["gzip" if request.accept_encodings["gzip"] else "identity"]
        if tag in request.headers.get("If-None-Match", ""):
            return Response(status=304, headers=headers)
        return Response(content, headers=headers)

    return app


def ours(folder: Path) -> Flask:
    """The service."""
    return create_app(service_in(folder))


def naive(folder: Path) -> Flask:
    """What one writes in an afternoon."""
    content = create_app(service_in(folder)).test_client().get(ADDRESS).data
    events = icalendar.Calendar.from_ical(content).events
    facts = [(str(e["UID"]), str(e["SUMMARY"]), e.start, e.end) for e in events]
    app = Flask("naive")

    @app.get(ADDRESS)
    def feed() -> Response:
        calendar = icalendar.Calendar()
        calendar.add("prodid", "-//naive//EN")
        calendar.add("version", "2.0")
        for uid, title, start, end in facts:
            event = icalendar.Event()
            event.add("uid", uid)
            event.add("summary", title)
            event.add("dtstart", start)
            event.add("dtend", end)
            event.add("dtstamp", PUBLISHED)
            calendar.add_component(event)
        return Response(calendar.to_ical(), mimetype="text/calendar")

    return app


APPS = {"constant": constant, "ours": ours, "naive": naive}
