"""For machines: health, robots."""

from __future__ import annotations

from flask import Blueprint, Response

from calendar_service.actions.health import ready as check_ready
from calendar_service.web.requested import service

blueprint = Blueprint("ops", __name__)

ROBOTS = """\
User-agent: *
Allow: /
Disallow: /confirm/
Disallow: /unsubscribe/
"""


@blueprint.get("/healthz")
def live() -> Response:
    """Whether the process answers at all."""
    return Response("alive\n", content_type="text/plain; charset=utf-8")


@blueprint.get("/readyz")
def ready() -> Response:
    """Whether it can serve: 503 while the database does not answer."""
    check_ready(service())
    return Response("ready\n", content_type="text/plain; charset=utf-8")


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Lets feeds be fetched: Google refuses those that a robots.txt blocks."""
    return Response(ROBOTS, content_type="text/plain; charset=utf-8")
