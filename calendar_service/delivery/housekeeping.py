"""What is done once a day: series get their next instances, and what is no longer needed goes."""

from __future__ import annotations

from datetime import timedelta

from calendar_service.actions.digests import plan_all_digests
from calendar_service.actions.planning import plan_series_ahead, plan_zones_anew
from calendar_service.actions.service import Service
from calendar_service.domain.zones import DATABASE_VERSION
from calendar_service.store.queries.digests import forget_digests
from calendar_service.store.queries.followers import forget_audiences
from calendar_service.store.queries.readers import delete_readers_gone
from calendar_service.store.queries.records import (
    HOUSEKEEPING_FACT,
    ZONES_FACT,
    read_fact,
    write_fact,
)
from calendar_service.store.queries.searches import forget_searches
from calendar_service.store.queries.signups import delete_expired_signups

FORGET_AFTER = timedelta(days=30)
"""How long after leaving everything a reader's address is kept."""


def keep_house(service: Service) -> bool:
    """Does the day's chores if they are not done yet; tells whether it did."""
    now = service.clock.now()
    today = now.date().isoformat()
    with service.database.read() as session:
        fact = read_fact(session, HOUSEKEEPING_FACT)
        if fact is not None and fact.value == today:
            return False
    with service.database.plan() as session:
        plan_series_ahead(session, now=now)
        plan_all_digests(session, now=now)
        forget_digests(session, before=now - FORGET_AFTER)
        delete_readers_gone(session, before=now - FORGET_AFTER)
        forget_audiences(session)
        forget_searches(session)
        write_fact(session, HOUSEKEEPING_FACT, today, now=now)
    return True


def keep_zones(service: Service) -> bool:
    """Plans everything anew where the tz database is another one; tells whether it is."""
    now = service.clock.now()
    with service.database.read() as session:
        fact = read_fact(session, ZONES_FACT)
        if fact is not None and fact.value == DATABASE_VERSION:
            return False
    with service.database.plan() as session:
        if fact is not None:
            plan_zones_anew(session, now=now)
        write_fact(session, ZONES_FACT, DATABASE_VERSION, now=now)
    return fact is not None


def forget_unconfirmed(service: Service) -> int:
    """Deletes sign-ups that nobody confirmed in time; tells how many."""
    now = service.clock.now()
    with service.database.write() as session:
        return delete_expired_signups(session, now=now)
