"""The examples for systemd and for containers, read by the programs they are for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from shutil import which

import pytest

from tests.clients.reading import need
from tests.journeys.running_service import CHECKOUT

pytestmark = pytest.mark.clients

DEPLOY = CHECKOUT / "deploy"
INSTALLED = "/opt/calendar/bin/calendar-service"


@pytest.mark.parametrize("name", ["calendar-web.service", "calendar-worker.service"])
def test_systemd_finds_nothing_wrong_with_a_unit(tmp_path: Path, name: str) -> None:
    need("systemd-analyze", which("systemd-analyze") is not None)
    text = (DEPLOY / name).read_text(encoding="utf-8")
    assert INSTALLED in text
    here = Path(sys.executable).with_name("calendar-service")  # systemd looks whether it exists
    unit = tmp_path / name
    unit.write_text(text.replace(INSTALLED, str(here)), encoding="utf-8")
    verified = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(unit)],
        capture_output=True,
        text=True,
        check=False,
    )
    ours = [line for line in verified.stderr.splitlines() if name in line]
    assert (verified.returncode, ours) == (0, []), verified.stderr


def test_compose_reads_its_file_and_finds_all_that_it_names() -> None:
    need("docker-compose", which("docker-compose") is not None)
    read = subprocess.run(
        ["docker-compose", "--file", str(DEPLOY / "compose.yaml"), "config"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert read.returncode == 0, read.stderr
    assert f"context: {CHECKOUT}\n" in read.stdout
    assert str(DEPLOY / "nginx.conf") in read.stdout
    assert (DEPLOY / "Dockerfile").exists()
