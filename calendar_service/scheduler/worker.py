"""The worker: wakes when the ticker says so or by itself, and sends what is due.

The database is the truth; waking twice or late changes nothing but the hour. The ticker is
APScheduler's interval trigger, which stops when the clock steps back, so the loop does not
depend on it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import TypeVar

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from calendar_service.actions.service import Service
from calendar_service.delivery.deliverer import Deliverer
from calendar_service.delivery.housekeeping import forget_unconfirmed, keep_house
from calendar_service.delivery.recovery import recover
from calendar_service.errors import CalendarError
from calendar_service.mail.senders import Sender
from calendar_service.store.queries.records import WORKER_FACT, write_fact

TICK = 1.0
"""Seconds between two wakes by the ticker."""

LONGEST_SLEEP = 2.0
"""Seconds after which the loop wakes by itself."""

HEARTBEAT = 30.0
"""Seconds between two heartbeats in the store."""

_log = logging.getLogger(__name__)
Worked = TypeVar("Worked")


def run_worker(service: Service, make_sender: Callable[[], Sender], stop: threading.Event) -> None:
    """Sends what is due until `stop` is set; a failing store or relay is tried again."""
    wake = threading.Event()
    ticker = BackgroundScheduler(timezone="UTC")
    ticker.add_job(wake.set, IntervalTrigger(seconds=TICK), coalesce=True, max_instances=1)
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    deliverer = Deliverer(service, make_sender(), stopping=stop.is_set)
    ticker.start()
    try:
        _loop(service, deliverer, wake, stop)
    finally:
        ticker.shutdown(wait=False)
        deliverer.close()


def _loop(
    service: Service, deliverer: Deliverer, wake: threading.Event, stop: threading.Event
) -> None:
    rounds = 0
    while not stop.is_set():
        if rounds % round(HEARTBEAT / TICK) == 0:
            for chore in CHORES:
                _attempt(chore, service)
        rounds += 1
        _attempt(Deliverer.deliver_due, deliverer)
        wake.wait(LONGEST_SLEEP)
        wake.clear()


def _attempt(work: Callable[[Worked], object], subject: Worked) -> None:
    """Does one piece of work; its failure is logged and keeps no other from being done."""
    try:
        work(subject)
    except CalendarError as error:
        _log.error("%s Trying again.", error)
    except Exception:
        _log.exception("The worker met something unexpected and goes on.")


def _note_alive(service: Service) -> None:
    with service.database.write() as session:
        write_fact(session, WORKER_FACT, "alive", now=service.clock.now())


CHORES: tuple[Callable[[Service], object], ...] = (
    recover,
    keep_house,
    forget_unconfirmed,
    _note_alive,
)
"""What a worker does at each heartbeat besides sending."""
