"""For machines: health, robots, and mails that come back."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from hmac import compare_digest
from http import HTTPStatus
from typing import TypeVar, cast

from flask import (
    Blueprint,
    Response,
    current_app,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as WerkzeugResponse

from calendar_service.actions.health import ready as check_ready
from calendar_service.actions.mapping import site_map
from calendar_service.actions.returned import take_returned
from calendar_service.web.headers import PRIVATE
from calendar_service.web.languages import language
from calendar_service.web.requested import service

LARGEST_RETURNED = 10 * 1024 * 1024
"""Octets; a mail server may send back whatever it was sent, and no more of it than this is read."""

Answer = TypeVar("Answer", Response, WerkzeugResponse)

blueprint = Blueprint("ops", __name__)

CACHE = "public, max-age=3600"

ROBOTS = ["User-agent: *", "Allow: /", *(f"Disallow: {path}" for path in PRIVATE)]


@blueprint.get("/healthz")
def live() -> Response:
    """Whether the process answers at all."""
    return _state("alive")


@blueprint.get("/readyz")
def ready() -> Response:
    """Whether it can serve: 503 while the database does not answer."""
    check_ready(service())
    return _state("ready")


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Lets feeds be fetched: Google refuses those that a robots.txt blocks."""
    lines = [*ROBOTS, f"Sitemap: {url_for('ops.sitemap', _external=True)}", ""]
    return _kept(Response("\n".join(lines), content_type="text/plain; charset=utf-8"))


@blueprint.get("/sitemap.xml")
def sitemap() -> Response:
    """The pages that there are, each in every language (sitemaps.org, with hreflang)."""
    known = site_map(service())
    pages: list[tuple[str, datetime | None]] = [(url_for("agenda.home", _external=True), None)]
    for feed, changed in known.feeds:
        pages.append((url_for("pages.feed", slug=feed.slug, _external=True), changed))
    for slug, changed in known.events:
        pages.append((url_for("pages.event", slug=slug, _external=True), changed))
    page = render_template("sitemap.xml", pages=pages)
    return _kept(Response(page, content_type="application/xml; charset=utf-8"))


@blueprint.get("/site.webmanifest")
def manifest() -> Response:
    """What a phone shows of the site on its first screen (W3C Web Application Manifest)."""
    icons = [("favicon.svg", "any", "image/svg+xml"), ("icon-512.png", "512x512", "image/png")]
    asset = cast("Callable[[str], str]", current_app.jinja_env.globals["asset"])
    document = {
        "name": service().settings.name,
        "short_name": service().settings.name,
        "lang": language(),
        "start_url": url_for("agenda.home", lang=language()),
        "display": "minimal-ui",
        "background_color": "#fbfaf7",
        "theme_color": "#fbfaf7",
        "icons": [{"src": asset(src), "sizes": sizes, "type": kind} for src, sizes, kind in icons],
    }
    written = json.dumps(document, ensure_ascii=False)
    response = Response(written, content_type="application/manifest+json; charset=utf-8")
    response.vary.add("Accept-Language")
    return _kept(response)


@blueprint.get("/favicon.ico")
def favicon() -> WerkzeugResponse:
    """For who asks without having looked into the page."""
    return _kept(redirect(url_for("static", filename="favicon.svg"), 301))


@blueprint.post("/bounces")
def bounces() -> Response:
    """Takes in a mail that came back, whole, from a mail server that knows the secret.

    Refused in plain words, for they end in that server's log.
    """
    secret = service().settings.bounces_secret
    if not secret:
        raise NotFound
    given = request.authorization
    token = given.token if given is not None and given.type == "bearer" else None
    if not compare_digest((token or "").encode(), secret.encode()):
        refused = _state("The secret is not that of CALENDAR_BOUNCES_SECRET.")
        refused.status_code = HTTPStatus.UNAUTHORIZED
        refused.www_authenticate = WWWAuthenticate("bearer")
        return refused
    request.max_content_length = LARGEST_RETURNED
    return _state(str(take_returned(service(), request.get_data(cache=False))))


def _kept(response: Answer) -> Answer:
    """What changes with a release or once in a while, and is asked for all day long."""
    response.headers["Cache-Control"] = CACHE
    return response


def _state(word: str) -> Response:
    """What is true at this moment alone, and so is never kept."""
    response = Response(f"{word}\n", content_type="text/plain; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    return response
