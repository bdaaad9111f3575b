"""What a worker holds beyond an idle one, and whether it stays at that."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bench.asking import ask, flood
from bench.calendars import service_with
from bench.changing import changing
from bench.running import Server, running

MOST_ABOVE_IDLE = 60
MOST_GROWTH = 3
"""Megabytes."""

CODINGS = ("identity", "gzip", "zstd")


def memory(folder: Path, size: int, answers: int) -> Iterator[str]:
    """Prints megabytes; gives what is over its bound."""
    service_with(10, folder / "10").database.close()
    service_with(size, folder / str(size)).database.close()
    with running("ours", folder / "10") as server:
        idle = server.resident()
    with running("ours", folder / str(size)) as server, changing(server) as change:
        for _ in range(10):
            change()
            _ask_all(server)
        first = server.resident()
        given = 0
        while given < answers:
            given += sum(flood(server.url, {"Accept-Encoding": c}, 1.0)[1] for c in CODINGS)
        last = server.resident()
    above, growth = max(first, last) - idle, last - first
    print(
        f"A worker with {size:,} events holds {above:.0f} MB more than an idle one's {idle:.0f} MB "
        f"(goal {MOST_ABOVE_IDLE}), and {growth:+.1f} MB after {given:,} answers more"
    )
    if above > MOST_ABOVE_IDLE:
        yield f"memory: {above:.0f} MB above idle"
    if growth > MOST_GROWTH:
        yield f"memory: {growth:+.1f} MB after {given:,} answers"


def _ask_all(server: Server) -> None:
    for coding in CODINGS:
        ask(server.url, {"Accept-Encoding": coding})
