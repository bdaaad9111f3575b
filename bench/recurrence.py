"""How fast series are expanded, against recurring-ical-events, which must find the same.

    python -m bench.recurrence            five years and one month of 400 series
    python -m bench.recurrence --rounds 9

Both read the same series: we our own events, it the feed that we serve of them, parsed beforehand.
It needs an older python-dateutil than we do, so it is installed into .bench/ and runs as a process
of its own; both take turns, and the median of their CPU times counts. Both give UTC.
"""

from __future__ import annotations

import argparse
import gc
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from bench.calendars import FEED, KEPT, ORIGIN, PUBLISHED
from bench.progress import progress
from calendar_service.domain.documents import read_event
from calendar_service.domain.events import Event, Revision
from calendar_service.domain.recurrence import occurrences
from calendar_service.domain.when import ONE_DAY, AllDay, InMonth, KnownWhen
from calendar_service.ical.calendars import feed_calendar, render_for_feed
from calendar_service.ical.events import Piece

GOAL = 10
ZONE = "Europe/Brussels"
SERIES = 400
SPANS = {
    "five years": (date(2026, 1, 1), date(2031, 1, 1)),
    "one month": (date(2029, 6, 1), date(2029, 7, 1)),
}
"""From a day to another that is not of it."""

PYTHON = KEPT / "recurrence" / "bin" / "python"
PACKAGES = ("recurring-ical-events", "python-dateutil<3")
THEIRS = Path(__file__).with_name("expand_with_recurring.py")

Found = tuple[str, str, str]
"""Title, first instant or day, and the end."""

RULES: Sequence[dict[str, object]] = (
    {"rule": "FREQ=WEEKLY"},
    {
        "rule": "FREQ=WEEKLY",
        "excluded": ["2026-02-02T09:00:00", "2027-03-29T09:00:00"],
        "overrides": [
            {"of": "2026-03-02T09:00:00", "start": "2026-03-04T14:00:00"},
            {"of": "2026-04-06T09:00:00", "title": {"en": "Another title"}},
        ],
    },
    {"rule": "FREQ=DAILY;COUNT=200"},
    {"rule": "FREQ=MONTHLY;BYDAY=1MO"},
    {"rule": "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE,FR"},
    {"rule": "FREQ=YEARLY"},
    {"rule": "FREQ=MONTHLY;BYMONTHDAY=5;UNTIL=20291231T235959Z"},
    {
        "rule": "FREQ=WEEKLY;COUNT=150",
        "added": ["2026-01-08T10:00:00"],
        "overrides": [
            {"of": "2026-09-07T09:00:00", "and_rest": True, "start": "2026-09-07T11:00:00"}
        ],
    },
)


def main() -> None:
    """Measures and prints; ends with 1 if a goal is missed or the results differ."""
    options = _options()
    _install()
    events = [event(number) for number in range(SERIES)]
    missed: list[str] = []
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        file = Path(folder) / "series.ics"
        file.write_bytes(_feed(events))
        with _their_process(file) as process:
            for name, (first, last) in SPANS.items():
                missed += _compared(process, events, name, first, last, options.rounds)
    print("\nAll goals are reached." if not missed else "\nNot reached: " + "; ".join(missed))
    sys.exit(1 if missed else 0)


def event(number: int) -> Event:
    """A series of 2026, one of each kind in turn."""
    kind = RULES[number % len(RULES)]
    all_day = number % (2 * len(RULES)) == 0
    hours = {"start": "2026-01-05T09:00:00", "end": "2026-01-05T10:30:00", "zone": ZONE}
    return read_event(
        {
            "uid": f"series-{number}@example.org",
            "slug": f"series-{number}",
            "language": "en",
            "title": {"en": f"Series {number}"},
            **({"start": "2026-01-05"} if all_day else hours),
            "recurrence": kind,
        }
    )


def _compared(
    process: subprocess.Popen[str],
    events: list[Event],
    name: str,
    first: date,
    last: date,
    rounds: int,
) -> Iterator[str]:
    """Prints the figures of one span; gives what is wrong with them."""
    their, our = [], []
    for number in range(rounds):
        progress(f"{name}, round {number + 1}/{rounds}")
        seconds, theirs = _their_turn(process, first, last)
        their.append(seconds)
        seconds, ours = _our_turn(events, first, last)
        our.append(seconds)
    progress("")
    count, ratio = len(ours), statistics.median(t / o for t, o in zip(their, our, strict=True))
    rates = [f"{count / statistics.median(taken):,.0f}" for taken in (our, their)]
    print(f"{name}: {count:,} instances; ours {rates[0]}/s, theirs {rates[1]}/s", end="; ")
    print(f"ratio {ratio:.1f} (goal {GOAL})")
    if different := Counter(ours) - Counter(theirs) | (Counter(theirs) - Counter(ours)):
        print(*sorted(different)[:10], sep="\n")
        yield f"{name}: {different.total()} instances differ"
    if ratio < GOAL:
        yield f"{name}: {ratio:.1f} of {GOAL}"


def _our_turn(events: list[Event], first: date, last: date) -> tuple[float, list[Found]]:
    gc.collect()
    began = time.process_time()
    found = [
        (of, one, *_span(one.when))
        for of in events
        if not isinstance(of.when, InMonth)
        for one in occurrences(of.when, of.recurrence, first=first, last=last - ONE_DAY)
    ]
    taken = time.process_time() - began
    return taken, [
        (of.at(one).title_in("en"), str(begin), str(end)) for of, one, begin, end in found
    ]


def _span(when: KnownWhen) -> tuple[date, date]:
    """Start and end as instants in UTC, or the first day and the one after the last."""
    return (when.first, when.last + ONE_DAY) if isinstance(when, AllDay) else when.instants()


def _their_turn(
    process: subprocess.Popen[str], first: date, last: date
) -> tuple[float, list[Found]]:
    assert process.stdin is not None
    assert process.stdout is not None
    print(first, last, file=process.stdin, flush=True)
    answer = json.loads(process.stdout.readline())
    return answer["seconds"], [(title, begin, end) for title, begin, end in answer["found"]]


@contextmanager
def _their_process(file: Path) -> Iterator[subprocess.Popen[str]]:
    command = [str(PYTHON), str(THEIRS), str(file)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        yield process
        process.terminate()


def _feed(events: list[Event]) -> bytes:
    pieces = []
    for one in events:
        made = render_for_feed(Revision(one, 0, PUBLISHED, PUBLISHED), language="en", origin=ORIGIN)
        assert isinstance(made, Piece), made
        pieces.append(made.content)
    return feed_calendar(pieces, [ZONE], FEED, language="en", fell_back=False, origin=ORIGIN)


def _install() -> None:
    if not PYTHON.exists():
        subprocess.run([sys.executable, "-m", "venv", str(PYTHON.parents[1])], check=True)
        subprocess.run([str(PYTHON), "-m", "pip", "install", "--quiet", *PACKAGES], check=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench.recurrence",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--rounds", type=int, default=5, help="how often each takes its turn (5)")
    return parser.parse_args()


if __name__ == "__main__":
    main()
