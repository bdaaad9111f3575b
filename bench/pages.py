"""What readers' pages cost with 100 events and with 10,000: the agenda is to cost the same.

    python -m bench.pages                      a minute, and the making of the stores before it
    python -m bench.pages --rounds 50

CPU of this process for each answer, the application asked without a server: the median of several
rounds in which both stores are asked in turn. Each page is made anew, but for the one that is
`kept` (`web/kept_pages.py`) and the one answered 304. `first after a change` is the first of
its kind after an event has moved, when what is looked through is read anew where it has changed.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from flask.testing import FlaskClient

from bench.calendars import service_with
from calendar_service.actions.publishing import move_event
from calendar_service.actions.service import Service
from calendar_service.clock import SetClock
from calendar_service.domain.when import AllDay
from calendar_service.web.app import create_app

SIZES = (100, 10_000)
NOW = datetime(2026, 2, 10, 12, tzinfo=UTC)
"""Where both stores have more events behind and ahead than a page shows."""

SPOKEN = {"Accept-Language": "en"}
MOST = 1.25
"""Times as much as the agenda of few events may that of many cost, a page being whole days."""

PAGES = {
    "agenda": "/",
    "agenda, later events": "/?from=2026-03-01",
    "agenda, earlier events": "/?until=2026-02-01",
    "agenda of a feed": "/feeds/bench",
    "month": "/calendar/2026/03",
    "one event": "/events/event-000042",
    "search": "/?text=number+42",
}


def main() -> None:
    """Measures and prints; ends with 1 if the agenda grows with the number of events."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=20)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        services = {size: _service(size, Path(folder) / str(size)) for size in SIZES}
        costs = _measured(services, rounds)
    print(
        f"{'CPU in ms, for each answer':28}" + "".join(f"{size:>10,}" for size in SIZES) + "  ratio"
    )
    for name, cost in costs.items():
        few, many = (cost[size] * 1000 for size in SIZES)
        print(f"{name:28}{few:>10.2f}{many:>10.2f}{many / few:>7.2f}")
    few, many = (costs["agenda"][size] for size in SIZES)
    if many > few * MOST:
        sys.exit(f"The agenda of {SIZES[1]:,} events costs {many / few:.2f} times as much.")
    print("The agenda costs the same with any number of events.")


def _service(size: int, folder: Path) -> Service:
    return replace(service_with(size, folder), clock=SetClock(NOW))


def _measured(services: dict[int, Service], rounds: int) -> dict[str, dict[int, float]]:
    clients = {size: create_app(service).test_client() for size, service in services.items()}
    seconds: dict[str, dict[int, list[float]]] = defaultdict(lambda: defaultdict(list))
    for number in range(rounds):
        for size, client in clients.items():
            for name, path in PAGES.items():
                new = f"{path}{'&' if '?' in path else '?'}round={number}"  # no page is kept of it
                seconds[name][size].append(_asked(client, new))
            seconds["agenda, kept"][size].append(_asked(client, f"/?round={number}"))
            tag = client.get("/", headers=SPOKEN).headers["ETag"]
            again = {"If-None-Match": tag}
            seconds["agenda again (304)"][size].append(_asked(client, "/", again, status=304))
            day = date(2026, 5, 1) + timedelta(days=number)
            move_event(services[size], "event-000042", AllDay(day, day))
            seconds["first after a change"][size].append(_asked(client, "/"))
    return {
        name: {size: statistics.median(times) for size, times in one.items()}
        for name, one in seconds.items()
    }


def _asked(
    client: FlaskClient, path: str, headers: dict[str, str] | None = None, *, status: int = 200
) -> float:
    begin = time.process_time()
    answer = client.get(path, headers={**SPOKEN, **(headers or {})})
    took = time.process_time() - begin
    assert answer.status_code == status, (path, answer.status)
    return took


if __name__ == "__main__":
    main()
