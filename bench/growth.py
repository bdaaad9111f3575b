"""What an event costs in feeds of every size: it should cost the same in each."""

from __future__ import annotations

import statistics
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from bench.asking import ask
from bench.calendars import service_with
from bench.changing import changing
from bench.plot import svg
from bench.progress import progress
from bench.running import running

SIZES = (1_000, 3_000, 10_000, 30_000, 100_000)
MOST_GROWTH = 1.5
"""Of the cost of an event from the smallest feed to the largest."""

REQUESTS = {
    "first request after a change": {},
    "first with gzip": {"Accept-Encoding": "gzip"},
    "again": {},
    "again with gzip": {"Accept-Encoding": "gzip"},
}
"""In the order in which they are asked."""

CHANGE = "one change published (in all)"
"""Which may not depend on how many others there are."""

DRAWING = Path(__file__).resolve().parents[1] / "docs" / "speed.svg"


def growth(folder: Path, rounds: int, *, quick: bool, draw: bool) -> Iterator[str]:
    """Prints microseconds of CPU for each event; gives what costs more the larger the feed is."""
    costs: dict[str, dict[int, float]] = defaultdict(dict)
    sizes = SIZES[:2] if quick else SIZES
    for size in sizes:
        progress(f"{size:,} events")
        for name, seconds in _measured(folder / str(size), size, rounds).items():
            costs[name][size] = seconds * 1e6 / (1 if name == CHANGE else size)
    progress("")
    print(f"{'CPU in µs, for each event':32}" + "".join(f"{size:>10,}" for size in sizes))
    for name, line in costs.items():
        print(f"{name:32}" + "".join(f"{cost:>10,.2f}" for cost in line.values()))
    if draw:
        DRAWING.write_text(_drawing(costs), encoding="utf-8")
        print(f"Drawn to {DRAWING}.")
    for name, line in costs.items():
        if line[sizes[-1]] > MOST_GROWTH * line[sizes[0]]:
            yield f"{name} costs {line[sizes[-1]] / line[sizes[0]]:.1f} times as much"


def _measured(folder: Path, size: int, rounds: int) -> dict[str, float]:
    """Seconds of CPU for a whole feed of so many events, and for a change of one."""
    service_with(size, folder).database.close()
    seconds = defaultdict(list)
    with running("ours", folder) as server, changing(server) as change:
        for _ in range(rounds):
            for kind, headers in REQUESTS.items():
                if kind.startswith("first"):
                    began = time.process_time()
                    change()
                    seconds[CHANGE].append(time.process_time() - began)
                before = server.cpu()
                ask(server.url, headers)
                seconds[kind].append(server.cpu() - before)
    return {name: statistics.median(found) for name, found in seconds.items()}


def _drawing(costs: Mapping[str, Mapping[int, float]]) -> str:
    lines = {name: list(costs[name].items()) for name in REQUESTS}
    title = "What an event costs the server, by the size of its feed"
    return svg(title, "events in the feed", "µs of CPU for each", lines)
