"""Linting calendars from the command line."""

from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from calendar_service.actions import linting
from calendar_service.actions.linting import lint_address
from calendar_service.cli import main
from calendar_service.errors import CalendarError
from tests.builders import timed
from tests.ical.samples import feed_of, published

GOOD = feed_of(published(timed("2026-02-12 14:00", "16:00")))
BAD = GOOD.replace(b"UID:", b"UID:" + b"x" * 90).replace(b"VERSION:2.0\r\n", b"")


class _Calendars(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        getattr(self, f"_{self.path[1:].partition('.')[0]}")()

    def _good(self) -> None:
        self._answer(GOOD, ("Content-Type", "text/calendar; charset=utf-8"), ("ETag", '"1"'))

    def _page(self) -> None:
        self._answer(b"<html></html>\r\n", ("Content-Type", "text/html"))

    def _none(self) -> None:
        self.send_error(404)

    def _moved(self) -> None:
        self._answer(b"", ("Location", "/page"), status=302)

    def _loop(self) -> None:
        self._answer(b"", ("Location", "/loop"), status=301)

    def _elsewhere(self) -> None:
        self._answer(b"", ("Location", "file:///etc/passwd"), status=302)

    def _empty(self) -> None:
        self._answer(b"", ("Content-Type", "text/calendar"), ("ETag", '"1"'))

    def _packed(self) -> None:
        self._answer(gzip.compress(GOOD), ("Content-Encoding", "gzip"), ("ETag", '"1"'))

    def _short(self) -> None:
        self._answer(GOOD, ("Content-Type", "text/calendar"), ("Content-Length", "99999"))

    def _nonsense(self) -> None:
        self.wfile.write(b"this is not HTTP at all\r\n\r\n")

    def _endless(self) -> None:
        self._answer(b"BEGIN:VCALENDAR\r\n", ("Content-Type", "text/calendar"))
        with suppress(OSError):
            while True:
                self.wfile.write(b"X-MORE:and more\r\n")
                time.sleep(0.01)

    def _answer(self, content: bytes, *headers: tuple[str, str], status: int = 200) -> None:
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_args: object) -> None: ...


@pytest.fixture(scope="module")
def web() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Calendars)
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
    assert "2 errors, 0 other findings." in done.output


def test_advice_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "plain.ics").write_bytes(GOOD.replace(b"X-WR-CALNAME", b"X-OTHER"))
    done = run(str(tmp_path / "plain.ics"))
    assert (done.exit_code, "advice: calendar-name" in done.output) == (0, True)
    assert "0 errors, 1 other finding." in done.output


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
        ("http://127.0.0.1:9/a.ics", "cannot be fetched: Connection refused."),
        ("http://127.0.0.1:port/a.ics", "cannot be fetched"),
        ("https://exa mple/a.ics", "cannot be fetched"),
        ("http://[::1/a.ics", "cannot be fetched"),
        ("https://", "cannot be fetched"),
        (".", "cannot be read"),
        ("", "cannot be read"),
    ],
)
def test_what_cannot_be_read_is_said(address: str, said: str) -> None:
    done = run(address)
    assert done.exit_code == 1
    assert said in done.output
    assert "Traceback" not in done.output


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("none.ics", "answers 404"),
        ("moved", "/page is served as text/html"),
        ("loop", "answers 301"),
        ("elsewhere", "answers 302"),
        ("empty", "it is empty"),
        ("packed", "is sent as gzip to who has not asked"),
        ("short", "broke off after"),
        ("nonsense", "cannot be fetched"),
    ],
)
def test_whatever_a_server_answers_is_told_in_words(web: str, path: str, said: str) -> None:
    done = run(f"{web}/{path}")
    assert (done.exit_code, type(done.exception)) == (1, SystemExit)
    assert said in done.output


def test_an_answer_without_end_is_left_in_time(web: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CalendarError, match="not sent all within 0.1 seconds"):
        lint_address(f"{web}/endless", patience=0.1)
    monkeypatch.setattr(linting, "LARGEST", 50)
    with pytest.raises(CalendarError, match="larger than 50 octets"):
        lint_address(f"{web}/endless")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "it is empty"),
        (b"\r\n \r\n", "it is empty"),
        (b"<!doctype html><title>Sign in</title>", "a page, in HTML"),
        (bytes(range(256)) * 9, "it is binary"),
        (gzip.compress(GOOD), "it is compressed"),
        ("BEGIN:VCALENDAR".encode("utf-16"), "it is UTF-16"),
        (b"BEGIN:VCARD\r\nEND:VCARD\r\n", "does not begin with BEGIN:VCALENDAR"),
        (GOOD.replace(b"\r\n", b"\n"), "error: line-ends"),
        (b"\xef\xbb\xbf" + GOOD, "error: byte-order-mark"),
        (GOOD.replace(b"SUMMARY", b"X-\xc3\r\n \xab:1\r\nSUMMARY"), "error: split-character"),
        (GOOD.replace(b"SUMMARY", b"\x1b[31mred\r\nSUMMARY"), r"\x1b[31mred"),
        (b"BEGIN:VCALENDAR\r\n" + b"X\0\r\n" * 3000, "and 2995 more"),
    ],
)
def test_whatever_is_in_a_file_is_told_in_words(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "some.ics").write_bytes(content)
    done = run(str(tmp_path / "some.ics"))
    assert (done.exit_code, type(done.exception)) == (1, SystemExit)
    assert said in done.output
    assert "Who suffers:" in done.output
    assert done.output.replace("\n", "").isprintable()


def test_a_file_that_is_too_large_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(linting, "LARGEST", 50)
    (tmp_path / "large.ics").write_bytes(GOOD)
    assert "larger than 50 octets" in run(str(tmp_path / "large.ics")).output
