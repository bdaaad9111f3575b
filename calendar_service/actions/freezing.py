"""Stopping all sending, and letting it go on: for a clock or a store that cannot be trusted.

While it is frozen nothing is fanned out, sent or expired; everything else goes on.
"""

from __future__ import annotations

import json
from pathlib import Path
from secrets import token_hex

from sqlalchemy.orm import Session

from calendar_service.actions.service import Service
from calendar_service.clock import Clock
from calendar_service.store.queries.records import (
    CLOCK_FACT,
    EPOCH_FACT,
    FROZEN_FACT,
    STORE_FACT,
    read_fact,
    write_audit,
    write_fact,
)


def why_frozen(session: Session) -> str:
    """Why nothing is sent, in words; empty where sending goes on."""
    fact = read_fact(session, FROZEN_FACT)
    return fact.value if fact else ""


def freeze(service: Service, why: str, *, actor: str = "worker") -> None:
    """Stops all sending until `thaw`; keeps the first reason where there are several."""
    now = service.clock.now()
    with service.database.write() as session:
        if why_frozen(session):
            return
        write_fact(session, FROZEN_FACT, why, now=now)
        _note(session, service, "sending.freeze", actor, why)


def thaw(service: Service, *, actor: str = "operator") -> str:
    """Lets sending go on, trusting the clock and the store as they are now.

    Tells why it was frozen; empty where it was not, and then nothing is changed.
    """
    now = service.clock.now()
    with service.database.write() as session:
        why = why_frozen(session)
        if not why:
            return ""
        write_fact(session, FROZEN_FACT, "", now=now)
        note_clock(session, service.clock)
        kept = read_kept_epoch(service.settings.var)
        if kept and kept[0] == store_id(session, service.clock):
            write_fact(session, EPOCH_FACT, str(max(kept[1], read_epoch(session)) + 1), now=now)
        _note(session, service, "sending.thaw", actor, why)
    return why


def note_clock(session: Session, clock: Clock) -> None:
    """Notes the time as it is trusted now, for the next look at the clock to compare with."""
    write_fact(session, CLOCK_FACT, f"{clock.boot()} {clock.since_boot():.3f}", now=clock.now())


def store_id(session: Session, clock: Clock) -> str:
    """Which store this is; a new one is given a name of its own."""
    fact = read_fact(session, STORE_FACT)
    if fact is not None:
        return fact.value
    name = token_hex(8)
    write_fact(session, STORE_FACT, name, now=clock.now())
    session.flush()
    return name


def read_epoch(session: Session) -> int:
    """How often a sender has said that it lives; it only rises, unless a backup is restored."""
    fact = read_fact(session, EPOCH_FACT)
    return int(fact.value) if fact else 0


def read_kept_epoch(var: Path) -> tuple[str, int] | None:
    """The store and the epoch that were last seen from this machine."""
    try:
        kept = json.loads((var / "epoch").read_text(encoding="utf-8"))
        return str(kept["store"]), int(kept["epoch"])
    except (OSError, ValueError, TypeError, KeyError):
        return None


def keep_epoch(var: Path, store: str, epoch: int) -> None:
    """Keeps beside the store which epoch it was last seen at; whole, or not at all."""
    draft = var / f"epoch.{token_hex(4)}"
    try:
        draft.write_text(json.dumps({"store": store, "epoch": epoch}), encoding="utf-8")
        draft.replace(var / "epoch")
    finally:
        draft.unlink(missing_ok=True)


def _note(session: Session, service: Service, action: str, actor: str, why: str) -> None:
    write_audit(
        session,
        now=service.clock.now(),
        actor=actor,
        action=action,
        subject="sending",
        detail={"why": why},
    )
