"""The picture of an event's page, drawn when it is first asked for."""

from __future__ import annotations

import hashlib
from functools import partial

from flask import Blueprint, Response, current_app, url_for

from calendar_service.actions.pages import EventPage, event_page
from calendar_service.syndication.pictures import Poster, draw
from calendar_service.web.conditional import has_it
from calendar_service.web.copies import Copies
from calendar_service.web.languages import language
from calendar_service.web.presenting import Card, card_of
from calendar_service.web.requested import service

blueprint = Blueprint("pictures", __name__)

MOST_OCTETS = 16 * 1024 * 1024
"""Of all pictures together: some seven hundred of them."""

CACHE = "public, max-age=86400"


def kept_pictures() -> Copies[bytes]:
    """Where an application keeps what it has drawn."""
    return Copies[bytes](len, most_octets=MOST_OCTETS)


@blueprint.get("/events/<slug>.png")
def picture(slug: str) -> Response:
    """An event's title, date and place as a picture, for whoever shares its page."""
    poster = _poster(card_of(event_page(service(), slug).entry))
    etag = _digest(poster)
    if has_it([etag], None):
        response = Response(status=304)
    else:
        pictures: Copies[bytes] = current_app.extensions["pictures"]
        drawn = pictures.get((slug, language()), etag, partial(draw, poster))
        response = Response(drawn, mimetype="image/png")
    response.set_etag(etag)
    response.headers["Cache-Control"] = CACHE
    return response


def picture_address(page: EventPage) -> str:
    """The picture's whole address; it is another one when it shows something else."""
    card = card_of(page.entry)
    version = _digest(_poster(card))[:12]
    return url_for("pictures.picture", slug=card.slug, lang=language(), v=version, _external=True)


def _poster(card: Card) -> Poster:
    first, last = card.first, card.last
    return Poster(
        title=card.title.text,
        weekday=_span(first.weekday if first else "", last.weekday if last else ""),
        day=_span(first.day if first else "?", last.day if last else ""),
        month=_span(first.month, last.month if last else "") if first else card.month,
        when=card.when,
        place=card.place.text,
        mark=card.mark,
        publisher=service().settings.name,
    )


def _span(first: str, last: str) -> str:
    return f"{first}–{last}" if last and last != first else first


def _digest(poster: Poster) -> str:
    return hashlib.sha256(repr(poster).encode()).hexdigest()[:32]
