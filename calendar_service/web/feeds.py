"""What calendar apps fetch. The address alone says what it is: nothing but the coding is agreed."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, Response, current_app, request
from werkzeug.http import dump_options_header, http_date, quote_etag

from calendar_service.actions.codings import CODINGS, IDENTITY
from calendar_service.actions.feeds import serve_event
from calendar_service.web.conditional import DatedResponse, chosen_coding, coded_tag, has_it
from calendar_service.web.languages import PARAMETER
from calendar_service.web.ready import NOTE, Note
from calendar_service.web.requested import service
from calendar_service.web.shelf import Shelf
from calendar_service.web.wishes import asked_language, check_query, read_wish

blueprint = Blueprint("feeds", __name__)

CACHE = "public, max-age=300, stale-while-revalidate=3600, stale-if-error=86400"
"""Caches that many readers share may answer for five minutes, and for a day while we cannot."""


class CalendarResponse(DatedResponse):
    """A calendar, or the 304 in its place."""

    default_mimetype = "text/calendar"


@blueprint.get("/feeds/<slug>.ics")
def feed(slug: str) -> Response:
    """A feed as iCalendar."""
    shelf: Shelf = current_app.extensions["feed_shelf"]
    wish, coding = read_wish(slug), chosen_coding()
    edition = shelf.edition(slug, wish)
    tags = [coded_tag(edition.etag, coding) for coding in CODINGS]
    if has_it(tags, edition.last_modified):
        response = CalendarResponse(status=304)
    else:
        edition, content = shelf.content(edition, coding)
        response = CalendarResponse(content)
        if coding != IDENTITY:
            response.headers["Content-Encoding"] = coding
    response.vary.add("Accept-Encoding")
    tag = coded_tag(edition.etag, coding)
    if NOTE in request.environ:
        quoted = frozenset(quote_etag(one) for one in tags)
        date = http_date(edition.last_modified)
        request.environ[NOTE].append(Note(slug, edition, coding, quoted, date))
    return _described(response, tag, edition.last_modified, edition.language, slug)


@blueprint.get("/events/<slug>.ics")
def event(slug: str) -> Response:
    """One event as iCalendar, for adding it to a calendar once."""
    check_query((PARAMETER,))
    served = serve_event(service(), slug, asked_language())
    response = CalendarResponse(served.content)
    if has_it([served.etag], served.last_modified):
        response = CalendarResponse(status=304)
    return _described(response, served.etag, served.last_modified, served.language, slug)


def _described(
    response: Response, tag: str, last_modified: datetime, language: str, slug: str
) -> Response:
    """The answer with its validators, which a 304 carries too (RFC 9110 15.4.5)."""
    response.set_etag(tag)
    response.headers["Last-Modified"] = http_date(last_modified)
    response.headers["Cache-Control"] = CACHE
    response.headers["Content-Language"] = language
    response.headers["Content-Disposition"] = dump_options_header(
        "inline", {"filename": f"{slug}.ics"}
    )
    return response
