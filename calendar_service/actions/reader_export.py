"""Gives out all readers and what they follow, in the form in which they can be imported."""

from __future__ import annotations

from collections.abc import Iterator

from calendar_service.actions.reader_files import COLUMNS, to_cells
from calendar_service.actions.service import Service
from calendar_service.store.queries.enrolments import count_running, running_enrolments


def count_exported(service: Service) -> int:
    """How many rows an export has below its first line."""
    with service.database.read() as session:
        return count_running(session)


def export_readers(service: Service) -> Iterator[dict[str, str]]:
    """All that is followed at one moment, a row by its columns; a stream, by reader."""
    with service.database.read() as session:
        for enrolment in running_enrolments(session, now=service.clock.now()):
            yield dict(zip(COLUMNS, to_cells(enrolment), strict=True))
