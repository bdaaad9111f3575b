"""The command line in a folder of its own."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from calendar_service.cli import main
from tests.journeys.running_service import CHECKOUT

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command in an empty folder with the checkout's content; it must succeed."""
    for name in list(os.environ):
        if name.startswith("CALENDAR_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CALENDAR_CONTENT", str(CHECKOUT))

    def run(*arguments: str, status: int = 0) -> Result:
        result = CliRunner().invoke(main, arguments)
        assert result.exit_code == status, result.output
        return result

    return run


@pytest.fixture
def run_json(run: Run) -> Callable[..., Any]:
    """Runs a command with --json and reads what it prints."""
    return lambda *arguments: json.loads(run(*arguments, "--json").stdout)
