"""Whether the time of an answer tells what the answer itself does not.

    python -m bench.timing                     a minute
    python -m bench.timing --rounds 1000

Sign-ups of an address that nobody knows, of a reader, of a suppressed address and of one that is
asked for again and again; and links that are forged, foreign, expired, erased or of another
purpose. The application is asked without a server, each of them once in a round, in an order that
changes from round to round. A ratio is the median of one sort against that of the first; *noise* is
what two halves of one and the same sort differ by, drawn a thousand times: 99 in a hundred less.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask.testing import FlaskClient
from sqlalchemy import delete, select

from bench.progress import progress
from calendar_service.actions.choices import TypedChoices
from calendar_service.actions.confirming import confirm, confirm_token
from calendar_service.actions.content import load_content
from calendar_service.actions.digests import digest_token
from calendar_service.actions.erasing import erase_reader
from calendar_service.actions.reader_links import preferences_token
from calendar_service.actions.rendering import renew_feeds
from calendar_service.actions.service import Service
from calendar_service.actions.signup import SignupRequest, request_subscription
from calendar_service.actions.standing import suppress_address
from calendar_service.actions.tokens import Purpose, make_token
from calendar_service.actions.unsubscribing import unsubscribe_token
from calendar_service.catalog.files import load_content as read_content
from calendar_service.clock import SetClock
from calendar_service.config import read_settings
from calendar_service.domain.readers import Target, TargetKind
from calendar_service.store.database import Database
from calendar_service.store.rows import BucketRow, ReaderRow, SignupRow
from calendar_service.web.app import create_app

NOW = datetime(2026, 2, 10, 12, tzinfo=UTC)
EARLIER = NOW - timedelta(days=10)
FORM = "/feeds/nato/reminders?lang=en"
TYPED = {"offsets": "P1D", "language": "en", "zone": "Europe/Tirane", "consent": "yes"}
LINK = "/preferences?lang=en"
LEAST = 0.03
"""What a ratio may differ from 1 by however little noise there is."""

Ask = Callable[[int], object]


def main() -> None:
    """Measures and prints; ends with 1 where a time tells something."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=300)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        service = _service(Path(folder))
        client = create_app(service).test_client()
        _make_readers(service, rounds)
        told = [
            *_compared("sign-up", _asking_for(client, FORM), rounds, service),
            *_compared("link to one's choices", _asking_for(client, LINK), rounds, service),
            *(one for method in ("GET", "POST") for one in _links(service, client, method, rounds)),
        ]
        service.database.close()
    if told:
        sys.exit("The time tells: " + "; ".join(told))


# --- Who signs up -------------------------------------------------------------------------------


def _asking_for(client: FlaskClient, form: str) -> Mapping[str, Ask]:
    """Sends a form with an address of each sort; each form with others, but for one."""
    kind = "signs" if form == FORM else "asks"

    def ask(address: str) -> None:
        answer = client.post(form, data=TYPED | {"address": f"{address}@example.org"})
        assert answer.status_code == 303, answer.status

    def of(name: str) -> Ask:
        return lambda number: ask(f"{name}-{kind}-{number}")

    for _ in range(4):
        ask(f"flooded-{kind}")
    return {
        "unknown": of("unknown"),
        "reader": of("reader"),
        "suppressed": of("suppressed"),
        "asked for too often": lambda _: ask(f"flooded-{kind}"),
    }


def _make_readers(service: Service, number: int) -> None:
    """Readers, and as many addresses that are not written to."""
    service.clock.set(EARLIER)  # type: ignore[attr-defined]
    for one in range(number):
        progress(f"making readers: {one} of {number}")
        for kind in ("signs", "asks"):
            _confirmed(service, f"reader-{kind}-{one}@example.org")
            suppress_address(service, f"suppressed-{kind}-{one}@example.org")
    service.clock.set(NOW)  # type: ignore[attr-defined]


def _confirmed(service: Service, address: str) -> tuple[str, str]:
    """A new reader; their key and that of their sign-up."""
    key = _signed_up(service, address)
    confirm(service, confirm_token(service, key))
    with service.database.read() as session:
        reader = select(ReaderRow.key).where(ReaderRow.address == address)
        return session.scalars(reader).one(), key


def _signed_up(service: Service, address: str) -> str:
    target = Target(TargetKind.FEED, "nato")
    choices = TypedChoices(("P1D",), "en", "Europe/Tirane")
    wanted = SignupRequest(target, address, choices, consent=True, shown_in="en")
    _forget_the_whole(service)
    request_subscription(service, wanted)
    with service.database.read() as session:
        return session.scalars(select(SignupRow.key).where(SignupRow.address == address)).one()


def _forget_the_whole(service: Service) -> None:
    """Lets as many sign up as like."""
    with service.database.write() as session:
        session.execute(delete(BucketRow).where(BucketRow.name == "whole"))


# --- Links that are none ------------------------------------------------------------------------


def _links(service: Service, client: FlaskClient, method: str, rounds: int) -> Iterator[str]:
    for path, tokens in _dead(service).items():
        if (method, path) == ("POST", "preferences"):
            continue  # its pages are below it
        asks = {name: _asking(client, method, f"/{path}/{token}") for name, token in tokens.items()}
        yield from _compared(f"{method} /{path}", asks, rounds, service)


def _asking(client: FlaskClient, method: str, address: str) -> Ask:
    def ask(_: int) -> None:
        answer = client.open(address, method=method)
        assert answer.status_code == 410, answer.status

    return ask


def _dead(service: Service) -> Mapping[str, Mapping[str, str]]:
    """Tokens of each path, by what is wrong with them; all as long as those that are right."""
    service.clock.set(EARLIER)  # type: ignore[attr-defined]
    late = confirm_token(service, _signed_up(service, f"late{time.time_ns()}@example.org"))
    address = f"gone{time.time_ns()}@example.org"
    reader, _ = _confirmed(service, address)
    erase_reader(service, address)
    service.clock.set(NOW)  # type: ignore[attr-defined]
    gone = {
        "confirm": late,
        "unsubscribe": unsubscribe_token(service, reader, "ankara", 1),
        "digest": digest_token(service, reader, "daily"),
        "preferences": preferences_token(service, reader),
    }
    facts = {
        "confirm": ("k" * 22,),
        "unsubscribe": ("k" * 22, "a", "1"),
        "digest": ("k" * 22, "daily"),
        "preferences": ("k" * 22,),
    }
    dead = {}
    for path, token in gone.items():
        purpose, other = Purpose(path), Purpose.NEVER
        dead[path] = {
            "expired or erased": token,
            "forged": ("A" if token[0] != "A" else "B") + token[1:],
            "foreign": make_token(b"another installation", purpose, *facts[path]),
            "of another purpose": make_token(service.secret, other, *facts[path]),
        }
    return dead


# --- Comparing ----------------------------------------------------------------------------------


def _compared(what: str, asks: Mapping[str, Ask], rounds: int, service: Service) -> Iterator[str]:
    """Prints each sort against the first; gives what tells them apart."""
    times = _measured(what, asks, rounds, service)
    (first, known), *others = times.items()
    noise = max(map(_noise, times.values()))
    print(f"{what}: {first} {statistics.median(known) * 1e3:.2f} ms; noise {noise:.1%}")
    for name, found in others:
        ratio = statistics.median(found) / statistics.median(known)
        print(f"    {name:24}{ratio:.3f}")
        if abs(ratio - 1) > max(LEAST, noise):
            yield f"{what}: {name} takes {ratio:.2f} of {first}"


def _measured(
    what: str, asks: Mapping[str, Ask], rounds: int, service: Service
) -> dict[str, list[float]]:
    chance = random.Random(2026)
    times: dict[str, list[float]] = defaultdict(list)
    for number in range(rounds):
        progress(f"{what}: {number} of {rounds}")
        _forget_the_whole(service)
        for name in chance.sample(list(asks), len(asks)):
            began = time.perf_counter()
            asks[name](number)
            times[name].append(time.perf_counter() - began)
    progress("")
    return {name: times[name] for name in asks}


def _noise(times: list[float]) -> float:
    """By how much the medians of two halves differ, drawn at random: more, once in a hundred."""
    chance, half = random.Random(7), len(times) // 2
    differences = []
    for _ in range(1000):
        drawn = chance.sample(times, len(times))
        one, other = statistics.median(drawn[:half]), statistics.median(drawn[half:])
        differences.append(abs(one / other - 1))
    return sorted(differences)[990]


def _service(folder: Path) -> Service:
    (folder / "var").mkdir()
    database = Database(f"sqlite:///{folder / 'calendar.sqlite3'}")
    database.upgrade()
    service = Service(database, read_settings({}, folder), SetClock(EARLIER), b"a secret")
    renew_feeds(service)
    load_content(service, read_content(Path(__file__).resolve().parents[1]))
    return service


if __name__ == "__main__":
    main()
