"""The machine's clock, which a test sets for itself and for all workers that it starts."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

from calendar_service.clock import SystemClock

CLOCK = "CLOCK_OF_TESTS"
"""The variable that tells a worker the file of its clock."""


class SharedClock(SystemClock):
    """The machine's clock, off by what stands in a file; all processes see it change at once."""

    def __init__(self, file: Path) -> None:
        self.file = file
        if not file.exists():
            self._write(jumped=0.0, passed=0.0)

    def now(self) -> datetime:
        """The present instant, aware UTC, as this clock has it."""
        jumped, passed = self._read()
        return super().now() + timedelta(seconds=jumped + passed)

    def since_boot(self) -> float:
        """Seconds since the machine was started; what was only set on the clock is not in it."""
        return super().since_boot() + self._read()[1]

    def jump(self, way: timedelta) -> None:
        """Sets the clock on, or back: no time passes."""
        jumped, passed = self._read()
        self._write(jumped + way.total_seconds(), passed)

    def let_pass(self, span: timedelta) -> None:
        """So much time has passed, for everybody."""
        jumped, passed = self._read()
        self._write(jumped, passed + span.total_seconds())

    def _read(self) -> tuple[float, float]:
        jumped, passed = json.loads(self.file.read_text(encoding="ascii"))
        return jumped, passed

    def _write(self, jumped: float, passed: float) -> None:
        draft = self.file.with_suffix(".draft")
        draft.write_text(json.dumps([jumped, passed]), encoding="ascii")
        draft.replace(self.file)
