"""By whose clocks an answer tells hours besides the event's own: `?zone=`, else the site's."""

from __future__ import annotations

from flask import Flask, g, request

from calendar_service.domain.zones import zone_names
from calendar_service.language.zones import zone_of_land
from calendar_service.web.languages import gettext
from calendar_service.web.requested import service
from calendar_service.web.wishes import LONGEST_VALUE

PARAMETER = "zone"


def install(app: Flask) -> None:
    """Looks before each request."""
    app.before_request(_look)


def reader_zone() -> str:
    """The zone of the reader, as far as it is known."""
    return str(g.zone or service().settings.zone)


def guessed_zone() -> str:
    """The zone that somebody is likely to live in: that of the hours they see, or of their land."""
    accepted = request.headers.get("Accept-Language", "")
    return str(g.zone or zone_of_land(accepted) or service().settings.zone)


def asked_zone() -> str | None:
    """The zone that the address names, if there is such a one."""
    return str(g.zone) if g.zone else None


def zone_problems() -> list[str]:
    """What is wrong with the zone that the address names, in words."""
    if not g.unknown_zone:
        return []
    words = gettext("No time zone is called “%(zone)s”. Write it like Europe/Brussels.")
    return [words % {"zone": g.unknown_zone[:LONGEST_VALUE]}]


def _look() -> None:
    asked = request.args.get(PARAMETER, "")
    g.zone = asked if asked in zone_names() else None
    g.unknown_zone = "" if g.zone else asked
