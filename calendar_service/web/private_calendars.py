"""The calendar of one reader, as calendar apps fetch it; revoked, its address is gone for good."""

from __future__ import annotations

import hashlib

from flask import Blueprint, Response, current_app, request
from werkzeug.http import http_date

from calendar_service.actions.codings import CODINGS, IDENTITY
from calendar_service.actions.private_calendars import look_at_calendar, write_calendar
from calendar_service.web.conditional import chosen_coding, coded_tag, has_it
from calendar_service.web.copies import Copies
from calendar_service.web.feeds import CalendarResponse
from calendar_service.web.requested import service

blueprint = Blueprint("private_calendars", __name__)

CACHE = "private, max-age=300"
MOST_OCTETS = 8 * 1024 * 1024


def kept_calendars() -> Copies[bytes]:
    """Where an application keeps what it has written."""
    return Copies[bytes](len, most_octets=MOST_OCTETS)


@blueprint.get("/my/<token>/calendar.ics")
def calendar(token: str) -> Response:
    """What its reader follows, as iCalendar."""
    issue, coding = look_at_calendar(service(), token), chosen_coding()
    kept: Copies[bytes] = current_app.extensions["private_calendars"]
    content = kept.get(token, issue.state, lambda: write_calendar(service(), issue))
    etag = hashlib.sha256(content).hexdigest()[:32]
    if has_it([coded_tag(etag, one) for one in CODINGS], issue.last_modified):
        response = CalendarResponse(status=304)
    else:
        response = CalendarResponse(CODINGS[coding](content))
        if coding != IDENTITY:
            response.headers["Content-Encoding"] = coding
    response.vary.add("Accept-Encoding")
    response.set_etag(coded_tag(etag, coding))
    response.headers["Last-Modified"] = http_date(issue.last_modified)
    response.headers["Cache-Control"] = CACHE
    response.headers["Content-Language"] = issue.language
    response.headers["Content-Disposition"] = 'inline; filename="calendar.ics"'
    return response


@blueprint.after_app_request
def keep_to_its_reader(response: Response) -> Response:
    """Lets nobody index such an address or pass it on, whatever the answer."""
    if request.path.startswith("/my/"):
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
