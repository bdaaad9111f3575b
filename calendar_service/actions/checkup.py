"""Looks the installation over: what is right, what is not, and how to mend it."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from smtplib import SMTPException
from urllib.parse import urlsplit

from sqlalchemy.exc import SQLAlchemyError

from calendar_service.actions.exporting import unpublished
from calendar_service.actions.findings import Finding, Health
from calendar_service.actions.reminder_checkup import reminders_checked
from calendar_service.actions.service import Service
from calendar_service.actions.standing_checkup import standing_checked
from calendar_service.catalog.files import load_content
from calendar_service.catalog.starting_content import content_folder
from calendar_service.domain.zones import DATABASE_VERSION
from calendar_service.errors import CalendarError
from calendar_service.mail.relays import parse_relay
from calendar_service.mail.smtp import SmtpSender
from calendar_service.store.database import SAFE_SQLITE, newest_version, sqlite_version
from calendar_service.store.queries.events import all_events, left_out_rows
from calendar_service.store.queries.feeds import all_feeds
from calendar_service.store.queries.records import RELAY_FACT, WORKER_FACT, read_fact

ALIVE_WITHIN = timedelta(minutes=2)
LEAST_FREE = 200 * 1024 * 1024
_OF_TABLES = frozenset({"content", "standing", "clock", "worker", "reminders", "published feeds"})


def check_up(service: Service) -> list[Finding]:
    """Everything that can be looked at from here; a check that breaks is itself a finding.

    Without tables of the form that this release needs nothing is said of what is in them: that
    follows from the one finding about the database, and so does its remedy.
    """
    checks: list[tuple[str, Callable[[Service], Iterator[Finding]]]] = [
        ("settings", _settings),
        ("var folder", _var),
        ("SQLite", _sqlite),
        ("database", _database),
        ("content", _content),
        ("mail", _mail),
        ("standing", standing_checked),
        ("clock", _clock),
        ("worker", _worker),
        ("reminders", reminders_checked),
        ("published feeds", _published),
    ]
    has_tables = _has_tables(service)
    findings: list[Finding] = []
    for subject, check in checks:
        if subject in _OF_TABLES and not has_tables:
            continue
        try:
            findings += check(service)
        except (CalendarError, SQLAlchemyError, SMTPException, OSError) as error:
            findings.append(Finding(subject, Health.BAD, str(error).partition("\n")[0]))
    return findings


def _has_tables(service: Service) -> bool:
    try:
        return service.database.version() == newest_version()
    except (CalendarError, SQLAlchemyError):
        return False


def _settings(service: Service) -> Iterator[Finding]:
    settings = service.settings
    origin = urlsplit(settings.origin)
    words = f"origin {settings.origin}, serving on {settings.bind}"
    if origin.scheme == "http" and origin.hostname not in {"127.0.0.1", "localhost", "::1"}:
        remedy = "set CALENDAR_ORIGIN to an https:// address: calendar apps and mails link to it."
        yield Finding("settings", Health.WARN, words, remedy)
    else:
        yield Finding("settings", Health.GOOD, words)
    if not settings.imprint:
        remedy = (
            "set CALENDAR_IMPRINT to the publisher's name and address; many countries require it."
        )
        yield Finding("settings", Health.WARN, "no imprint is set", remedy)


def _var(service: Service) -> Iterator[Finding]:
    var = service.settings.var
    mode = stat.S_IMODE((var / "secret").stat().st_mode)
    if mode & 0o077:
        remedy = f"run `chmod 600 {var / 'secret'}`."
        yield Finding("secret", Health.BAD, f"others can read it (mode {mode:o})", remedy)
    else:
        yield Finding("secret", Health.GOOD, "readable by its owner alone")
    free = shutil.disk_usage(var).free
    words = f"{free // 1024**2:,} MiB free in {var}"
    if free < LEAST_FREE:
        yield Finding("disk", Health.BAD, words, "free some space: nothing can be written soon.")
    else:
        yield Finding("disk", Health.GOOD, words)


def _sqlite(service: Service) -> Iterator[Finding]:
    if service.database.dialect != "sqlite":
        return
    words = ".".join(map(str, sqlite_version()))
    if sqlite_version() < SAFE_SQLITE:
        remedy = "install the pysqlite3 wheel, or use PostgreSQL: this one's WAL can lose a write."
        yield Finding("SQLite", Health.WARN, words, remedy)
    else:
        yield Finding("SQLite", Health.GOOD, words)


def _database(service: Service) -> Iterator[Finding]:
    version, newest = service.database.version(), newest_version()
    if version != newest:
        words = f"its form is {version or 'empty'}, this release needs {newest}"
        yield Finding("database", Health.BAD, words, "run `calendar-service db upgrade`.")
        return
    with service.database.write():
        pass
    words = f"{service.database.software()}, form {version}, can be written"
    yield Finding("database", Health.GOOD, words)


def _content(service: Service) -> Iterator[Finding]:
    folder = content_folder(service.settings.content, Path.cwd())
    content = load_content(folder)
    with service.database.read() as session:
        events, feeds = len(all_events(session)), len(all_feeds(session))
        left_out = [(row.uid, row.left_out) for row in left_out_rows(session)]
    files = f"{len(content.seeds)} seeds and {len(content.feeds)} feeds in {folder}"
    words = f"{events} events and {feeds} feeds stored; {files}"
    if not feeds:
        yield Finding("content", Health.WARN, words, "run `calendar-service seed`.")
    else:
        yield Finding("content", Health.GOOD, words)
    for number, (uid, reason) in enumerate(left_out, start=1):
        words = f"event {uid} is in no feed ({number} of {len(left_out)}): {reason}"
        remedy = (
            f"`calendar-service events show {uid}` has it; write it right in seeds/ under its uid."
        )
        yield Finding("feeds", Health.BAD, words, remedy)


def _mail(service: Service) -> Iterator[Finding]:
    settings = service.settings
    if not settings.smtp_url:
        words = f"no relay: mails go to the Maildir {settings.maildir}"
        remedy = "set CALENDAR_SMTP_URL, like smtp://user:password@mail.example.org:587."
        yield Finding("mail", Health.WARN, words, remedy)
        return
    hello = urlsplit(settings.origin).hostname or "localhost"
    sender = SmtpSender(parse_relay(settings.smtp_url), hello=hello)
    sender.send(iter(()), lambda _parcel, _fate: None)  # without a mail: connects, and logs in
    sender.close()
    yield Finding("mail", Health.GOOD, "the relay answers and lets us in")
    if "localhost" in settings.mail_from:
        remedy = "set CALENDAR_MAIL_FROM to an address of your own domain."
        yield Finding("mail", Health.WARN, f"mails come from {settings.mail_from}", remedy)


def _clock(service: Service) -> Iterator[Finding]:
    now = service.clock.now()
    words = f"{now:%Y-%m-%d %H:%M:%S} UTC, tz database {DATABASE_VERSION}"
    with service.database.read() as session:
        fact = read_fact(session, WORKER_FACT)
    if fact is not None and now < fact.noted_at:
        remedy = "set the clock right: it is behind what the service saw before."
        yield Finding("clock", Health.BAD, words, remedy)
    else:
        yield Finding("clock", Health.GOOD, words)


def _worker(service: Service) -> Iterator[Finding]:
    now = service.clock.now()
    with service.database.read() as session:
        fact = read_fact(session, WORKER_FACT)
        relay = read_fact(session, RELAY_FACT)
    if fact is None or now - fact.noted_at > ALIVE_WITHIN:
        seen = f"last seen {fact.noted_at:%Y-%m-%d %H:%M} UTC" if fact else "never seen"
        remedy = "start it: `calendar-service up`, or `calendar-service worker` alone."
        yield Finding("worker", Health.WARN, seen, remedy)
    else:
        yield Finding("worker", Health.GOOD, "alive")
    if relay is not None and relay.value:
        yield Finding(
            "relay", Health.BAD, relay.value, "mend the relay; nothing is lost meanwhile."
        )


def _published(service: Service) -> Iterator[Finding]:
    folder = service.settings.publish
    if folder is None:
        return
    if behind := unpublished(service):
        words = f"not as they should be in {folder}: {', '.join(behind)}"
        remedy = f"see that the worker runs; `calendar-service feeds export {folder}` tells more."
        yield Finding("published feeds", Health.BAD, words, remedy)
    else:
        yield Finding("published feeds", Health.GOOD, f"up to date in {folder}")
