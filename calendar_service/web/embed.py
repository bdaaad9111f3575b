"""What other people's pages show of a feed in a frame: a short list that can wear their colours."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, make_response, render_template, request, url_for
from werkzeug.exceptions import NotFound

from calendar_service.actions.agenda import agenda
from calendar_service.actions.pages import feed_page
from calendar_service.domain.feeds import CUSTOM
from calendar_service.store.queries.listed import Chosen
from calendar_service.web.choosing import chosen, query_of, read_search_of_page
from calendar_service.web.kept_pages import kept
from calendar_service.web.languages import gettext, language
from calendar_service.web.presenting import card_of
from calendar_service.web.requested import service
from calendar_service.web.tongues import Said, called, said_here
from calendar_service.web.wishes import LONGEST_SHOWN
from calendar_service.web.zones import zone_problems

blueprint = Blueprint("embed", __name__)

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; "
    "form-action 'none'; base-uri 'none'; frame-ancestors *"
)
"""As strict as that of pages, but for who may frame it."""

THEMES = ("light", "dark")
COLOURS = ("accent", "paper", "ink")
MOST, USUAL = 20, 5
CACHE_OF_COLOURS = "public, max-age=86400"
_HEX = re.compile(r"(?:[0-9a-f]{3}){1,2}", re.ASCII | re.IGNORECASE)


@blueprint.get("/embed/<slug>")
@kept
def feed(slug: str) -> Response:
    """What runs and comes next of a feed, or of a selection of one's own.

    `?theme=light` or `dark` in the place of the device's choice; `?accent=`, `paper=` and `ink=`
    colours as `1b4b7a`; `?limit=` so many events, twenty at most. Anything else is told in the
    frame, which has all that can be had.
    """
    problems = [*zone_problems(), *_meaningless()]
    title, page, some = _subject(slug, problems)
    now = agenda(service(), some)
    shown = [card_of(entry, running=True) for entry in now.running]
    shown += [card_of(entry) for entry in now.coming]
    colours = _colours()
    theme = request.args.get("theme", "")
    made = render_template(
        "embed.html",
        title=title,
        page=page,
        cards=shown[: _limit()],
        theme=theme if theme in THEMES else "",
        colours=f"{url_for('embed.colours')}?{urlencode(colours)}" if colours else "",
        problems=problems,
    )
    return make_response(made, 400 if problems else 200)


@blueprint.after_request
def let_be_framed(response: Response) -> Response:
    """What is wrong is told in the frame, too: a browser shows nothing that may not be framed."""
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@blueprint.get("/embed.css")
def colours() -> Response:
    """The colours that a frame's address names, as a style sheet: none stand in a page itself."""
    rules = "".join(f"--{name}:#{value};" for name, value in _colours().items())
    response = Response(f":root:root{{{rules}}}\n", content_type="text/css; charset=utf-8")
    response.headers["Cache-Control"] = CACHE_OF_COLOURS
    return response


def _subject(slug: str, problems: list[str]) -> tuple[Said, str, Chosen]:
    """The title, the page and the events of what is framed."""
    if slug != CUSTOM:
        feed = feed_page(service(), slug).feed
        page = url_for("pages.feed", slug=slug, lang=language(), _external=True)
        return called(feed), page, Chosen(feed=slug)
    search = read_search_of_page(problems)
    if not search.values:
        raise NotFound
    query: dict[str, Any] = {"lang": language(), **query_of(search)}
    page = url_for("agenda.home", _external=True, **query)
    return said_here(gettext("Selected events")), page, chosen(search)


def _meaningless() -> Iterator[str]:
    """What of the looks that the address asks for nobody can make anything of."""
    for name, can_be_had in LOOKS.items():
        asked = request.args.get(name, "")
        if asked and not can_be_had(asked):
            words = gettext(
                "“%(name)s=%(value)s” means nothing here. A theme is light or dark, a colour is "
                "written like 1b4b7a, and a limit is a number from 1 to %(most)s."
            )
            yield words % {"name": name, "value": asked[:LONGEST_SHOWN], "most": MOST}


def _limit() -> int:
    asked = request.args.get("limit", "")
    return min(max(int(asked), 1), MOST) if _is_number(asked) else USUAL


def _is_limit(text: str) -> bool:
    return _is_number(text) and 1 <= int(text) <= MOST


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 4


def _is_colour(text: str) -> bool:
    return _HEX.fullmatch(text.removeprefix("#")) is not None


LOOKS: Mapping[str, Callable[[str], bool]] = {
    "theme": THEMES.__contains__,
    **dict.fromkeys(COLOURS, _is_colour),
    "limit": _is_limit,
}
"""How a frame can look, and what its address can say of it."""


def _colours() -> dict[str, str]:
    asked = {name: request.args.get(name, "") for name in COLOURS}
    return {
        name: value.removeprefix("#").lower() for name, value in asked.items() if _is_colour(value)
    }
