"""Locks that live as long as a connection to PostgreSQL: how machines see each other live."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from zlib import crc32

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from calendar_service.store.database import Database, translated

_CLASS = 0x63616C


class SessionLock:
    """An advisory lock on a connection of its own; it ends with the process, however that ends.

    Raises UnavailableError where the database cannot be reached.
    """

    def __init__(self, database: Database, name: str) -> None:
        with translated():
            self._connection: Any = database.connection()
            self._connection.execute(
                text("SELECT pg_advisory_lock(:class, :number)"), _numbers(name)
            )
            self._connection.commit()

    def stands(self) -> bool:
        """Whether it is held still: it is lost with its connection."""
        try:
            self._connection.execute(text("SELECT 1"))
            self._connection.commit()
        except DBAPIError:
            return False
        return True

    def close(self) -> None:
        """Gives it up."""
        with suppress(DBAPIError):
            self._connection.invalidate()  # not back into the pool, where it would live on
            self._connection.close()


@contextmanager
def nobody_holds(database: Database, name: str) -> Iterator[bool]:
    """Whether a lock is free; if so, it is held meanwhile. Always False on SQLite."""
    if database.dialect != "postgresql":
        yield False
        return
    with translated(), database.connection() as connection:
        numbers = _numbers(name)
        free = connection.execute(text("SELECT pg_try_advisory_lock(:class, :number)"), numbers)
        taken = bool(free.scalar_one())
        connection.commit()
        try:
            yield taken
        finally:
            if taken:
                connection.execute(text("SELECT pg_advisory_unlock(:class, :number)"), numbers)
                connection.commit()


def _numbers(name: str) -> dict[str, int]:
    """A lock's name as PostgreSQL has it: two numbers of 32 bits, with a sign."""
    return {"class": _CLASS, "number": crc32(name.encode()) - 2**31}
