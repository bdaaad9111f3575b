"""Changes one event of what a server serves, over and over."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import count

from bench.apps import ADDRESS
from bench.calendars import event, service_in
from bench.others import OTHERS, put_again
from bench.running import Server
from calendar_service.actions.publishing import move_event
from calendar_service.actions.service import Service
from calendar_service.domain.when import Timed


@contextmanager
def changing(server: Server) -> Iterator[Callable[[], None]]:
    """What changes one event each time it is called, until the end of the block.

    It does nothing where the server keeps no store: it then makes everything for each answer.
    """
    numbers = count()
    if server.name in OTHERS:
        yield lambda: put_again(server.name, server.folder, server.url, next(numbers))
    elif server.url.endswith(ADDRESS) and server.name == "ours":
        service = service_in(server.folder)
        try:
            yield lambda: move(service, next(numbers))
        finally:
            service.database.close()
    else:
        yield lambda: None


def move(service: Service, turn: int) -> None:
    """Moves one of ten events by some minutes, others than it was moved by before."""
    original = event(turn % 10)
    when = original.when
    assert isinstance(when, Timed)
    later = timedelta(minutes=1 + turn % 50)
    assert move_event(service, original.uid, when.moved_to(when.start + later)).changed
