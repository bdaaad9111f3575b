"""The worker: wakes when the ticker says so or by itself, and sends what is due.

The database is the truth; waking twice or late changes nothing but the hour. The ticker is
APScheduler, which stops when the clock steps back, so the loop does not depend on it.
"""

from __future__ import annotations

import gc
import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger

from calendar_service.actions.exporting import bring_to_the_present, catch_up
from calendar_service.actions.freezing import why_frozen
from calendar_service.actions.limits import forget_limits
from calendar_service.actions.returned import collect_returned, forget_returned
from calendar_service.actions.service import Service
from calendar_service.delivery.deliverer import Deliverer
from calendar_service.delivery.housekeeping import forget_unconfirmed, keep_house, keep_zones
from calendar_service.delivery.lease import BEAT
from calendar_service.delivery.recovery import recover
from calendar_service.errors import CalendarError, UnavailableError
from calendar_service.mail.rendering import prepare
from calendar_service.mail.senders import Sender
from calendar_service.store.queries.deliveries import next_instant
from calendar_service.store.queries.records import WORKER_FACT, write_fact

TICK = 1.0
"""Seconds between two wakes by the ticker."""

SHORTEST_SLEEP, LONGEST_SLEEP = 0.02, 1.0
"""Seconds after which the loop wakes by itself; earlier where something is due.

What is due and cannot leave may just be another sender's to owe: it is looked at again after the
shortest, then after twice as long each time.
"""

CHORES_EVERY = 30.0
"""Seconds between two rounds of chores."""

COLLECT_EVERY = 60.0
"""Seconds between two looks into the mailbox of mails that came back."""

COLLECT_PATIENCE = 5.0
"""Seconds that a look under way may take to end with the worker."""

_log = logging.getLogger(__name__)
Worked = TypeVar("Worked")
Result = TypeVar("Result")


class _Tick(BaseTrigger):  # type: ignore[misc]  # it has no types
    """Fires a moment from now, whatever was missed.

    An interval lists every tick that was missed, to run the last one alone: where the clock leaps
    ten years ahead, those are more than any memory holds.
    """

    def get_next_fire_time(self, _previous: datetime | None, now: datetime) -> datetime:
        return now + timedelta(seconds=TICK)


def run_worker(service: Service, make_sender: Callable[[], Sender], stop: threading.Event) -> None:
    """Sends what is due until `stop` is set; a failing store or relay is tried again."""
    wake = threading.Event()
    ticker = BackgroundScheduler(timezone="UTC")
    ticker.add_job(wake.set, _Tick(), misfire_grace_time=None)
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # a tick that is missed costs nothing
    prepare()
    deliverer = _begin(service, make_sender, stop)
    if deliverer is None:
        return
    ticker.start()
    heart = threading.Thread(target=_beat, args=(deliverer, stop), name="heart", daemon=True)
    heart.start()
    collector = threading.Thread(
        target=_collect, args=(service, stop), name="collector", daemon=True
    )
    collector.start()
    gc.freeze()  # what is loaded by now stays: no search for garbage need look at it again
    try:
        _loop(service, deliverer, wake, stop)
    finally:
        ticker.shutdown(wait=False)
        stop.set()
        heart.join()
        collector.join(COLLECT_PATIENCE)
        deliverer.close()


def _begin(
    service: Service, make_sender: Callable[[], Sender], stop: threading.Event
) -> Deliverer | None:
    """A sender at work, as soon as there is room for one; None if it is to end before."""
    while not stop.is_set():
        try:
            return Deliverer(service, make_sender(), stopping=stop.is_set)
        except (UnavailableError, OSError) as error:
            _log.error("No mail can be sent yet: %s Trying again.", error)
            stop.wait(LONGEST_SLEEP)
    return None


def _loop(
    service: Service, deliverer: Deliverer, wake: threading.Event, stop: threading.Event
) -> None:
    done_at, patience = -CHORES_EVERY, SHORTEST_SLEEP
    _attempt(Deliverer.prove_alive, deliverer)
    while not stop.is_set():
        if service.clock.since_boot() - done_at >= CHORES_EVERY:
            done_at = service.clock.since_boot()
            _attempt(_do_chores, service)
        sent = _attempt(Deliverer.deliver_due, deliverer)
        sleep = _until_next(service)
        patience = SHORTEST_SLEEP if sent or sleep else min(2 * patience, LONGEST_SLEEP)
        wake.wait(sleep or patience)
        wake.clear()


def _do_chores(service: Service) -> None:
    """The chores, each on its own; few of them while the clock or the store is not trusted."""
    with service.database.read() as session:
        frozen = bool(why_frozen(session))
    for chore in (_note_alive,) if frozen else CHORES:
        _attempt(chore, service)


def _until_next(service: Service) -> float:
    """Seconds until something is due, so that the first mails leave at their very instant.

    None at all where something is due by now, and could not leave.
    """
    try:
        with service.database.read() as session:
            instant = next_instant(session)
    except UnavailableError:
        return LONGEST_SLEEP
    now = service.clock.now()
    if instant is None:
        return LONGEST_SLEEP
    return min(max((instant - now).total_seconds(), 0.0), LONGEST_SLEEP)


def _beat(deliverer: Deliverer, stop: threading.Event) -> None:
    """Says every few seconds that the sender lives, however long the relay keeps it waiting."""
    while not stop.wait(BEAT):
        _attempt(Deliverer.prove_alive, deliverer)


def _collect(service: Service, stop: threading.Event) -> None:
    """Takes in mails that come back, beside the sending: no mailbox may hold up a reminder."""
    while True:
        _attempt(collect_returned, service)
        if stop.wait(COLLECT_EVERY):
            return


def _attempt(work: Callable[[Worked], Result], subject: Worked) -> Result | None:
    """Does one piece of work; its failure is logged and keeps no other from being done."""
    try:
        return work(subject)
    except CalendarError as error:
        _log.error("%s Trying again.", error)
    except Exception:
        _log.exception("The worker met something unexpected and goes on.")
    return None


def _note_alive(service: Service) -> None:
    with service.database.write() as session:
        write_fact(session, WORKER_FACT, "alive", now=service.clock.now())


def _publish(service: Service) -> None:
    if service.settings.publish is not None:
        bring_to_the_present(service)
        catch_up(service)


CHORES: tuple[Callable[[Service], object], ...] = (
    recover,
    keep_zones,
    keep_house,
    forget_unconfirmed,
    forget_returned,
    forget_limits,
    _note_alive,
    _publish,
)
"""What a worker does every now and then besides sending."""
