"""The audit trail and the service's facts about itself."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from calendar_service.store.rows import AuditRow, FactRow

WORKER_FACT = "worker"
"""Noted at each heartbeat of a worker."""

RELAY_FACT = "relay"
"""Why the relay cannot be used; empty once it can."""

RENDERING_FACT = "rendering"
"""What all calendars are rendered with, and since when: the format, the release, the origin."""

HOUSEKEEPING_FACT = "housekeeping"
"""The day, in UTC, whose chores are done."""


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


def read_fact(session: Session, name: str) -> FactRow | None:
    """A fact by name."""
    return session.get(FactRow, name)


def write_fact(session: Session, name: str, value: str, *, now: datetime) -> None:
    """Notes a fact, in place of what it was."""
    session.merge(FactRow(name=name, value=value, noted_at=now))
