"""evolution-data-server in a D-Bus session and folders of its own, without Evolution's windows."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from tests.clients.reading import READERS, SYSTEM_PYTHON

COMMAND = ("dbus-run-session", "--", SYSTEM_PYTHON, str(READERS / "evolution.py"))
PATIENCE = 60.0


class Evolution:
    """A running evolution-data-server."""

    def __init__(self, asks: IO[str], answers: IO[str], log: Path) -> None:
        self._asks, self._answers, self._log = asks, answers, log

    def tell(self, verb: str, *arguments: str) -> Any:
        """What readers/evolution.py gives for a verb."""
        self._asks.write(json.dumps([verb, *arguments]) + "\n")
        self._asks.flush()
        answer = self._answers.readline()
        assert answer, f"evolution-data-server has ended: {self._log.read_text()[-2000:]}"
        return json.loads(answer)


@contextmanager
def running_evolution(folder: Path, zone: str) -> Iterator[Evolution]:
    """Starts it in a zone, and ends it with its session at the end."""
    folder.mkdir(parents=True, exist_ok=True)
    log_file = folder / "evolution.log"
    with log_file.open("wb") as log:
        process = subprocess.Popen(
            COMMAND,
            env=_environment(folder, zone),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    with process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield Evolution(process.stdin, process.stdout, log_file)
        process.stdin.close()
        process.wait(PATIENCE)


def _environment(folder: Path, zone: str) -> dict[str, str]:
    """Nothing of whoever runs the tests: no settings, no accounts, no proxy, no display."""
    own = {"HOME": folder, "XDG_RUNTIME_DIR": folder / "run"}
    own |= {f"XDG_{name}_HOME": folder / name.lower() for name in ("CACHE", "CONFIG", "DATA")}
    own["XDG_RUNTIME_DIR"].mkdir(mode=0o700)
    plain = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "GSETTINGS_BACKEND": "memory"}
    return {**plain, "TZ": zone, **{name: str(path) for name, path in own.items()}}
