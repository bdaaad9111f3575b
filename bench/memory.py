"""What a worker holds beyond an idle one, and whether it stays at that."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from statistics import median

from bench.asking import ask, flood
from bench.calendars import service_with
from bench.changing import changing
from bench.running import Server, running

MOST_ABOVE_IDLE = 60
MOST_GROWTH = 3
"""Megabytes."""

ROUNDS = 5
"""Of answers, at the beginning and at the end, whose median counts: some are still on their way."""

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
        _flood(server)
        sizes, given = [server.resident()], 0
        while given < answers or len(sizes) < 2 * ROUNDS:
            given += _flood(server)
            sizes.append(server.resident())
    first, last = median(sizes[:ROUNDS]), median(sizes[-ROUNDS:])
    above, growth = max(first, last) - idle, last - first
    print(
        f"A worker with {size:,} events holds {above:.0f} MB more than an idle one's {idle:.0f} MB "
        f"(goal {MOST_ABOVE_IDLE}), and {growth:+.1f} MB after {given:,} answers more"
    )
    if above > MOST_ABOVE_IDLE:
        yield f"memory: {above:.0f} MB above idle"
    if growth > MOST_GROWTH:
        yield f"memory: {growth:+.1f} MB after {given:,} answers"


def _flood(server: Server) -> int:
    """Asks for each coding as fast as it is answered, last for a small one; tells how often."""
    return sum(flood(server.url, {"Accept-Encoding": c}, 1.0)[1] for c in CODINGS)


def _ask_all(server: Server) -> None:
    for coding in CODINGS:
        ask(server.url, {"Accept-Encoding": coding})
