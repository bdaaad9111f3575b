"""Feeds from nginx, by our configuration: as the service sends them, and without the service."""

from __future__ import annotations

import gzip
import os
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path
from shutil import which

import pytest

from calendar_service.web.errors import RETRY_AFTER
from tests.clients.reading import need
from tests.journeys.running_service import (
    CHECKOUT,
    Answer,
    Running,
    command,
    fetch,
    free_port,
    running,
)

pytestmark = pytest.mark.clients

NGINX = which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
PATIENCE = 20.0
SUMMIT = "nato-summit-ankara-2026"
SLUGS = ("nato", "nato-summits", "nato-ministerials", "western-balkans")
ADDRESSES = [
    f"/feeds/{slug}.ics{query}"
    for slug in SLUGS
    for query in ("", "?lang=sq", "?lang=en", "?lang=fr")
]
GZIP = {"Accept-Encoding": "gzip"}

OWN = {"date", "server", "connection", "accept-ranges", "etag", "expires"}
"""What each server says in words of its own, or with the second at hand."""


@dataclass(frozen=True)
class Front:
    """The service with nginx before it."""

    service: Running
    origin: str
    folder: Path

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        return fetch(self.origin + path, headers=headers)

    def ask(self, method: str, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        return fetch(self.origin + path, headers=headers, method=method)

    def run(self, *arguments: str) -> None:
        """A command beside the running service."""
        port = int(self.service.origin.rpartition(":")[2])
        var = self.service.log.parent / "var"
        done = command(var, port, *arguments, CALENDAR_PUBLISH=str(self.folder))
        assert done.returncode == 0, done.stderr


def site_file(folder: Path, port: int, backend: int) -> str:
    """The configuration in deploy/, with what an operator is to change."""
    text = (CHECKOUT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    for line, own in {
        "listen 80;": f"listen 127.0.0.1:{port};",
        "listen [::]:80;": "",
        "root /srv/calendar;": f"root {folder};",
        "server 127.0.0.1:8000;": f"server 127.0.0.1:{backend};",
    }.items():
        assert text.count(line) == 1, line
        text = text.replace(line, own)
    return text


@contextmanager
def nginx(prefix: Path, site: str, port: int) -> Iterator[None]:
    """nginx, with all its files in a folder of its own, until the end."""
    assert NGINX is not None
    prefix.mkdir()
    kept = "\n".join(
        f"{kind}_temp_path {prefix / kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;" if os.geteuid() == 0 else ""
    (prefix / "site.conf").write_text(site, encoding="utf-8")
    (prefix / "nginx.conf").write_text(
        f"{user} daemon off; worker_processes 1; pid {prefix / 'pid'}; events {{}}\n"
        f"http {{ access_log {prefix / 'access.log'}; gzip on; gzip_types *;\n{kept}\n"
        f"types {{ text/plain ics; text/css css; }}\n"
        f"include {prefix / 'site.conf'}; }}\n",
        encoding="utf-8",
    )
    log = prefix / "error.log"
    start = [NGINX, "-p", str(prefix), "-c", str(prefix / "nginx.conf"), "-e", str(log)]
    tested = subprocess.run([*start, "-t"], capture_output=True, text=True, check=False)
    assert tested.returncode == 0, tested.stderr
    assert "[warn]" not in tested.stderr
    process = subprocess.Popen(start, stdin=subprocess.DEVNULL)
    try:
        wait_until(lambda: answers(f"http://127.0.0.1:{port}/healthz"), log)
        yield
    finally:
        process.terminate()
        process.wait(PATIENCE)


def answers(url: str) -> bool:
    try:
        return bool(fetch(url).status)
    except OSError:
        return False


def wait_until(is_so: Callable[[], bool], log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < end, log.read_text()
        time.sleep(0.05)


@contextmanager
def in_front(tmp_path: Path) -> Iterator[Front]:
    need("nginx", NGINX is not None)
    folder = tmp_path / "published"
    port, backend = free_port(), free_port()
    with (
        running(tmp_path / "var", backend, CALENDAR_PUBLISH=str(folder)) as service,
        nginx(tmp_path / "nginx", site_file(folder, port, backend), port),
    ):
        yield Front(service, f"http://127.0.0.1:{port}", folder)


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    """The starting content, which no test here changes."""
    with in_front(tmp_path_factory.mktemp("front")) as front:
        yield front


def told(answer: Answer) -> dict[str, str]:
    """What an answer says of itself, in the words that both servers share."""
    names = {name.lower() for name in answer.headers} - OWN
    return {name: str(answer.headers[name]) for name in names}


@pytest.mark.parametrize("asked", [{}, GZIP], ids=["plain", "gzip"])
@pytest.mark.parametrize("address", ADDRESSES)
def test_a_feed_is_what_the_service_sends_headers_and_all(
    front: Front, address: str, asked: dict[str, str]
) -> None:
    ours, theirs = front.service.get(address, asked), front.get(address, asked)
    assert theirs.status == 200
    assert theirs.body == ours.body
    of_service = told(ours)
    if "?" not in address:  # nginx does not know which language is a feed's own
        del of_service["content-language"]
    assert told(theirs) == of_service
    assert ("Content-Encoding" in theirs.headers) == bool(asked)


@pytest.mark.parametrize("asked", [{}, GZIP], ids=["plain", "gzip"])
def test_head_is_get_without_the_body(front: Front, asked: dict[str, str]) -> None:
    got, head = (front.ask(method, ADDRESSES[0], asked) for method in ("GET", "HEAD"))
    assert (head.status, head.body) == (200, b"")
    assert told(head) == told(got)
    assert head.headers["ETag"] == got.headers["ETag"]


def test_each_coding_has_its_own_strong_tag(front: Front) -> None:
    tags = [front.get(ADDRESSES[0], asked).headers["ETag"] for asked in ({}, GZIP)]
    assert len(set(tags)) == 2
    assert not any(tag.startswith("W/") for tag in tags)


@pytest.mark.parametrize("asked", [{}, GZIP], ids=["plain", "gzip"])
def test_who_has_it_gets_304_by_tag_and_by_date_with_all_that_belongs_to_it(
    front: Front, asked: dict[str, str]
) -> None:
    got = front.get(ADDRESSES[0], asked)
    tag, date = got.headers["ETag"], got.headers["Last-Modified"]
    later = format_datetime(parsedate_to_datetime(date).replace(year=2099), usegmt=True)
    for held in (
        {"If-None-Match": tag},
        {"If-None-Match": f'"other", W/{tag}'},
        {"If-Modified-Since": date},
        {"If-Modified-Since": later},
        {"If-None-Match": tag, "If-Modified-Since": date},
    ):
        answer = front.get(ADDRESSES[0], {**asked, **held})
        assert (answer.status, answer.body) == (304, b""), held
        for name in ("ETag", "Last-Modified", "Cache-Control", "Vary"):
            assert answer.headers[name] == got.headers[name], name


def test_who_has_another_one_gets_it_whole(front: Front) -> None:
    date = front.get(ADDRESSES[0]).headers["Last-Modified"]
    earlier = format_datetime(parsedate_to_datetime(date).replace(year=2020), usegmt=True)
    for held in (
        {"If-None-Match": '"other"'},
        {"If-Modified-Since": earlier},
        {"If-None-Match": '"other"', "If-Modified-Since": date},
    ):
        assert front.get(ADDRESSES[0], held).status == 200, held


@pytest.mark.parametrize("method", ["PROPFIND", "PUT", "POST", "DELETE", "REPORT"])
@pytest.mark.parametrize("address", ["/feeds/nato.ics", "/feeds/none.ics?lang=en"])
def test_odd_methods_get_405(front: Front, method: str, address: str) -> None:
    answer = front.ask(method, address)
    assert answer.status == 405
    assert answer.headers["Allow"] == "GET, HEAD, OPTIONS"
    assert answer.headers.get_content_type() == "text/plain"


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/", 200),
        ("/feeds/nato", 200),
        ("/static/site.css", 200),
        (f"/events/{SUMMIT}.ics", 200),
        ("/feeds/nato.ics?lang=", 200),
        ("/feeds/nato.ics?lang=de", 200),
        ("/feeds/nato.ics?lang=en-GB", 200),
        ("/feeds/nato.ics?lang=en&cancelled=hide", 200),
        ("/feeds/nato.ics?cancelled=hide&lang=en", 200),
        ("/feeds/nato.ics?alarm=P1D", 200),
        ("/feeds/custom.ics?topic=summit", 200),
        ("/feeds/custom.ics", 400),
        ("/feeds/nato.ics?colour=red", 400),
        ("/feeds/nato.ics?lang=../nato", 200),
        ("/feeds/none.ics", 404),
        ("/feeds/nato.en.ics", 404),
        ("/feeds/nato.ics.gz", 404),
        ("/.calendar-service.json", 404),
        ("/feeds/.calendar-service.lock", 404),
    ],
)
def test_everything_else_is_the_services_own_answer(
    front: Front, address: str, status: int
) -> None:
    ours, theirs = front.service.get(address), front.get(address)
    assert theirs.status == ours.status == status
    assert theirs.body == ours.body
    assert told(theirs) == told(ours)
    assert theirs.headers["ETag"] == ours.headers["ETag"]


def test_what_a_feed_can_be_asked_is_the_services_answer_too(front: Front) -> None:
    ours = fetch(front.service.origin + ADDRESSES[0], method="OPTIONS")
    theirs = front.ask("OPTIONS", ADDRESSES[0])
    assert (theirs.status, theirs.headers["Allow"]) == (ours.status, ours.headers["Allow"])


def test_no_log_keeps_an_address_that_is_a_secret(front: Front) -> None:
    front.get("/confirm/a-secret")
    front.get("/unsubscribe/a-secret")
    front.get("/privacy")
    log = front.folder.parent / "nginx" / "access.log"
    wait_until(lambda: "/privacy" in log.read_text(), log)
    assert "a-secret" not in log.read_text()


def test_a_change_is_there_at_once_for_whoever_has_the_one_before(tmp_path: Path) -> None:
    with in_front(tmp_path) as front:
        before = front.get("/feeds/nato.ics?lang=en", GZIP)
        front.run("events", "move", SUMMIT, "--start", "2026-07-09")
        held = {"If-None-Match": before.headers["ETag"]}
        dated = {"If-Modified-Since": before.headers["Last-Modified"]}
        after = front.get("/feeds/nato.ics?lang=en", {**GZIP, **held})
        assert after.status == front.get("/feeds/nato.ics?lang=en", dated).status == 200
        assert b"DTSTART;VALUE=DATE:20260709" in gzip.decompress(after.body)
        dates = [parsedate_to_datetime(one.headers["Last-Modified"]) for one in (before, after)]
        assert dates[0] < dates[1]


def test_without_the_service_feeds_are_served_and_all_else_is_503_for_now(tmp_path: Path) -> None:
    with in_front(tmp_path) as front:
        present = {address: front.get(address).body for address in ADDRESSES}
        front.service.stop()
        assert {address: front.get(address).body for address in ADDRESSES} == present
        for address in (
            "/",
            "/healthz",
            "/feeds/none.ics",
            "/feeds/nato.ics?alarm=P1D",
            "/feeds/custom.ics?topic=summit",
            f"/events/{SUMMIT}.ics",
        ):
            answer = front.get(address)
            assert answer.status == 503, address
            assert answer.headers["Retry-After"] == RETRY_AFTER
            assert answer.headers["Cache-Control"] == "no-store"
            assert answer.headers.get_content_type() == "text/plain"
        assert front.ask("PROPFIND", "/feeds/nato.ics").status == 405


def test_a_file_that_is_missing_is_the_services_to_send(tmp_path: Path) -> None:
    with in_front(tmp_path) as front:
        (front.folder / "feeds" / "nato.ics.gz").unlink()  # nor does nginx compress it itself
        assert front.get("/feeds/nato.ics", GZIP).headers["Content-Encoding"] is None
        tag = front.service.get("/feeds/nato.ics").headers["ETag"]
        (front.folder / "feeds" / "nato.ics").unlink()
        assert front.get("/feeds/nato.ics").headers["ETag"] == tag
        front.service.stop()
        (front.folder / "feeds" / "nato.ics").unlink(missing_ok=True)  # a worker writes it again
        assert front.get("/feeds/nato.ics").status == 503
