"""Whether somebody's copy is current, and in which coding an answer goes out (RFC 9110 8.8, 13)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from flask import Response, request
from werkzeug.datastructures import Headers

from calendar_service.actions.codings import CODINGS, IDENTITY
from calendar_service.web.requested import service

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment


class DatedResponse(Response):
    """What has a date of its last change, or the 304 in its place."""

    def get_wsgi_headers(self, environ: WSGIEnvironment) -> Headers:
        """Keeps Last-Modified on a 304: Werkzeug drops it there, and some apps ask by date."""
        headers = super().get_wsgi_headers(environ)
        headers["Last-Modified"] = self.headers["Last-Modified"]
        return headers


def chosen_coding() -> str:
    """The best coding that the client asks for by name; none unless it asks (RFC 9110 12.5.3).

    Who takes anything but what is not coded asks for all of them.
    """
    if not service().settings.compress:
        return IDENTITY
    accepted = request.accept_encodings
    named = {name.lower() for name, _ in accepted}
    if accepted[IDENTITY] <= 0 < accepted["*"]:
        named |= CODINGS.keys()
    wanted = [name for name in CODINGS if name in named and accepted[name] > 0]
    return max(wanted, key=lambda name: accepted[name], default=IDENTITY)


def coded_tag(etag: str, coding: str) -> str:
    """Other bytes need another strong tag, and a coding's bytes are others (RFC 9110 8.8.3.3)."""
    return etag if coding == IDENTITY else f"{etag}-{coding}"


def has_it(tags: Iterable[str], last_modified: datetime | None) -> bool:
    """Whether the client's copy, in whatever coding, is current.

    If-None-Match wins over the date (RFC 9110 13.2.2).
    """
    if "If-None-Match" in request.headers:
        held = request.if_none_match
        return any(held.contains_weak(tag) for tag in tags)
    since = request.if_modified_since
    return since is not None and last_modified is not None and last_modified <= since
