"""The audit trail and the service's facts about itself."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import NamedTuple, cast

from sqlalchemy import Executable, Table, bindparam, delete, select
from sqlalchemy.orm import Session

from calendar_service.store.bulk import dialect_of, passing_over
from calendar_service.store.database import Database
from calendar_service.store.rows import AuditRow, FactRow

WORKER_FACT = "worker"
"""Noted at each heartbeat of a worker."""

RELAY_FACT = "relay"
"""Why the relay cannot be used; empty once it can."""

RENDERING_FACT = "rendering"
"""What all calendars are rendered with, and since when: the format, the release, the origin."""

FROZEN_FACT = "frozen"
"""Why nothing is sent; empty where sending goes on."""

CLOCK_FACT = "clock"
"""When a sender last trusted the clock: the boot, and the seconds since then."""

STORE_FACT = "store"
"""A name that this store alone has, and its backups."""

EPOCH_FACT = "epoch"
"""Rises with each heartbeat of a sender, so that a restored backup is told by it."""

ZONES_FACT = "zones"
"""The release of the tz database that all instants were computed with."""

PLANS_FACT = "plans"
"""Rises whenever something changes that a mail about to be sent may depend on."""

HOUSEKEEPING_FACT = "housekeeping"
"""The day, in UTC, whose chores are done."""


class Fact(NamedTuple):
    """What was noted last under a name, and when."""

    value: str
    noted_at: datetime


def write_audit(
    session: Session,
    *,
    now: datetime,
    actor: str,
    action: str,
    subject: str,
    detail: dict[str, object] | None = None,
) -> None:
    """Notes who did what to which thing."""
    row = AuditRow(at=now, actor=actor, action=action, subject=subject, detail=detail or {})
    session.add(row)


def read_plans(session: Session) -> int:
    """How often anything was planned anew."""
    fact = read_fact(session, PLANS_FACT)
    return int(fact.value) if fact else 0


def plans_now(database: Database) -> int:
    """The same by a glance, for who must know right before each mail."""
    found = database.glance("SELECT value FROM fact WHERE name = ?", PLANS_FACT)
    return int(found[0]) if found else 0


def relay_trouble(database: Database) -> str:
    """Why the relay cannot be used, by a glance; empty where it can."""
    found = database.glance("SELECT value FROM fact WHERE name = ?", RELAY_FACT)
    return str(found[0]) if found else ""


def note_plans(session: Session, *, now: datetime) -> None:
    """Says that something was planned anew."""
    write_fact(session, PLANS_FACT, str(read_plans(session) + 1), now=now)


def read_fact(session: Session, name: str) -> Fact | None:
    """A fact by name."""
    row = session.execute(_READ, {"name": name}).first()
    return Fact._make(row) if row else None


def write_fact(session: Session, name: str, value: str, *, now: datetime) -> None:
    """Notes a fact, in place of what it was; two sessions may be the first to note it at once."""
    noted = {"name": name, "value": value, "noted_at": now}
    session.execute(_write(dialect_of(session)), noted)


def forget_fact(session: Session, name: str) -> None:
    """Removes a fact, if it was noted."""
    session.execute(delete(FactRow).where(FactRow.name == name))


_FACTS = cast("Table", FactRow.__table__)
_READ = select(_FACTS.c.value, _FACTS.c.noted_at).where(_FACTS.c.name == bindparam("name"))


@cache
def _write(dialect: str) -> Executable:
    insert = passing_over(dialect, FactRow)
    noted = {name: insert.excluded[name] for name in ("value", "noted_at")}
    return insert.on_conflict_do_update(index_elements=["name"], set_=noted)
