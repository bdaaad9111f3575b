"""Pages that are made once a minute at most, for as long as nothing is published."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial, wraps
from typing import ParamSpec

from flask import Response, current_app, make_response, request

from calendar_service.actions.feeds import feed_fingerprint
from calendar_service.domain.feeds import CUSTOM
from calendar_service.errors import NotFoundError
from calendar_service.web.copies import Copies
from calendar_service.web.languages import language, other_languages
from calendar_service.web.requested import service
from calendar_service.web.subscribing import device
from calendar_service.web.zones import guessed_zone

Values = ParamSpec("Values")

WITH_FORM = frozenset(["pages.event", "pages.feed"])
MOST_OCTETS = 16 * 1024 * 1024
LONGEST_QUERY = 300
"""Octets of a query whose page is kept; together they bound what is kept."""


@dataclass(frozen=True, slots=True)
class Made:
    """A page as its handler answered."""

    content: bytes
    status: int
    headers: tuple[tuple[str, str], ...]


def kept_pages() -> Copies[Made]:
    """Where an application keeps its pages."""
    return Copies[Made](lambda made: len(made.content), most_octets=MOST_OCTETS)


def kept(view: Callable[Values, Response]) -> Callable[Values, Response]:
    """A handler whose page depends on its address, what is published, and who asks.

    Of them, on their languages, device and zone. What time makes of it, such as what runs, is true
    to the minute.
    """

    @wraps(view)
    def answer(*args: Values.args, **values: Values.kwargs) -> Response:
        if len(request.query_string) > LONGEST_QUERY:
            return view(*args, **values)
        state = _state()
        if state is None:
            return view(*args, **values)
        pages: Copies[Made] = current_app.extensions["pages"]
        agent = device(request.user_agent.string)
        # A page with a form guesses the zone of who fills it in.
        zone = guessed_zone() if request.endpoint in WITH_FORM else ""
        spoken = (language(), *other_languages())
        asked = (request.path, request.query_string, spoken, agent, zone)
        made = pages.get(asked, state, partial(_make, partial(view, *args, **values)))
        response = Response(made.content, made.status)
        response.headers.update(made.headers)
        return response

    return answer


def _state() -> tuple[str, datetime] | None:
    """What is published, by its name, and the minute; None before anything was written."""
    minute = service().clock.now().replace(second=0, microsecond=0)
    try:
        return feed_fingerprint(service(), CUSTOM), minute
    except NotFoundError:
        return None


def _make(view: Callable[[], Response]) -> Made:
    response = make_response(view())
    return Made(response.get_data(), response.status_code, tuple(response.headers.items()))
