"""Serves what is measured: `python -m bench.serve APP FOLDER PORT [SERVER [WORKERS]]`.

SERVER is `granian`, which the service itself uses, or another one of bench/servers.py.
"""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.apps import APPS
from calendar_service.web.server import THREADS, serve

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask


def _waitress(make: Callable[[], Flask], port: int, _workers: int) -> None:
    import waitress  # noqa: PLC0415 - only where it is measured

    waitress.serve(make(), host="127.0.0.1", port=port, threads=THREADS)


def _gunicorn(kind: str, make: Callable[[], Flask], port: int, workers: int) -> None:
    from gunicorn.app.base import BaseApplication  # noqa: PLC0415 - the same

    class Application(BaseApplication):  # type: ignore[misc] # it has no types
        def load_config(self) -> None:
            threads = THREADS if kind == "gthread" else 1
            bound = f"127.0.0.1:{port}"
            told: dict[str, Any] = {"bind": bound, "workers": workers, "worker_class": kind}
            for name, value in (told | {"threads": threads, "keepalive": 75}).items():
                self.cfg.set(name, value)

        def load(self) -> Flask:
            return make()

    Application().run()


def main(name: str, folder: str, port: str, under: str = "granian", workers: str = "1") -> None:
    """Serves until it is ended."""
    make = partial(APPS[name], Path(folder))
    if under == "granian":
        serve(make, "127.0.0.1", int(port), workers=int(workers))
    elif under == "waitress":
        _waitress(make, int(port), int(workers))
    else:
        _gunicorn(under, make, int(port), int(workers))


if __name__ == "__main__":
    main(*sys.argv[1:])
