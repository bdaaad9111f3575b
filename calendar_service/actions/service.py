"""What every action is given: the store, the settings, the clock and the secret."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from calendar_service.clock import Clock, SystemClock
from calendar_service.config import Settings, read_secret
from calendar_service.errors import CalendarError, InvalidInputError, Problem
from calendar_service.mail.addresses import parse_mailbox
from calendar_service.mail.dkim_keys import load_keys
from calendar_service.mail.mailboxes import check_mailbox
from calendar_service.mail.relays import parse_relay
from calendar_service.mail.verp import BounceAddress
from calendar_service.store.database import Database


@dataclass(frozen=True, slots=True)
class Service:
    """One installation at work."""

    database: Database
    settings: Settings
    clock: Clock
    secret: bytes


def open_service(settings: Settings, clock: Clock | None = None) -> Service:
    """The service of some settings; its var folder and secret are made if they are missing.

    Raises InvalidInputError for mail settings that cannot work, before anything is made.
    """
    _check_mail(settings)
    try:
        settings.var.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise CalendarError(
            f"The folder {settings.var} cannot be made: {error.strerror}. "
            f"Set CALENDAR_VAR to one that you may write to."
        ) from error
    secret = read_secret(settings.var)
    return Service(Database(settings.database_url), settings, clock or SystemClock(), secret)


def _check_mail(settings: Settings) -> None:
    checks: list[tuple[str, Callable[[str], object], str]] = [
        ("CALENDAR_MAIL_FROM", parse_mailbox, settings.mail_from)
    ]
    if settings.smtp_url:
        checks.append(("CALENDAR_SMTP_URL", parse_relay, settings.smtp_url))
    if settings.bounce_address:
        address = settings.bounce_address
        checks.append(("CALENDAR_BOUNCE_ADDRESS", BounceAddress.parse, address))
    if settings.bounces:
        checks.append(("CALENDAR_BOUNCES", check_mailbox, settings.bounces))
    checks += [("CALENDAR_DKIM_KEY", _load_key, str(file)) for file in settings.dkim_key]
    problems = []
    for name, check, value in checks:
        try:
            check(value)
        except CalendarError as error:
            problems.append(Problem("settings", name, str(error)))
    if problems:
        raise InvalidInputError(problems)


def _load_key(file: str) -> None:
    load_keys([Path(file)])
