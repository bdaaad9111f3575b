"""What the service notes of itself, where several are at work."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from calendar_service.store.database import Database
from calendar_service.store.queries.records import WORKER_FACT, read_fact, write_fact
from tests.stores import WINTER


def test_two_workers_that_are_the_first_to_note_a_fact_both_may(database: Database) -> None:
    noted = threading.Event()

    def note(value: str) -> None:
        with database.write() as session:
            write_fact(session, WORKER_FACT, value, now=WINTER)

    with ThreadPoolExecutor() as threads:
        with database.write() as session:
            write_fact(session, WORKER_FACT, "alive", now=WINTER)
            session.flush()
            other = threads.submit(note, "alive too")
            noted.wait(0.3)  # until it waits for this one
        other.result(20)
    with database.read() as session:
        fact = read_fact(session, WORKER_FACT)
        assert fact is not None
        assert fact.value == "alive too"
