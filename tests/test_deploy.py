"""The examples in deploy/: they say what the service says, and name what there is.

What needs nginx, systemd or compose is in tests/clients/.
"""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from calendar_service.cli import main
from calendar_service.config import FILE_VARIABLE, SETTINGS, read_settings
from calendar_service.web.errors import RETRY_AFTER
from calendar_service.web.feeds import CACHE
from calendar_service.web.headers import SECURITY

ROOT = Path(__file__).resolve().parents[1]
DEPLOY = ROOT / "deploy"
FILES = sorted(file for file in DEPLOY.iterdir() if file.name != "README.md")


def text_of(name: str) -> str:
    return (DEPLOY / name).read_text(encoding="utf-8")


def test_nginx_adds_to_a_feed_the_headers_that_the_service_adds() -> None:
    added = dict(re.findall(r'add_header ([\w-]+) "(.+)";', text_of("nginx.conf")))
    assert added.items() >= {"Cache-Control": CACHE, **SECURITY}.items()


def test_nginx_says_whom_it_stands_for_so_that_sign_ups_are_counted_by_network() -> None:
    assert "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;" in text_of("nginx.conf")


def test_nginx_says_the_same_time_to_wait_as_the_service() -> None:
    assert f'add_header Retry-After "{RETRY_AFTER}" always;' in text_of("nginx.conf")


def test_between_containers_nginx_asks_the_service_by_its_name() -> None:
    (here, there) = re.findall(r"sed s/([^/]+)/([^/]+)/", text_of("compose.yaml"))[0]
    assert text_of("nginx.conf").count(here) == 1
    name, port = there.split(":")
    assert f"\n  {name}:\n" in text_of("compose.yaml")
    assert f"CALENDAR_BIND=0.0.0.0:{port}\n" in text_of("Dockerfile")


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.name))
def test_only_settings_that_there_are_are_named(file: Path) -> None:
    known = {setting.variable for setting in SETTINGS} | {FILE_VARIABLE}
    assert set(re.findall(r"CALENDAR_[A-Z_]*[A-Z]", file.read_text(encoding="utf-8"))) <= known


def test_the_settings_are_read_as_they_stand() -> None:
    settings = read_settings({FILE_VARIABLE: str(DEPLOY / "calendar-service.toml")}, ROOT)
    assert settings.publish == Path("/srv/calendar")


@pytest.mark.parametrize("name", ["web", "worker"])
def test_a_unit_starts_a_command_that_there_is_with_folders_that_it_may_write_to(
    name: str,
) -> None:
    lines = text_of(f"calendar-{name}.service").splitlines()
    unit = dict(line.split("=", 1) for line in lines if "=" in line)
    assert shlex.split(unit["ExecStart"])[1:] == [name]
    assert name in main.list_commands(None)  # type: ignore[arg-type]
    settings = read_settings({FILE_VARIABLE: str(DEPLOY / "calendar-service.toml")}, ROOT)
    assert Path("/var/lib") / unit["StateDirectory"] == settings.var
    assert Path(unit["ReadWritePaths"]) == settings.publish


def test_what_the_image_copies_is_enough_to_build_it(tmp_path: Path) -> None:
    for line in re.findall(r"^COPY (.+)$", text_of("Dockerfile"), re.MULTILINE):
        *sources, target = line.split()
        for source in sources:
            there = ROOT / source
            if there.is_dir():
                shutil.copytree(there, tmp_path / target.removeprefix("/"))
            else:
                (tmp_path / target.removeprefix("/")).mkdir(exist_ok=True)
                shutil.copy(there, tmp_path / target.removeprefix("/") / source)
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", "dist"]
    subprocess.run([*build, "source"], cwd=tmp_path, check=True, capture_output=True)
    assert list((tmp_path / "dist").glob("calendar_service-*.whl"))
