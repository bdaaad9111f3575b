"""What holds for every test: real databases, no connection off this machine, clean calendars."""

from __future__ import annotations

import gc
import ipaddress
import socket
from typing import Any

import pytest

from calendar_service.ical import calendars
from tests.ical.linted import assert_clean

pytest_plugins = ["tests.stores"]

ON_BOTH = ("store",)
"""What `make test` tries on PostgreSQL too; `make test-thorough` tries all else there, and
`make test-faults` its own."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leaves to the thorough run what is tried on SQLite already."""
    for item in items:
        drawn = getattr(item, "callspec", None)
        on_postgres = drawn is not None and "postgres" in drawn.params.values()
        if on_postgres and item.path.parent.name not in (*ON_BOTH, "faults"):
            item.add_marker(pytest.mark.thorough)


def pytest_collection_finish() -> None:
    """Looks for garbage less often, and never in what is imported: it stays to the end."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 50, 50)


_real_connect = socket.socket.connect


class OutsideConnectionError(AssertionError):
    """A test tried to reach something that is not on this machine."""


def _guarded_connect(self: socket.socket, address: Any) -> None:
    if self.family in {socket.AF_INET, socket.AF_INET6} and not _is_loopback(address[0]):
        raise OutsideConnectionError(f"A test must not connect to {address[0]}.")
    _real_connect(self, address)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@pytest.fixture(autouse=True)
def _stay_on_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket.socket, "connect", _guarded_connect)


@pytest.fixture(autouse=True)
def _lint_every_calendar(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever calendar any test makes, for a reader, a mail or a file, has nothing wrong."""
    joined = calendars._joined
    monkeypatch.setattr(calendars, "_joined", lambda *parts: assert_clean(joined(*parts)))
