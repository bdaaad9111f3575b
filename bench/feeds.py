"""How fast feeds are served, as ratios to a limit that is measured in the same run.

    python -m bench.feeds                      all parts, about fifteen minutes
    python -m bench.feeds --quick              shorter, less often, and without 10,000 events
    python -m bench.feeds serving --others     with Radicale and Xandikos (installed under .bench/)
    python -m bench.feeds serving --events 10  one part, one size

serving    answers a second and the server's CPU for each: the feed, its gzip, a 304, and the first
           request after one event has changed; of constant bytes from a Flask view on the same
           server (the limit), ours, a naive Flask view, and with --others Radicale under gunicorn
           and Xandikos
rendering  events written in full, against what the icalendar library takes to write as much
memory     what a worker holds beyond an idle one, and after ten thousand answers more
growth     what an event costs in feeds of 1,000 to 100,000, for which it first makes stores of so
           many, which takes a while; draws docs/speed.svg with --draw

wrk asks; it comes with `apt-get install wrk`. The servers run side by side and are asked in turn,
in several rounds; the median counts. A busy machine spreads the figures: raise --rounds.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.asking import require_wrk
from bench.growth import growth
from bench.memory import memory
from bench.rendering import rendering
from bench.serving import serving

SIZES = (10, 1_000, 10_000)
PARTS = ("serving", "rendering", "memory", "growth")
ROUNDS, SECONDS = 5, 2.0


def main() -> None:
    """Measures and prints; ends with 1 if a goal is missed."""
    options = _options()
    require_wrk()
    missed = []
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        for part in options.parts or PARTS:
            for miss in _run(part, options, Path(folder)):
                missed.append(miss)
                sys.stdout.flush()
    print("\nAll goals are reached." if not missed else "\nNot reached: " + "; ".join(missed))
    sys.exit(1 if missed else 0)


def _run(part: str, options: argparse.Namespace, folder: Path) -> Iterator[str]:
    quick, rounds = options.quick, options.rounds
    print(f"\n== {part}", flush=True)
    if part == "serving":
        sizes = options.events or (SIZES[:2] if quick else SIZES)
        return serving(folder, sizes, rounds, options.seconds, others=options.others)
    if part == "rendering":
        return rendering(rounds)
    if part == "memory":
        return memory(folder, SIZES[1 if quick else 2], 1_000 if quick else 10_000)
    return growth(folder, rounds, quick=quick, draw=options.draw)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench.feeds",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("parts", nargs="*", choices=PARTS, metavar="PART", help=f"{', '.join(PARTS)}; all if none")
    add("--events", type=int, nargs="+", metavar="N", help="sizes of the feeds that are served")
    add("--rounds", type=int, default=ROUNDS, help=f"how often each is asked ({ROUNDS})")
    add("--seconds", type=float, default=SECONDS, help=f"how long each time ({SECONDS:g})")
    add("--others", action="store_true", help="Radicale and Xandikos too")
    add("--draw", action="store_true", help="write what grows to docs/speed.svg")
    add("--quick", action="store_true", help="less of everything: to see whether it works")
    options = parser.parse_args()
    if options.quick:
        options.rounds, options.seconds = 3, 1.0
    return options


if __name__ == "__main__":
    main()
