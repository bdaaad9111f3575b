"""Settles what dead senders left behind.

What one had only claimed is free at once; what it was sending is settled from its journal, and
what has no entry there is sent again, with the same Message-ID.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from pathlib import Path

from calendar_service.actions.service import Service
from calendar_service.delivery.journal import read_journal
from calendar_service.delivery.ledger import (
    Outcome,
    Tried,
    deliveries_of,
    release,
    settle,
)
from calendar_service.delivery.sender_lock import dead_senders
from calendar_service.store.rows import State

_log = logging.getLogger(__name__)


def senders_folder(service: Service) -> Path:
    """Where the senders of this machine keep their locks and journals."""
    return service.settings.var / "senders"


def recover(service: Service) -> int:
    """Frees and settles what dead senders of this machine held; tells how many mails."""
    recovered = 0
    with dead_senders(senders_folder(service)) as locks:
        for lock in locks:
            recovered += settle_leftovers(service, lock.token, lock.journal_file)
    if recovered:
        _log.warning("took over %d mails from a sender that had died", recovered)
    return recovered


def settle_leftovers(
    service: Service, token: str, journal_file: Path, remembered: Iterable[Tried] = ()
) -> int:
    """Frees and settles what one sender held when it was interrupted; tells how many mails.

    `remembered` is what a sender that still lives knows of its tries.
    """
    now = service.clock.now()
    noted = read_journal(journal_file)
    tried = {one.delivery_id: one for one in remembered}
    with service.database.write() as session:
        sending = [row.id for row in deliveries_of(session, token, State.SENDING)]
        settle(
            session,
            token,
            [
                tried.get(n) or Tried(n, Outcome.SENT, noted[n], now)
                for n in sending
                if n in noted or n in tried
            ],
        )
        return (
            release(session, token, State.CLAIMED)
            + release(session, token, State.SENDING)
            + len(noted)
        )
