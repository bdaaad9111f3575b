"""Serves one of the applications that are measured: `python -m bench.serve APP FOLDER PORT`."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

from bench.apps import APPS
from calendar_service.web.server import serve

if __name__ == "__main__":
    name, folder, port = sys.argv[1:]
    serve(partial(APPS[name], Path(folder)), "127.0.0.1", int(port), workers=1)
