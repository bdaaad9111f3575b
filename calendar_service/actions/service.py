"""What every action is given: the store, the settings, the clock and the secret."""

from __future__ import annotations

from dataclasses import dataclass

from calendar_service.clock import Clock, SystemClock
from calendar_service.config import Settings, read_secret
from calendar_service.errors import CalendarError
from calendar_service.store.database import Database


@dataclass(frozen=True, slots=True)
class Service:
    """One installation at work."""

    database: Database
    settings: Settings
    clock: Clock
    secret: bytes


def open_service(settings: Settings, clock: Clock | None = None) -> Service:
    """The service of some settings; its var folder and secret are made if they are missing."""
    try:
        settings.var.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CalendarError(
            f"The folder {settings.var} cannot be made: {error.strerror}. "
            f"Set CALENDAR_VAR to one that you may write to."
        ) from error
    secret = read_secret(settings.var)
    return Service(Database(settings.database_url), settings, clock or SystemClock(), secret)
