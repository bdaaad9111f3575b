"""Serves the application with granian, whose workers wait for clients outside of Python.

A slow client costs it no thread, and a small answer a third of the time that others take; see
docs/speed.md for what was measured.
"""

from __future__ import annotations

import ctypes
import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from granian import Granian
from granian.constants import Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

THREADS = 4
"""Requests that a worker answers at once: enough that one waiting for a lock holds up no other."""

GRACE = 8
"""Seconds that a worker has to finish its answers; less than the supervisor's patience."""

LARGE = 2 * 1024 * 1024
"""Octets from which on memory is taken from the system by itself, and given back to it at once."""

KEPT_FREE = 128 * 1024
"""Octets at the heap's end that are kept although they are free."""

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3

HEADERS_WITHIN = 15_000
"""Milliseconds in which a client must have sent its headers."""


def serve(make: Callable[[], WSGIApplication], host: str, port: int, *, workers: int) -> None:
    """Serves an application until SIGTERM or SIGINT, then ends in order.

    It is made in each worker, a process of its own.
    """
    _give_memory_back()
    server = Granian(
        "calendar_service.web.server",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=THREADS,
        backpressure=THREADS * 32,
        websockets=False,
        http1_settings=HTTP1Settings(header_read_timeout=HEADERS_WITHIN),
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        respawn_interval=0,
        workers_kill_timeout=GRACE,
    )
    server.serve(target_loader=partial(_load, make, os.getpid()), wrap_loader=False)


def _give_memory_back() -> None:
    """Lets glibc return what a large answer took, and not keep it for more of that size.

    It would raise both limits by itself with the first large answer that it frees (mallopt(3)).
    Other C libraries have none of them.
    """
    with suppress(OSError, AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_TRIM_THRESHOLD, KEPT_FREE)
        mallopt(_MMAP_THRESHOLD, LARGE)


def _load(make: Callable[[], WSGIApplication], parent: int) -> WSGIApplication:
    threading.Thread(target=_end_with, args=(parent,), name="parent watch", daemon=True).start()
    return make()


def _end_with(parent: int) -> None:
    """Ends this worker when the process that started it is gone, however that came."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGKILL)
