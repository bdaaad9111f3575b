"""Disks so small that a test can fill them: each is a tmpfs, which only root may mount."""

from __future__ import annotations

import errno
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

ALL = "SMALL_DISKS"
"""Set to `all`, as where main is guarded, a disk that cannot be mounted is a failure."""

_PIECE = 4096


@dataclass(frozen=True)
class SmallDisk:
    """A file system of its own, mounted on a folder."""

    folder: Path

    def fill(self) -> None:
        """Takes what room there is, to the last page."""
        with self._filler.open("ab", buffering=0) as filler:
            try:
                while True:
                    filler.write(bytes(_PIECE))
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise

    def make_room(self) -> None:
        """Gives back what `fill` took."""
        self._filler.unlink()

    @property
    def _filler(self) -> Path:
        return self.folder / "filler"


@contextmanager
def small_disk(folder: Path, mebibytes: int) -> Iterator[SmallDisk]:
    """A disk of that size on a folder, which is made; skips, by its name, where none can be."""
    folder.mkdir(parents=True, exist_ok=True)
    size = f"size={mebibytes}m"
    command = ["mount", "-t", "tmpfs", "-o", f"{size},mode=755", "small-disk", str(folder)]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError) as error:
        words = getattr(error, "stderr", "") or str(error)
        _cannot(f"a small disk cannot be mounted, which takes root: {words.strip()}")
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def _cannot(why: str) -> None:
    if os.environ.get(ALL) == "all":
        pytest.fail(why)
    pytest.skip(why)
