"""What handlers ask of the request at hand."""

from __future__ import annotations

from typing import cast

from flask import current_app

from calendar_service.actions.service import Service


def service() -> Service:
    """The service that this application was built for."""
    return cast("Service", current_app.extensions["calendar_service"])
