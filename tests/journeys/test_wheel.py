"""The wheel, outside any checkout: it brings its own content and works the same."""

from __future__ import annotations

import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from calendar_service.ical.reading import read_calendar
from tests.journeys.running_service import CHECKOUT, running


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, built, and unpacked as an installer would."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder)]
    subprocess.run([*build, str(CHECKOUT)], check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def test_an_installed_service_starts_in_an_empty_folder_with_its_own_content(
    site: Path, tmp_path: Path
) -> None:
    work = tmp_path / "work"
    work.mkdir()
    with running(work / "var", CALENDAR_CONTENT="", PYTHONPATH=str(site)) as service:
        assert len(read_calendar(service.get("/feeds/nato.ics").body, "nato.ics")) == 4
        assert service.get("/").status == 200
        assert service.stop(signal.SIGINT) == 0  # Ctrl-C


def test_the_wheel_carries_its_licences(site: Path) -> None:
    (information,) = site.glob("*.dist-info")
    assert "License-Expression: MIT" in (information / "METADATA").read_text()
    assert "MIT License" in (information / "licenses" / "LICENSE").read_text()
    assert (site / "calendar_service" / "web" / "static" / "pico" / "LICENSE.md").exists()
