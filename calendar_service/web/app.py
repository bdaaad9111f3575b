"""Builds the Flask application of a service."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Flask, url_for
from jinja2 import StrictUndefined

from calendar_service.actions.selections import Selections
from calendar_service.actions.service import Service
from calendar_service.web import (
    addresses,
    agenda,
    embed,
    errors,
    feeds,
    formats,
    headers,
    languages,
    ops,
    pages,
    pictures,
    preferences,
    private_calendars,
    signup,
    zones,
)
from calendar_service.web.asked import passed_over
from calendar_service.web.compression import compressed_files
from calendar_service.web.kept_pages import kept_pages
from calendar_service.web.ready import ReadyAnswers
from calendar_service.web.shelf import Shelf
from calendar_service.web.tongues import breakable, in_tongue, phrased, tongue, unbroken

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

LARGEST_FORM = 128 * 1024
"""Octets: a sign-up form has a few hundred, but one with ten thousand letters of any script, which
have up to twelve octets each in it, is answered with what was typed."""

ONE_YEAR = 365 * 24 * 3600


def create_app(service: Service) -> Flask:
    """The application; handlers find the service in its extensions."""
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_FORM
    app.config["MAX_FORM_PARTS"] = 50
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = ONE_YEAR
    app.extensions["calendar_service"] = service
    selections = app.extensions["selections"] = Selections(service)
    app.extensions["feed_shelf"] = Shelf(service, selections)
    app.extensions["written_feeds"] = formats.WrittenFeeds(selections)
    app.extensions["pages"] = kept_pages()
    app.extensions["private_calendars"] = private_calendars.kept_calendars()
    app.extensions["pictures"] = pictures.kept_pictures()
    app.extensions["compressed_files"] = compressed_files()
    app.url_map.converters["ending"] = formats.Ending
    app.jinja_options = {"undefined": StrictUndefined, "extensions": ["jinja2.ext.i18n"]}
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(asset=_asset_address(app), settings=service.settings)
    app.jinja_env.filters.update(
        unbroken=unbroken, breakable=breakable, in_tongue=in_tongue, phrased=phrased
    )
    app.jinja_env.globals.update(tongue=tongue, passed_over=passed_over)
    app.jinja_env.globals["month_now"] = agenda.month_link
    for part in (agenda, pages, pictures, embed, feeds, formats, signup, ops):
        app.register_blueprint(part.blueprint)
    for part in (preferences, private_calendars):
        app.register_blueprint(part.blueprint)
    for part in (languages, zones, headers, errors, addresses):
        part.install(app)
    at_origin = _at_origin(app.wsgi_app, service.settings.origin)
    ready = ReadyAnswers(at_origin, app.extensions["feed_shelf"])
    app.wsgi_app = ready  # type: ignore[assignment, method-assign]
    return app


def _at_origin(inner: WSGIApplication, origin: str) -> WSGIApplication:
    """Serves as if asked at the origin: a Host header is anybody's word, and may be malformed."""
    parts = urlsplit(origin)
    asked_at = {"HTTP_HOST": parts.netloc, "wsgi.url_scheme": parts.scheme}
    return lambda environ, start_response: inner({**environ, **asked_at}, start_response)


def _asset_address(app: Flask) -> Callable[[str], str]:
    """The address of a static file, with a digest of it, so that it may be cached for good."""
    folder = Path(str(app.static_folder))

    @cache
    def digest(name: str) -> str:
        return hashlib.sha256((folder / name).read_bytes()).hexdigest()[:12]

    return lambda name: url_for("static", filename=name, v=digest(name))
