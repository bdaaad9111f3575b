"""What calendar apps fetch. The address alone says what it is: nothing but the coding is agreed."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from flask import Blueprint, Response, current_app, request
from werkzeug.datastructures import Headers
from werkzeug.exceptions import BadRequest
from werkzeug.http import dump_options_header, http_date, quote_etag

from calendar_service.actions.codings import CODINGS, IDENTITY
from calendar_service.actions.feeds import FeedWish, serve_event
from calendar_service.domain.alarms import MOST_ALARMS, AlarmError, parse_alarm
from calendar_service.domain.feeds import CUSTOM, Cancelled
from calendar_service.domain.search import NAMES, Search
from calendar_service.language.negotiation import LONGEST_TAG
from calendar_service.web.languages import PARAMETER
from calendar_service.web.ready import NOTE, Note
from calendar_service.web.requested import service
from calendar_service.web.shelf import Shelf

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

blueprint = Blueprint("feeds", __name__)

PARAMETERS = (PARAMETER, "cancelled", "alarm")
ONCE = (PARAMETER, "cancelled")
MOST_VALUES = 50
LONGEST_VALUE = 200
LONGEST_SHOWN = 60
LONGEST_SEARCH = 2000
"""Characters of all values together: what a search costs to keep is bounded, too."""

CACHE = "public, max-age=300, stale-while-revalidate=3600, stale-if-error=86400"
"""Caches that many readers share may answer for five minutes, and for a day while we cannot."""


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
    shelf: Shelf = current_app.extensions["feed_shelf"]
    wish, coding = _wish(slug), _coding()
    edition = shelf.edition(slug, wish)
    tags = [_tag(edition.etag, coding) for coding in CODINGS]
    if _has_it(tags, edition.last_modified):
        response = CalendarResponse(status=304)
    else:
        edition, content = shelf.content(edition, coding)
        response = CalendarResponse(content)
        if coding != IDENTITY:
            response.headers["Content-Encoding"] = coding
    response.vary.add("Accept-Encoding")
    tag = _tag(edition.etag, coding)
    if NOTE in request.environ:
        quoted = frozenset(quote_etag(one) for one in tags)
        date = http_date(edition.last_modified)
        request.environ[NOTE].append(Note(slug, edition, coding, quoted, date))
    return _described(response, tag, edition.last_modified, edition.language, slug)


@blueprint.get("/events/<slug>.ics")
def event(slug: str) -> Response:
    """One event as iCalendar, for adding it to a calendar once."""
    _check_query((PARAMETER,))
    served = serve_event(service(), slug, _asked())
    response = CalendarResponse(served.content)
    if _has_it([served.etag], served.last_modified):
        response = CalendarResponse(status=304)
    return _described(response, served.etag, served.last_modified, served.language, slug)


def _asked() -> str | None:
    """The language asked for; an empty `?lang=` asks for none, as on pages.

    No language has so long a name that it needs more of it, and what is asked is kept.
    """
    return request.args.get(PARAMETER, "")[: LONGEST_TAG + 1] or None


def _wish(slug: str) -> FeedWish:
    """What the address asks for; raises BadRequest that names what no feed has."""
    of_all = slug == CUSTOM
    _check_query((*PARAMETERS, *NAMES) if of_all else PARAMETERS)
    cancelled = request.args.get("cancelled") or Cancelled.MARK
    if cancelled not in list(Cancelled):
        raise BadRequest(f"cancelled={_short(cancelled)} is none of {', '.join(Cancelled)}.")
    return FeedWish(_asked(), Cancelled(cancelled), _alarms(), _search() if of_all else None)


def _check_query(known: tuple[str, ...]) -> None:
    """Raises BadRequest for a name that is none, for two where one counts, for broken UTF-8."""
    for name in request.args:
        if name not in known:
            raise BadRequest(f"There is no parameter {_short(name)}; there are {', '.join(known)}.")
    for name in ONCE:
        if len(request.args.getlist(name)) > 1:
            raise BadRequest(f"{name} is there twice; keep one.")
    for pair in request.query_string.decode("latin-1").split("&"):
        name, _, value = pair.partition("=")
        if name != PARAMETER and not _is_utf8(unquote_to_bytes(value)):
            raise BadRequest(f"The value of {_short(name)} is not UTF-8; write the address anew.")


def _is_utf8(octets: bytes) -> bool:
    try:
        octets.decode()
    except UnicodeDecodeError:
        return False
    return True


def _short(text: str) -> str:
    """A word of an address as a message shows it."""
    return repr(text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…")


def _alarms() -> tuple[str, ...]:
    try:
        alarms = {parse_alarm(text) for text in request.args.getlist("alarm") if text}
    except AlarmError as error:
        raise BadRequest(str(error)) from error
    if len(alarms) > MOST_ALARMS:
        raise BadRequest(f"{len(alarms)} alarms are too many; {MOST_ALARMS} are the most.")
    return tuple(sorted(alarms))


def _search() -> Search:
    """A reader's own selection, in one order, so that equal ones are one."""
    found = {name: sorted(set(filter(None, request.args.getlist(name)))) for name in NAMES}
    for name, values in found.items():
        if len(values) > MOST_VALUES or any(len(value) > LONGEST_VALUE for value in values):
            raise BadRequest(
                f"{name} has {MOST_VALUES} values at most, of {LONGEST_VALUE} characters each."
            )
    if sum(len(value) for values in found.values() for value in values) > LONGEST_SEARCH:
        raise BadRequest(f"This selection is too long; {LONGEST_SEARCH} characters are the most.")
    return Search(**{name: tuple(values) for name, values in found.items()})


def _coding() -> str:
    """The best coding that the client asks for by name; none unless it asks (RFC 9110 12.5.3)."""
    if not service().settings.compress:
        return IDENTITY
    accepted = request.accept_encodings
    offered = [name for name in CODINGS if name != IDENTITY and accepted[name] > 0]
    named = {name.lower() for name, _ in accepted}
    wanted = [name for name in offered if name in named]
    return max(wanted, key=lambda name: accepted[name], default=IDENTITY)


def _tag(etag: str, coding: str) -> str:
    """Other bytes need another strong tag, and a coding's bytes are others (RFC 9110 8.8.3.3)."""
    return etag if coding == IDENTITY else f"{etag}-{coding}"


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


def _has_it(tags: list[str], last_modified: datetime) -> bool:
    """Whether the client's copy, in whatever coding, is current.

    If-None-Match wins over the date (RFC 9110 13.2.2).
    """
    if "If-None-Match" in request.headers:
        held = request.if_none_match
        return any(held.contains_weak(tag) for tag in tags)
    since = request.if_modified_since
    return since is not None and last_modified <= since
