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
    """Answers what ours answers, from constants: the least that a Flask view can do."""
    client = create_app(service_in(folder)).test_client()
    plain = client.get(ADDRESS)
    coded = client.get(ADDRESS, headers={"Accept-Encoding": "gzip"})
    tag = plain.headers["ETag"]
    known = client.get(ADDRESS, headers={"If-None-Match": tag})
    app = Flask("constant")

    @app.get(ADDRESS)
    def feed() -> Response:
        if request.headers.get("If-None-Match") == tag:
            return Response(status=304, headers=known.headers)
        if "gzip" in request.headers.get("Accept-Encoding", ""):
            return Response(coded.data, headers=coded.headers)
        return Response(plain.data, headers=plain.headers)

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
