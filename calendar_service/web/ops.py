"""For machines: health, robots."""

from __future__ import annotations

from flask import Blueprint, Response

from calendar_service.actions.health import ready as check_ready
from calendar_service.web.headers import PRIVATE
from calendar_service.web.requested import service

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


def _state(word: str) -> Response:
    """What is true at this moment alone, and so is never kept."""
    response = Response(f"{word}\n", content_type="text/plain; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    return response
