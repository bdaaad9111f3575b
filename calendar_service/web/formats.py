"""Feeds as news readers, spreadsheets and search engines fetch them."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, Response, current_app
from werkzeug.http import dump_options_header, http_date
from werkzeug.routing import BaseConverter

from calendar_service.actions.codings import CODINGS, IDENTITY
from calendar_service.actions.feeds import FeedWish, Served, feed_fingerprint, keep_up_to_date
from calendar_service.actions.selections import Selections
from calendar_service.actions.syndicating import FORMATS, serve_in_format
from calendar_service.web.conditional import DatedResponse, chosen_coding, coded_tag, has_it
from calendar_service.web.copies import Copies
from calendar_service.web.feeds import CACHE
from calendar_service.web.languages import PARAMETER
from calendar_service.web.requested import service
from calendar_service.web.wishes import read_wish

blueprint = Blueprint("formats", __name__)

PARAMETERS = (PARAMETER, "cancelled")
KINDS = [(ending, one.content_type.partition(";")[0]) for ending, one in FORMATS.items()]
"""Each ending with what a link to it says that it is."""

MOST_OCTETS = 6 * 1024 * 1024
"""Of all that is kept of a format, and as much of it compressed; what alone has more is made for
each request."""


class Ending(BaseConverter):
    """The ending of a format's address."""

    regex = "|".join(FORMATS)
    part_isolating = True


class WrittenFeeds:
    """Feeds in each format and coding, made once for each state of the feed."""

    def __init__(self, selections: Selections) -> None:
        self._selections = selections
        self._served = {one: Copies(_octets, most_octets=MOST_OCTETS) for one in FORMATS}
        self._coded = {one: Copies[bytes](len, most_octets=MOST_OCTETS) for one in FORMATS}

    def served(self, slug: str, wish: FeedWish, ending: str) -> Served:
        """A feed as wished; raises UnknownFeedError, EndedFeedError or UnknownValueError."""
        keep_up_to_date(service(), slug)
        today = service().clock.now().date() if wish.search and wish.search.past else None
        state = feed_fingerprint(service(), slug), today
        asked = (slug, wish, ending)
        make = partial(serve_in_format, service(), self._selections, *asked)
        return self._served[ending].get(asked, state, make)

    def content(self, served: Served, ending: str, coding: str) -> bytes:
        """Its bytes in a coding."""
        if coding == IDENTITY:
            return served.content
        make = partial(CODINGS[coding], served.content)
        return self._coded[ending].get((served.etag, coding), served.etag, make)


def _octets(served: Served) -> int:
    return len(served.content)


@blueprint.get("/feeds/<slug>.<ending:ending>")
def feed(slug: str, ending: str) -> Response:
    """A feed in one of the formats."""
    written: WrittenFeeds = current_app.extensions["written_feeds"]
    wish, coding = read_wish(slug, PARAMETERS), chosen_coding()
    served = written.served(slug, wish, ending)
    if has_it([coded_tag(served.etag, one) for one in CODINGS], served.last_modified):
        response = DatedResponse(status=304)
    else:
        response = DatedResponse(written.content(served, ending, coding))
        if coding != IDENTITY:
            response.headers["Content-Encoding"] = coding
    response.vary.add("Accept-Encoding")
    response.set_etag(coded_tag(served.etag, coding))
    response.headers["Last-Modified"] = http_date(served.last_modified)
    response.headers["Content-Type"] = FORMATS[ending].content_type
    response.headers["Content-Language"] = served.language
    response.headers["Cache-Control"] = CACHE
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Content-Disposition"] = dump_options_header(
        "inline", {"filename": f"{slug}.{ending}"}
    )
    return response
