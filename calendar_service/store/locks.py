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
_TRY = text("SELECT pg_try_advisory_lock(:class, :number)")


class SessionLock:
    """An advisory lock on a connection of its own; it ends with the process, however that ends.

    Nobody waits for it: where the server has not noticed yet that its last connection was lost,
    that one holds it, and it is taken at a later look. Raises UnavailableError where the database
    cannot be reached.
    """

    def __init__(self, database: Database, name: str) -> None:
        self._numbers = _numbers(name)
        self._held = False
        with translated():
            self._connection: Any = database.connection()
            self._look()

    def stands(self) -> bool:
        """Whether its connection does: it is lost with that."""
        try:
            self._look()
        except DBAPIError:
            return False
        return True

    def _look(self) -> None:
        if self._held:
            self._connection.execute(text("SELECT 1"))
        else:
            taken = self._connection.execute(_TRY, self._numbers)
            self._held = bool(taken.scalar_one())
        self._connection.commit()

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
        free = connection.execute(_TRY, numbers)
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
