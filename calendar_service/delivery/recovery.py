"""Settles what dead senders left behind.

What one was sending is settled from its journal; what has no entry there is sent again, with the
same Message-ID.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping

from calendar_service.actions.service import Service
from calendar_service.delivery.journal import read_journal
from calendar_service.delivery.lease import TAKEN_AFTER, machine_of, senders_folder
from calendar_service.delivery.sender_lock import journal_of, lock_of_dead
from calendar_service.delivery.settling import Outcome, Tried, count_strikes, settle
from calendar_service.store.queries.ledger import held_by, release
from calendar_service.store.queries.senders import all_senders, orphaned_tokens, remove_sender
from calendar_service.store.rows import SenderRow

_log = logging.getLogger(__name__)


def recover(service: Service) -> int:
    """Frees and settles what dead senders held; tells how many mails."""
    with service.database.read() as session:
        senders, orphaned = all_senders(session), orphaned_tokens(session)
    here = machine_of(service)
    recovered = sum(
        _recover_neighbour(service, one) if one.machine == here else _recover_distant(service, one)
        for one in senders
    )
    recovered += sum(settle_leftovers(service, token) for token in orphaned)
    _remove_strays(service)
    if recovered:
        _log.warning("took over %d mails from a sender that had died", recovered)
    return recovered


def settle_leftovers(
    service: Service,
    token: str,
    noted: Mapping[int, str] | None = None,
    remembered: Iterable[Tried] = (),
    *,
    ended: bool = False,
) -> int:
    """Frees and settles what one sender held when it was interrupted; tells how many mails.

    `noted` is its journal, and `remembered` what a sender that still lives knows of its tries;
    `ended` says that it is no more, which one process alone can say.
    """
    now = service.clock.now()
    known = {n: Tried(n, Outcome.SENT, reply, now) for n, reply in (noted or {}).items()}
    known |= {one.delivery_id: one for one in remembered}
    with service.database.write() as session:
        if ended and not remove_sender(session, token):
            return 0
        told = [known[number] for number in held_by(session, token) if number in known]
        settle(session, token, told, now=now)
        count_strikes(session, service.secret, told, now=now)
        return len(told) + release(session, token)


def _recover_neighbour(service: Service, sender: SenderRow) -> int:
    """A sender of this machine: its lock tells whether it lives, and its journal can be read."""
    folder = senders_folder(service)
    lock = lock_of_dead(folder, sender.token)
    lives = lock is None and (folder / f"{sender.token}.lock").exists()
    if lives and not _stands_still(service, sender):
        return 0
    try:
        noted = read_journal(journal_of(folder, sender.token))
        recovered = settle_leftovers(service, sender.token, noted, ended=True)
    except BaseException:
        if lock is not None:
            lock.let_go()
        raise
    if lock is not None:
        lock.give_up()
    return recovered


def _recover_distant(service: Service, sender: SenderRow) -> int:
    """A sender of another machine, which may settle from the journal what it was sending.

    It has a minute for that.
    """
    if not _stands_still(service, sender):
        return 0
    return settle_leftovers(service, sender.token, ended=True)


def _stands_still(service: Service, sender: SenderRow) -> bool:
    return service.clock.now() - sender.seen_at > TAKEN_AFTER


def _remove_strays(service: Service) -> None:
    """Removes the files of senders that died before they said that they were at work."""
    for file in senders_folder(service).glob("*.lock"):
        lock = lock_of_dead(file.parent, file.stem)
        if lock is None:
            continue
        with service.database.read() as session:
            known = session.get(SenderRow, file.stem) is not None
        if known:
            lock.let_go()
        else:
            lock.give_up()
