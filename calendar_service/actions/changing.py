"""The transaction of whatever changes feeds, and what follows from it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from calendar_service.actions.exporting import publish_feeds
from calendar_service.actions.rendering import FeedChanges, origin_of_feeds, renew_rendering
from calendar_service.actions.service import Service


@contextmanager
def changing_feeds(service: Service) -> Iterator[tuple[Session, FeedChanges]]:
    """A planning session, with the feeds that are noted as changed in it.

    Their states are raised at its end, and they are published once it is committed.
    """
    with service.database.plan() as session:
        changes, now = FeedChanges(), service.clock.now()
        yield session, changes
        renew_rendering(session, changes, origin=origin_of_feeds(session, service), now=now)
        changes.write(session, now=now)
    publish_feeds(service)
