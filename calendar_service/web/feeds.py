"""What calendar apps fetch. No content negotiation: the address alone says what it is."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from flask import Blueprint, Response, request
from werkzeug.datastructures import Headers
from werkzeug.http import dump_options_header, http_date

from calendar_service.actions.feeds import Served, serve_event, serve_feed
from calendar_service.web.languages import PARAMETER
from calendar_service.web.requested import service

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

blueprint = Blueprint("feeds", __name__)

CACHE = "public, max-age=300"


class CalendarResponse(Response):
    """A calendar, or the 304 in its place."""

    default_mimetype = "text/calendar"

    def get_wsgi_headers(self, environ: WSGIEnvironment) -> Headers:
        """Keeps Last-Modified on a 304: Werkzeug drops it there, and some apps ask by date."""
        headers = super().get_wsgi_headers(environ)
        headers["Last-Modified"] = self.headers["Last-Modified"]
        return headers


@blueprint.get("/feeds/<slug>.ics")
def feed(slug: str) -> Response:
    """A feed as iCalendar."""
    return _answer(serve_feed(service(), slug, _asked()), slug)


@blueprint.get("/events/<slug>.ics")
def event(slug: str) -> Response:
    """One event as iCalendar, for adding it to a calendar once."""
    return _answer(serve_event(service(), slug, _asked()), slug)


def _asked() -> str | None:
    """The language asked for; an empty `?lang=` asks for none, as on pages."""
    return request.args.get(PARAMETER) or None


def _answer(served: Served, slug: str) -> Response:
    """The bytes, or 304 where the client has them; both carry the validators (RFC 9110 15.4.5)."""
    response = CalendarResponse(served.content)
    if _has_it(served.etag, served.last_modified):
        response = CalendarResponse(status=304)
    response.set_etag(served.etag)
    response.headers["Last-Modified"] = http_date(served.last_modified)
    response.headers["Cache-Control"] = CACHE
    response.headers["Content-Language"] = served.language
    response.headers["Content-Disposition"] = dump_options_header(
        "inline", {"filename": f"{slug}.ics"}
    )
    return response


def _has_it(etag: str, last_modified: datetime) -> bool:
    """Whether the client's copy is current; If-None-Match wins over the date (RFC 9110 13.2.2)."""
    if "If-None-Match" in request.headers:
        return request.if_none_match.contains_weak(etag)
    since = request.if_modified_since
    return since is not None and last_modified <= since
