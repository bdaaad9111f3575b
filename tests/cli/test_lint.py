"""Linting calendars from the command line."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from calendar_service.cli import main
from tests.builders import timed
from tests.ical.samples import feed_of, published

GOOD = feed_of(published(timed("2026-02-12 14:00", "16:00")))
BAD = GOOD.replace(b"UID:", b"UID:" + b"x" * 90).replace(b"VERSION:2.0\r\n", b"")


class _Calendars(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/none.ics":
            self.send_error(404)
            return
        self.send_response(200)
        page = self.path == "/page"
        self.send_header("Content-Type", "text/html" if page else "text/calendar; charset=utf-8")
        if not page:
            self.send_header("ETag", '"1"')
        self.end_headers()
        self.wfile.write(b"<html></html>\r\n" if page else GOOD)

    def log_message(self, *_args: object) -> None: ...


@pytest.fixture(scope="module")
def web() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), _Calendars)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join(5)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["lint", *arguments])


def test_a_good_file_has_nothing_wrong(tmp_path: Path) -> None:
    (tmp_path / "good.ics").write_bytes(GOOD)
    done = run(str(tmp_path / "good.ics"))
    assert (done.exit_code, "nothing is wrong" in done.output) == (0, True)


def test_each_mistake_is_told_with_its_line_who_suffers_and_the_rule(tmp_path: Path) -> None:
    (tmp_path / "bad.ics").write_bytes(BAD)
    done = run(str(tmp_path / "bad.ics"))
    assert done.exit_code == 1
    for said in ("required-property", "VCALENDAR has no VERSION", "octets; 75", "RFC 5545 3.1"):
        assert said in done.output
    assert done.output.count("Who suffers:") == 2
    assert "2 errors" in done.output


def test_advice_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "plain.ics").write_bytes(GOOD.replace(b"X-WR-CALNAME", b"X-OTHER"))
    done = run(str(tmp_path / "plain.ics"))
    assert (done.exit_code, "advice: calendar-name" in done.output) == (0, True)


def test_json_for_scripts(tmp_path: Path) -> None:
    (tmp_path / "bad.ics").write_bytes(BAD)
    assert '"rule": "long-line"' in run(str(tmp_path / "bad.ics"), "--json").output


def test_a_calendar_on_the_web(web: str) -> None:
    assert run(f"{web}/good.ics").exit_code == 0
    page = run(f"{web}/page")
    assert page.exit_code == 1
    for said in ("is served as text/html", "neither ETag", "not exactly one VCALENDAR"):
        assert said in page.output


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("no-such.ics", "cannot be read"),
        ("ftp://example.org/a.ics", "https://"),
        ("http://127.0.0.1:9/a.ics", "cannot be fetched"),
    ],
)
def test_what_cannot_be_read_is_said(address: str, said: str) -> None:
    done = run(address)
    assert done.exit_code == 1
    assert said in done.output
    assert "Traceback" not in done.output


def test_an_answer_that_is_an_error_is_named(web: str) -> None:
    assert "answers 404" in run(f"{web}/none.ics").output
