"""Whole applications that subscribe to a feed as their users do, and what they show of it."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from shutil import which
from typing import Any, Protocol, TypeVar

from tests.clients.evolution import COMMAND as EVOLUTION
from tests.clients.evolution import running_evolution
from tests.clients.reading import SYSTEM_PYTHON, ReadEntry, need
from tests.clients.thunderbird import COMMAND as THUNDERBIRD
from tests.clients.thunderbird import running_thunderbird

T = TypeVar("T")

PATIENCE = 30.0

_LIBRARY = "import gi; gi.require_version('ECal', '2.0'); gi.require_version('EDataServer', '1.2')"
_SERVICES = Path("/usr/share/dbus-1/services")


class Told(Protocol):
    """An application that does what it is told, each in its own way."""

    def tell(self, verb: str, *arguments: str) -> Any: ...


@dataclass(frozen=True, order=True)
class Shown:
    """What stands on a day; the hour, like 15:00, is of the zone that the application runs in."""

    day: str
    hour: str
    title: str
    cancelled: bool = False


@dataclass
class App:
    """A running application, subscribed to one calendar at a time."""

    name: str
    zone: str
    told: Told
    _subscribed: bool = False

    def subscribe(self, url: str) -> None:
        """Adds a calendar by its address, in the place of the one before."""
        self.unsubscribe()
        self.told.tell("subscribe", url)
        self._subscribed = True

    def unsubscribe(self) -> None:
        if self._subscribed:
            self.told.tell("unsubscribe")
        self._subscribed = False

    def refresh(self) -> None:
        """What a click on "Reload" does; what comes of it may be seen a little later."""
        self.told.tell("refresh")

    def shown(self, *months: str) -> list[Shown]:
        """All that it shows in months like 2026-07, by day and hour."""
        return sorted(Shown(**one) for month in months for one in self.told.tell("month", month))

    def occurrences(self, first: str, last: str) -> list[ReadEntry]:
        """All that begins between two days, the last excluded."""
        found = [ReadEntry(**one) for one in self.told.tell("occurrences", first, last)]
        return [one for one in found if first <= one.start < last]


APPS: Mapping[str, Callable[[Path, str], AbstractContextManager[Told]]] = {
    "Thunderbird": running_thunderbird,
    "evolution-data-server": running_evolution,
}


@contextmanager
def running_app(name: str, folder: Path, zone: str) -> Iterator[App]:
    """Starts an application in a time zone, with a folder for all that it keeps."""
    need(name, _is_there(name))
    with APPS[name](folder, zone) as told:
        yield App(name, zone, told)


def eventually(look: Callable[[], T], expected: T) -> None:
    """Fails unless what is looked at becomes what is expected."""
    end = time.monotonic() + PATIENCE
    while (seen := look()) != expected and time.monotonic() < end:
        time.sleep(0.1)
    assert seen == expected, f"{seen} is not {expected}"


@cache
def _is_there(name: str) -> bool:
    if name == "Thunderbird":
        return which(THUNDERBIRD[0]) is not None
    library = subprocess.run([SYSTEM_PYTHON, "-c", _LIBRARY], capture_output=True, check=False)
    service = any(_SERVICES.glob("org.gnome.evolution.dataserver.Calendar*"))
    return which(EVOLUTION[0]) is not None and library.returncode == 0 and service
