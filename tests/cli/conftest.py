"""The command line in a folder of its own."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from calendar_service.actions.content import load_content
from calendar_service.actions.service import Service, open_service
from calendar_service.catalog.files import load_content as read_content
from calendar_service.cli import main
from calendar_service.clock import SystemClock
from calendar_service.config import read_settings
from calendar_service.store.database import Database
from tests.journeys.running_service import CHECKOUT
from tests.stores import reset

Run = Callable[..., Result]


@pytest.fixture(scope="session")
def empty_var(sqlite_form: Database, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of an installation whose tables are made."""
    folder = tmp_path_factory.mktemp("empty")
    _installed(folder, sqlite_form).database.close()
    return folder / "var"


@pytest.fixture(scope="session")
def seeded_var(sqlite_form: Database, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of an installation that the checkout's content is loaded into."""
    folder = tmp_path_factory.mktemp("seeded")
    service = _installed(folder, sqlite_form)
    load_content(service, read_content(CHECKOUT))
    service.database.close()
    return folder / "var"


def _installed(folder: Path, form: Database) -> Service:
    service = open_service(read_settings({}, folder), SystemClock())
    reset(service.database, form)
    return service


@pytest.fixture
def run_bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
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
def run(run_bare: Run, empty_var: Path, tmp_path: Path) -> Run:
    """Runs a command where the tables are made already."""
    shutil.copytree(empty_var, tmp_path / "var")
    return run_bare


@pytest.fixture
def seeded(run: Run, seeded_var: Path, tmp_path: Path) -> None:
    """Loads the checkout's content, as `seed` does."""
    shutil.copytree(seeded_var, tmp_path / "var", dirs_exist_ok=True)


@pytest.fixture
def run_json(run: Run) -> Callable[..., Any]:
    """Runs a command with --json and reads what it prints."""
    return lambda *arguments: json.loads(run(*arguments, "--json").stdout)
