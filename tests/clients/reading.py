"""Other people's calendar readers, and what each reads of an address."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from shutil import which

import pytest

from tests.journeys.running_service import CHECKOUT

READERS = Path(__file__).parent / "readers"
KEPT = CHECKOUT / ".clients"
PYTHON = str(KEPT / "python" / "bin" / "python")
SYSTEM_PYTHON = "/usr/bin/python3"

COMMANDS: Mapping[str, Sequence[str]] = {
    "ical.js": ("node", str(READERS / "icaljs.mjs")),
    "node-ical": ("node", str(READERS / "nodeical.mjs")),
    "vobject": (PYTHON, str(READERS / "read_with_vobject.py")),
    "recurring-ical-events": (PYTHON, str(READERS / "read_with_recurring.py")),
    "vdirsyncer and khal": (PYTHON, str(READERS / "read_with_khal.py")),
    "libical": (SYSTEM_PYTHON, str(READERS / "read_with_libical.py")),
    "KCalendarCore": (SYSTEM_PYTHON, str(READERS / "read_with_kcalendarcore.py")),
}

RENAMING = {"vdirsyncer and khal"}
"""vdirsyncer gives what it fetches over HTTP identities of its own, digests of the content."""

ALL = "CALENDAR_READERS"
"""Set to `all`, as where main is guarded, it makes a failure of a reader that is missing."""


@dataclass(frozen=True)
class ReadEntry:
    """An event, or an occurrence: a day or an instant in UTC, the end excluded."""

    uid: str
    title: str
    start: str
    end: str
    all_day: bool


def environment() -> dict[str, str]:
    return {**os.environ, "NODE_HOME": str(KEPT / "node"), "KEPT": str(KEPT), "TZ": "UTC"}


def read_with(reader: str, url: str, *between: str) -> list[ReadEntry]:
    """The events that a reader finds, or the occurrences that begin between two days."""
    command = COMMANDS[reader]
    need(reader, which(command[0]) is not None)
    done = subprocess.run(
        [*command, url, *between], env=environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return [_entry(one) for one in _parsed(done.stdout)]


def need(reader: str, there: bool) -> None:
    """Skips where a reader is missing, by its name; where main is guarded that is a failure."""
    if there:
        return
    words = f"{reader} is missing; `make -C tests/clients ready` installs it"
    if os.environ.get(ALL) == "all":
        pytest.fail(words)
    pytest.skip(words)


def _parsed(output: str) -> list[dict[str, object]]:
    """The printed events; khal prints a list for each day."""
    found: list[dict[str, object]] = []
    for line in output.splitlines():
        if line.strip():
            found += json.loads(line)
    return found


def _entry(one: dict[str, object]) -> ReadEntry:
    if "start-long-full" not in one:
        return ReadEntry(**one)  # type: ignore[arg-type]
    all_day = one["all-day"] == "True"
    start, end = str(one["start-long-full"]), str(one["end-long-full"])
    if all_day:  # khal tells the last day itself
        start, end = str(one["start-date-long"]), _day_after(str(one["end-date-long"]))
    return ReadEntry(str(one["uid"]), str(one["title"]), start, end, all_day)


def _day_after(day: str) -> str:
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat()
