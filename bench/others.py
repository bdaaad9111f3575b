"""Other calendar servers, given the same events: Radicale under gunicorn, and Xandikos.

Each keeps a file for an event, `0.ics` and so on, and changes it by PUT, as a calendar app would.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from bench.asking import ask
from bench.calendars import KEPT, service_in
from calendar_service.actions.feeds import serve_feed

PYTHON = KEPT / "others" / "bin" / "python"
PACKAGES = ("radicale", "gunicorn", "xandikos")

Start = Callable[[Path, int], tuple[list[str], str]]


def radicale(folder: Path, port: int) -> tuple[list[str], str]:
    """Radicale behind gunicorn with two workers."""
    _install()
    home = folder / "radicale"
    collection = home / "collection-root" / "bench" / "feed"
    if not collection.exists():
        collection.mkdir(parents=True)
        (collection / ".Radicale.props").write_text('{"tag": "VCALENDAR"}')
        _write_events(folder, collection)
    rights, config = home / "rights", home / "config"
    rights.write_text("[all]\nuser: .*\ncollection: .*\npermissions: RrWw\n")
    config.write_text(
        f"[storage]\nfilesystem_folder = {home}\n[auth]\ntype = none\n"
        f"[rights]\ntype = from_file\nfile = {rights}\n"
    )
    start = (
        f"import os; os.environ['RADICALE_CONFIG'] = {str(config)!r}; "
        "from gunicorn.app.wsgiapp import run; run()"
    )
    arguments = ["-w", "2", "-t", "600", "-b", f"127.0.0.1:{port}", "radicale"]
    return [str(PYTHON), "-c", start, *arguments], "/bench/feed/"


def xandikos(folder: Path, port: int) -> tuple[list[str], str]:
    """Xandikos by itself."""
    _install()
    home = folder / "xandikos"
    if not home.exists():
        collection = home / "user" / "calendars" / "calendar"
        collection.mkdir(parents=True)
        for command in (
            ["init", "-q"],
            ["config", "user.email", "a@b"],
            ["config", "user.name", "a"],
        ):
            subprocess.run(["git", *command], cwd=collection, check=True)
        _write_events(folder, collection)
        for command in (["add", "."], ["commit", "-qm", "events"]):
            subprocess.run(["git", *command], cwd=collection, check=True)
    program = PYTHON.with_name("xandikos")
    arguments = ["-d", str(home), "-p", str(port), "-l", "127.0.0.1", "--defaults"]
    return [str(program), "serve", *arguments], "/user/calendars/calendar/"


OTHERS: Mapping[str, Start] = {"radicale": radicale, "xandikos": xandikos}


def put_again(name: str, folder: Path, url: str, number: int) -> None:
    """Has a server keep one of ten events anew, with another title."""
    file = next((folder / name).glob(f"**/{number % 10}.ics"))
    content = file.read_bytes().replace(
        b"SUMMARY;LANGUAGE=en:", b"SUMMARY;LANGUAGE=en:%d " % number
    )
    answer = ask(
        f"{url}{file.name}", {"Content-Type": "text/calendar"}, method="PUT", content=content
    )
    if answer.status not in {201, 204}:
        sys.exit(f"{name} does not keep {file.name}: {answer.status}")


def _install() -> None:
    if PYTHON.exists():
        return
    subprocess.run([sys.executable, "-m", "venv", str(KEPT / "others")], check=True)
    subprocess.run([str(PYTHON), "-m", "pip", "install", "--quiet", *PACKAGES], check=True)


def _write_events(folder: Path, collection: Path) -> None:
    """One file for each event, as these servers keep them."""
    service = service_in(folder)
    _, content = serve_feed(service, "bench")
    service.database.close()
    head, *events = content.split(b"BEGIN:VEVENT\r\n")
    zones = head[head.index(b"BEGIN:VTIMEZONE") :] if b"BEGIN:VTIMEZONE" in head else b""
    opening = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//bench//EN\r\n" + zones
    for number, one in enumerate(events):
        body = one.removesuffix(b"END:VCALENDAR\r\n")
        (collection / f"{number}.ics").write_bytes(
            opening + b"BEGIN:VEVENT\r\n" + body + b"END:VCALENDAR\r\n"
        )
