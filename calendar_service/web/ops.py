"""For machines: health, robots, and mails that come back."""

from __future__ import annotations

from hmac import compare_digest

from flask import Blueprint, Response, request
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import NotFound, Unauthorized

from calendar_service.actions.health import ready as check_ready
from calendar_service.actions.returned import take_returned
from calendar_service.web.headers import PRIVATE
from calendar_service.web.requested import service

LARGEST_RETURNED = 10 * 1024 * 1024
"""Octets; a mail server may send back whatever it was sent, and no more of it than this is read."""

blueprint = Blueprint("ops", __name__)

ROBOTS = "\n".join(["User-agent: *", "Allow: /", *(f"Disallow: {path}" for path in PRIVATE), ""])


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
    return Response(ROBOTS, content_type="text/plain; charset=utf-8")


@blueprint.post("/bounces")
def bounces() -> Response:
    """Takes in a mail that came back, whole, from a mail server that knows the secret."""
    secret = service().settings.bounces_secret
    if not secret:
        raise NotFound
    given = request.authorization
    token = given.token if given is not None and given.type == "bearer" else None
    if not compare_digest((token or "").encode(), secret.encode()):
        raise Unauthorized(www_authenticate=WWWAuthenticate("bearer"))
    request.max_content_length = LARGEST_RETURNED
    return _state(str(take_returned(service(), request.get_data(cache=False))))


def _state(word: str) -> Response:
    """What is true at this moment alone, and so is never kept."""
    response = Response(f"{word}\n", content_type="text/plain; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    return response
