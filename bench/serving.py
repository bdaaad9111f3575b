"""Answers a second and CPU for each answer, of all servers in turn."""

from __future__ import annotations

import gc
import statistics
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import astuple, dataclass, field
from itertools import product
from pathlib import Path

from bench.apps import APPS
from bench.asking import Headers, ask, flood, in_turn
from bench.calendars import service_with
from bench.changing import changing
from bench.others import OTHERS
from bench.progress import progress
from bench.running import Server, running

GOALS = {
    ("200", 10): 0.75,
    ("200", 1_000): 0.85,
    ("200", 10_000): 0.9,
    **{(kind, size): 0.8 for kind in ("gzip", "304") for size in (10, 1_000, 10_000)},
}
"""Of what constant bytes reach."""

FIRST_WITHIN, FIRST_AT = 0.025, 10_000
"""Seconds for the first request after one change in so many events."""

FIRST_TIMES = 5
"""In each round: a single one says more of the machine than of the server."""

FIRSTS = {"first": "identity", "first gz": "gzip"}
KINDS = ("200", "gzip", "304", *FIRSTS)
SLOW = 0.2
"""Seconds for an answer from which on a server is asked answer by answer."""

UNLIKE = {"date", "server", "connection", "transfer-encoding"}
"""Headers that are the HTTP server's."""


@dataclass(frozen=True, slots=True)
class Figure:
    """What one run gave: answers a second, and the server's CPU for each, in seconds."""

    rate: float
    cpu: float


@dataclass(slots=True)
class Results:
    """The figures of each server and kind of request, one a round."""

    size: int
    figures: dict[tuple[str, str], list[Figure]] = field(default_factory=lambda: defaultdict(list))

    def ratio(self, name: str, kind: str) -> float:
        """Of the limit's rate: the median of the rounds, in each of which both ran in turn."""
        limits = self.figures["constant", kind]
        pairs = zip(self.figures[name, kind], limits, strict=True)
        return statistics.median(one.rate / limit.rate for one, limit in pairs)


def serving(
    folder: Path, sizes: Sequence[int], rounds: int, seconds: float, *, others: bool
) -> Iterator[str]:
    """Prints the figures of each server; gives what falls short of its goal."""
    names = [*APPS, *(OTHERS if others else ())]
    print(f"{'':10}{'events':>7}  {'':9}{'answers/s':>10}{'CPU':>11}{'ratio':>10}{'goal':>9}")
    for size in sizes:
        where = folder / str(size)
        service_with(size, where).database.close()
        with ExitStack() as stack:
            servers = [stack.enter_context(running(name, where)) for name in names]
            results = _measured(servers, size, rounds, seconds)
        yield from _told(results)


def _measured(servers: list[Server], size: int, rounds: int, seconds: float) -> Results:
    results, questions = Results(size), {one.name: _questions(one) for one in servers}
    _check_alike(*servers[:2])
    with ExitStack() as stack:
        changes = {one.name: stack.enter_context(changing(one)) for one in servers}
        for number, kind in product(range(rounds), KINDS):
            for server in servers:
                headers = questions[server.name].get(kind)
                if headers is None:
                    continue
                progress(f"{size:,} events, round {number + 1}/{rounds}: {kind} {server.name}")
                figures = results.figures[server.name, kind]
                if kind in FIRSTS:
                    figures.append(_first(server, changes[server.name], headers))
                else:
                    figures.append(_rate(server, kind, headers, seconds))
    progress("")
    return results


def _questions(server: Server) -> dict[str, Headers]:
    """The kinds of request that a server answers as asked, with the headers that ask."""
    plain = ask(server.url)
    if "text/calendar" not in plain.headers.get("content-type", ""):
        sys.exit(f"{server.name} answers with no calendar: {plain}")
    tag = plain.headers.get("etag", "")
    asked: dict[str, Headers] = {"200": {}}
    if ask(server.url, {"Accept-Encoding": "gzip"}).headers.get("content-encoding") == "gzip":
        asked["gzip"] = {"Accept-Encoding": "gzip"}
    if tag and ask(server.url, {"If-None-Match": tag}).status == 304:
        asked["304"] = {"If-None-Match": tag}
    if server.name != "constant":
        for kind, coding in FIRSTS.items():
            if coding in {"identity", *asked}:
                asked[kind] = {"Accept-Encoding": coding}
    return asked


def _check_alike(limit: Server, ours: Server) -> None:
    """Ends the program if the limit does not answer what ours does: it would be none."""
    for headers in _questions(ours).values():
        answers = [ask(server.url, headers) for server in (limit, ours)]
        heads = [{*answer.headers.items()} for answer in answers]
        unlike = [line for line in heads[0] ^ heads[1] if line[0] not in UNLIKE]
        if answers[1].status == 304:  # of which Werkzeug drops the date: the limit's advantage
            unlike = [line for line in unlike if line[0] != "last-modified"]
        if unlike or answers[0].status != answers[1].status:
            sys.exit(f"The limit does not answer as the service does: {unlike or answers}")


def _rate(server: Server, kind: str, headers: Headers, seconds: float) -> Figure:
    if kind == "304":  # the tag is another one after each change
        headers = {"If-None-Match": ask(server.url).headers["etag"]}
    answer = ask(server.url, headers)
    assert answer.status == (304 if kind == "304" else 200), answer
    taken, before = ask(server.url, headers).seconds, server.cpu()
    if taken < SLOW:
        rate, answers = flood(server.url, headers, seconds)
    else:
        rate, answers = in_turn(server.url, headers, 1 if taken > seconds else 2)
    return Figure(rate, (server.cpu() - before) / max(answers, 1))


def _first(server: Server, change: Callable[[], None], headers: Headers) -> Figure:
    """The median of a few first requests after a change each; one of a slow server."""
    found = [_first_once(server, change, headers)]
    while found[0].rate * SLOW > 1 and len(found) < FIRST_TIMES:
        found.append(_first_once(server, change, headers))
    return Figure(*(statistics.median(column) for column in zip(*map(astuple, found), strict=True)))


def _first_once(server: Server, change: Callable[[], None], headers: Headers) -> Figure:
    """From a client that is connected already."""
    change()
    gc.collect()
    before = server.cpu()
    answer = ask(server.url, headers)
    return Figure(1 / answer.seconds, server.cpu() - before)


def _told(results: Results) -> Iterator[str]:
    """Prints a table; gives what falls short."""
    for (name, kind), found in results.figures.items():
        rate = statistics.median(one.rate for one in found)
        cpu = statistics.median(one.cpu for one in found)
        row = f"{name:10}{results.size:>7,}  {kind:9}{rate:>10,.1f}{_time(cpu):>11}"
        if kind in FIRSTS:
            bound = FIRST_WITHIN if name == "ours" and results.size == FIRST_AT else None
            print(f"{row}{_time(1 / rate):>10}{_time(bound) if bound else '':>9}")
            if bound and 1 / rate > bound:
                yield f"{kind} after a change: {_time(1 / rate)} of {_time(bound)}"
            continue
        ratio = results.ratio(name, kind)
        goal = GOALS.get((kind, results.size)) if name == "ours" else None
        print(f"{row}{ratio:>10.3g}{goal or '':>9}")
        if goal and ratio < goal:
            yield f"{kind} at {results.size:,} events: {ratio:.2f} of {goal}"


def _time(seconds: float) -> str:
    """A short time in the unit that suits it."""
    for factor, unit in ((1, "s"), (1e3, "ms")):
        if seconds * factor >= 1:
            return f"{seconds * factor:,.3g} {unit}"
    return f"{seconds * 1e6:,.0f} µs"
