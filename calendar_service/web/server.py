"""Serves the application with waitress, a WSGI server that is pure Python and needs no compiler."""

from __future__ import annotations

import signal
import sys
from types import FrameType

import waitress

from calendar_service.actions.service import Service
from calendar_service.web.app import create_app

THREADS = 8


def serve(service: Service, bind: str) -> None:
    """Serves until SIGTERM or SIGINT, then ends in order."""
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGINT, _end)
    waitress.serve(create_app(service), listen=bind, threads=THREADS, ident=None)


def _end(_number: int, _frame: FrameType | None) -> None:
    sys.exit(0)
