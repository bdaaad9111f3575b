"""Serves the application with waitress, a WSGI server that is pure Python and needs no compiler."""

from __future__ import annotations

import signal
import sys
from types import FrameType

import waitress

from calendar_service.actions.service import Service
from calendar_service.web.app import create_app

THREADS = 8

LARGEST_BODY = 1024 * 1024
"""Octets that waitress takes in before anybody is asked; beyond, it refuses by itself.

Up to here the application refuses what is larger than a form, with a page in the reader's language.
"""


def serve(service: Service, bind: str) -> None:
    """Serves until SIGTERM or SIGINT, then ends in order."""
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGINT, _end)
    waitress.serve(
        create_app(service),
        listen=bind,
        threads=THREADS,
        ident=None,
        max_request_body_size=LARGEST_BODY,
    )


def _end(_number: int, _frame: FrameType | None) -> None:
    sys.exit(0)
