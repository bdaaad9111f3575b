"""How fast feeds are served, as ratios to constant bytes from Flask on the same server.

    python -m bench.feeds              all of it, about ten minutes
    python -m bench.feeds --quick      less long and less often, about two
    python -m bench.feeds --others     Radicale and Xandikos too (installs them under .bench/)

wrk asks; it comes with `apt-get install wrk`. All servers run in turn, in several rounds, and the
median of each figure counts. CPU is the server's own, in microseconds for each answer.
"""

from __future__ import annotations

import argparse
import gc
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import icalendar

from bench.apps import ADDRESS
from bench.calendars import FEED, KEPT, ORIGIN, PUBLISHED, event, service_in, service_with
from bench.others import OTHERS
from calendar_service.actions.publishing import move_event
from calendar_service.actions.service import Service
from calendar_service.domain.events import Revision
from calendar_service.domain.when import Timed
from calendar_service.ical.calendars import render_for_feed
from calendar_service.ical.events import Piece
from calendar_service.web.app import create_app

SIZES = (10, 1_000, 10_000)
GOALS = {
    ("200", 10): 0.75,
    ("200", 1_000): 0.85,
    ("200", 10_000): 0.9,
    **{(kind, size): 0.8 for kind in ("gzip", "304") for size in SIZES},
}
FIRST_WITHIN = 0.025
"""Seconds for the first request after a change, at 10,000 events."""

RENDER_GOAL = 0.7
ROUNDS, SECONDS = 3, 3.0


@dataclass(frozen=True)
class Figure:
    """What one run gave: answers a second, and the server's CPU for each, in seconds."""

    rate: float
    cpu: float


def main() -> None:
    """Measures and prints."""
    options = _options()
    if shutil.which("wrk") is None:
        sys.exit("wrk is missing; install it with `apt-get install wrk`.")
    rounds, seconds = (1, 1.0) if options.quick else (ROUNDS, SECONDS)
    sizes = SIZES[:2] if options.quick else SIZES
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        missed = [
            *serving(Path(folder), sizes, rounds, seconds, others=options.others),
            *first_after_a_change(Path(folder), sizes[-1]),
            *rendering(),
            *memory(Path(folder), sizes[-1]),
        ]
    print("\nAll goals are reached." if not missed else "\nNot reached: " + "; ".join(missed))
    sys.exit(1 if missed else 0)


def serving(
    folder: Path, sizes: tuple[int, ...], rounds: int, seconds: float, *, others: bool
) -> Iterator[str]:
    """Answers a second of each server, and what falls short of its goal."""
    figures: dict[tuple[str, str, int], list[Figure]] = defaultdict(list)
    names = ["constant", "ours", "naive", *(OTHERS if others else ())]
    total, done = len(sizes) * rounds * len(names), 0
    for size in sizes:
        service_with(size, folder / str(size)).database.close()
        for number in range(rounds):
            for name in names:
                done += 1
                _progress(f"{done}/{total}  {name}, {size:,} events, round {number + 1}")
                with running(name, folder / str(size)) as (url, process):
                    for kind, headers in _questions(url, name):
                        figures[name, kind, size].append(_asked(url, headers, process, seconds))
    _progress("")
    print(f"{'':10}{'events':>8}{'':>6}{'answers/s':>12}{'CPU':>9}{'ratio':>8}{'goal':>7}")
    for (name, kind, size), found in figures.items():
        rate = statistics.median(one.rate for one in found)
        cpu = statistics.median(one.cpu for one in found)
        limit = statistics.median(one.rate for one in figures["constant", kind, size])
        goal = GOALS.get((kind, size)) if name == "ours" else None
        told = f"{goal:>7.2f}" if goal else ""
        row = f"{name:10}{size:>8,}{kind:>6}{rate:>12,.0f}{cpu * 1e6:>7,.0f}µs{rate / limit:>8.2f}"
        print(row + told)
        if goal and rate / limit < goal:
            yield f"{kind} at {size:,} events: {rate / limit:.2f} of {goal}"


def first_after_a_change(folder: Path, size: int) -> Iterator[str]:
    """The time of the first request after one event has moved."""
    print(f"\nFirst request after one change in {size:,} events:")
    service = service_in(folder / str(size))
    client = create_app(service).test_client()
    for coding in ("identity", "gzip"):
        client.get(ADDRESS, headers={"Accept-Encoding": coding})
        times = []
        for number in range(9):
            _move(service, number, later=7 if coding == "gzip" else 3)
            gc.collect()
            began = time.perf_counter()
            answer = client.get(ADDRESS, headers={"Accept-Encoding": coding})
            times.append(time.perf_counter() - began)
            assert answer.status_code == 200
        found = statistics.median(times)
        print(f"  {coding:10}{found * 1000:6.1f} ms  (goal {FIRST_WITHIN * 1000:.0f} ms at 10,000)")
        if size == SIZES[-1] and found > FIRST_WITHIN:
            yield f"first {coding} after a change: {found * 1000:.0f} ms"
    service.database.close()


def rendering() -> Iterator[str]:
    """Our full rendering against what the icalendar library itself takes to write as much."""
    published = revisions_like(2_000)
    began = time.perf_counter()
    pieces = [render_for_feed(one, language="en", origin=ORIGIN) for one in published]
    ours = len(pieces) / (time.perf_counter() - began)
    content = b"".join(piece.content for piece in pieces if isinstance(piece, Piece))
    whole = b"BEGIN:VCALENDAR\r\n" + content + b"END:VCALENDAR\r\n"
    calendar = icalendar.Calendar.from_ical(whole)
    began = time.perf_counter()
    calendar.to_ical()
    theirs = len(pieces) / (time.perf_counter() - began)
    print(f"\nFull rendering: {ours:,.0f} events/s, icalendar writes {theirs:,.0f}; ratio", end=" ")
    print(f"{ours / theirs:.2f} (goal {RENDER_GOAL})")
    if ours / theirs < RENDER_GOAL:
        yield f"rendering {ours / theirs:.2f} of {RENDER_GOAL}"


def revisions_like(events: int) -> list[Revision]:
    """Revisions of the events that are measured."""
    return [Revision(event(number), 0, PUBLISHED, PUBLISHED) for number in range(events)]


def memory(folder: Path, size: int) -> Iterator[str]:
    """What a worker takes beyond an idle one, at first and after ten thousand answers."""
    with running("ours", folder / str(SIZES[0])) as (_, process):
        idle = _resident(process)
    with running("ours", folder / str(size)) as (url, process):
        for coding in ("identity", "gzip", "zstd"):
            _wrk(url, {"Accept-Encoding": coding}, 1.0)
        first = _resident(process)
        _wrk(url, {"Accept-Encoding": "gzip"}, 3.0)
        last = _resident(process)
    more, growth = first - idle, last - first
    print(f"\nMemory at {size:,} events: {more:.0f} MB above idle (goal 60), then {growth:+.1f} MB")
    if more > 60 or growth > 5:
        yield f"memory {more:.0f} MB above idle, then {growth:+.1f} MB"


@contextmanager
def running(name: str, folder: Path) -> Iterator[tuple[str, int]]:
    """A server on a free port: its address, and the process that answers."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command, path = (
        OTHERS[name](folder, port)
        if name in OTHERS
        else (
            [sys.executable, "-m", "bench.serve", name, str(folder), str(port)],
            ADDRESS,
        )
    )
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}{path}"
    try:
        _wait_for(url)
        yield url, _worker_of(process.pid)
    finally:
        process.terminate()
        process.wait(20)


def _questions(url: str, name: str) -> Iterator[tuple[str, dict[str, str]]]:
    yield "200", {}
    if name in {"constant", "ours"}:
        yield "gzip", {"Accept-Encoding": "gzip"}
        yield "304", {"If-None-Match": _header(url, "etag")}


def _asked(url: str, headers: dict[str, str], process: int, seconds: float) -> Figure:
    before = _cpu(process)
    rate, answers = _wrk(url, headers, seconds)
    return Figure(rate, (_cpu(process) - before) / max(answers, 1))


def _wrk(url: str, headers: dict[str, str], seconds: float) -> tuple[float, int]:
    told = [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")]
    command = ["wrk", "-t1", "-c8", f"-d{seconds:.0f}s", "--timeout", "20s", *told, url]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx or 3xx" in output:
        sys.exit(f"{url} answers with errors:\n{output}")
    rate = re.search(r"Requests/sec:\s+([\d.]+)", output)
    answers = re.search(r"(\d+) requests in", output)
    return float(rate[1]) if rate else 0.0, int(answers[1]) if answers else 0


def _header(url: str, name: str) -> str:
    command = ["curl", "-sI", url]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = re.search(rf"^{name}: (.*?)\r?$", output, re.IGNORECASE | re.MULTILINE)
    return found[1] if found else ""


def _move(service: Service, number: int, *, later: int) -> None:
    when = event(number).when
    assert isinstance(when, Timed)
    move_event(service, event(number).uid, when.moved_to(when.start + timedelta(minutes=later)))


def _wait_for(url: str) -> None:
    end = time.monotonic() + 120
    while subprocess.run(["curl", "-sf", "-o", "/dev/null", url], check=False).returncode:
        if time.monotonic() > end:
            sys.exit(f"{url} does not answer.")
        time.sleep(0.1)


def _worker_of(pid: int) -> int:
    """The process that answers: the newest child of a server that has some, else the server."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return int(children[-1]) if children else pid


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def _resident(pid: int) -> float:
    match = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return int(match[1]) / 1024 if match else 0.0


def _progress(words: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\x1b[K{words}", end="", file=sys.stderr, flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench.feeds",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--quick", action="store_true", help="shorter, once, and without 10,000")
    parser.add_argument("--others", action="store_true", help="Radicale and Xandikos too")
    return parser.parse_args()


if __name__ == "__main__":
    KEPT.mkdir(exist_ok=True)
    assert FEED.slug in ADDRESS
    main()
