"""How fast reminders leave, as ratios to a limit that is measured in the same run.

    python -m bench.reminders                  all parts
    python -m bench.reminders send --readers 10000
    python -m bench.reminders fanout --readers 1000000

send      from the due instant to the last mail sent, for one event with readers in several
          languages and zones: on SQLite and on PostgreSQL, with 1, 2 and 4 senders. The limit is
          the same mail through bare pipelined sockets (bench/sockets.py)
far       the same with a relay 5 ms away, against smtplib on one connection that is kept
signed    the same on SQLite where each mail is signed with RSA, as mails a second, and against as
          many signatures alone as all cores make
fanout    owing a mail to each of a million readers; moving an event that a million follow; looking
          up what is due next
lateness  a thousand mails due in one second: how long after their instant they leave; and that
          none is dropped where the sender is ended and started just before
memory    what a sender holds, with few readers and with many

smtp-sink takes the mails; it comes with `apt-get install --no-install-recommends postfix` (which
need not run). SQLite is at synchronous=FULL. A busy machine spreads the figures: raise --rounds.
"""

from __future__ import annotations

import argparse
import os
import shutil
import smtplib
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path

from sqlalchemy import exists, func, or_, select, text

from bench.crowds import HOME, installation, postgres, publish
from bench.running import free_port
from calendar_service.actions.publishing import move_event
from calendar_service.actions.service import Service
from calendar_service.delivery.composing import Composer
from calendar_service.delivery.fanout import fan_out, fan_out_batch
from calendar_service.delivery.gathering import gather
from calendar_service.domain.when import Timed
from calendar_service.mail.contents import Content
from calendar_service.mail.dkim_keys import SigningKey, load_keys, make_keys
from calendar_service.store.queries.deliveries import READY, next_instant
from calendar_service.store.queries.ledger import claim
from calendar_service.store.rows import AttemptRow, DeliveryRow, SenderRow, State

DATABASES = ("sqlite", "postgresql")
GOAL = {"sqlite": 0.4, "postgresql": 0.4 * 0.7}
"""Of the bare sockets' rate: SQLite's, and PostgreSQL's with four senders."""

FAR_GOAL = 12.0
SIGNED_GOAL = 1_500
"""Mails a second with an RSA signature of 2048 bits, with as many senders as do best."""

FAN_OUT_WITHIN = {"sqlite": 6.0, "postgresql": 25.0}
"""Seconds for a million readers."""

MOVE_WITHIN = 0.1
LATE_WITHIN = 1.0
MEMORY_GOAL = 150.0
MILLION = 1_000_000


def main() -> None:
    """Measures and prints; ends with 1 if a goal is missed."""
    options = _options()
    if shutil.which("smtp-sink") is None:
        sys.exit("smtp-sink is missing: `apt-get install --no-install-recommends postfix`.")
    missed: list[str] = []
    for part in options.parts or PARTS:
        print(f"\n== {part}", flush=True)
        missed += PARTS[part](options)
    print("\nAll goals are reached." if not missed else "\nNot reached: " + "; ".join(missed))
    sys.exit(1 if missed else 0)


def _send(options: argparse.Namespace) -> Iterator[str]:
    readers = options.readers or 10_000
    print(f"{readers:,} readers{'':12}senders  mails/s   of bare sockets")
    for kind in options.databases:
        for senders in options.senders:
            ratios = []
            for _ in range(options.rounds):
                with _sink() as port, _at_work(kind, port, readers) as service:
                    limit = _bare_sockets(service, port, readers)
                    rate = _rate(service, readers, senders)
                    ratios.append(rate / limit)
                print(f"  {kind:20}{senders:>8}{rate:>9,.0f}{rate / limit:>10.2f} of {limit:,.0f}")
            found = statistics.median(ratios)
            counts = senders == 1 if kind == "sqlite" else senders == 4
            if counts and found < GOAL[kind]:
                yield f"{kind}, {senders} senders: {found:.2f} of {GOAL[kind]:.2f}"


def _far(options: argparse.Namespace) -> Iterator[str]:
    readers = options.readers or 5_000
    with _sink() as port, _delayed(port) as far, _at_work("sqlite", far, readers) as service:
        theirs = _smtplib(service, far, 100)
        ours = _rate(service, readers, 1)
    print(
        f"smtplib, one connection: {theirs:,.0f}/s; ours {ours:,.0f}/s: {ours / theirs:.1f} times"
    )
    if ours / theirs < FAR_GOAL:
        yield f"5 ms away {ours / theirs:.1f} times of {FAR_GOAL:.0f}"


def _signed(options: argparse.Namespace) -> Iterator[str]:
    readers, best = options.readers or 10_000, 0.0
    for senders in options.senders:
        rates, ratios = [], []
        for _ in range(options.rounds):
            with _sink() as port, _at_work("sqlite", port, readers) as service:
                file = make_keys(service.settings.var / "dkim", "bench")[0]
                limit = _signatures(load_keys([file])[0])
                rates.append(_rate(service, readers, senders, CALENDAR_DKIM_KEY=str(file)))
                ratios.append(rates[-1] / limit)
        found, ratio = statistics.median(rates), statistics.median(ratios)
        best = max(best, found)
        print(f"  {senders} senders: {found:,.0f} mails/s; {ratio:.2f} of the signatures alone")
    if best < SIGNED_GOAL:
        yield f"signed {best:,.0f} mails/s of {SIGNED_GOAL:,}"


def _signatures(key: SigningKey) -> float:
    """How many signatures a second all cores make, with nothing to sign and nobody to send to."""
    cores, seconds = os.cpu_count() or 1, 3

    def sign(until: float) -> int:
        count = 0
        while time.monotonic() < until:
            key.sign(b"a header" * 100)
            count += 1
        return count

    with ThreadPoolExecutor(cores) as threads:
        until = time.monotonic() + seconds
        return sum(threads.map(sign, [until] * cores)) / seconds


def _fanout(options: argparse.Namespace) -> Iterator[str]:
    readers = options.readers or MILLION
    for kind in options.databases:
        with _at_work(kind, 9, readers) as service:
            now = datetime.now(UTC)  # noqa: TID251 - it is the machine's time that is measured
            publish(service, "far-off", due=now + timedelta(days=30))
            found = service.database.read
            moves = [_seconds(lambda n=n: _move(service, "far-off", n)) for n in range(3)]
            publish(service, "now", due=now.replace(microsecond=0) + timedelta(seconds=2))
            time.sleep(3)
            spent = _seconds(lambda: fan_out(service))
            with found() as session:
                owed = session.scalar(select(func.count()).select_from(DeliveryRow)) or 0
                looked = _seconds(lambda: next_instant(session))
            moves.append(_seconds(lambda: _move(service, "now", 1)))
        move = max(moves)
        print(f"{kind}: {owed:,} owed in {spent:.1f} s; a move {move * 1000:.0f} ms", end="; ")
        print(f"next instant {looked * 1e6:.0f} µs")
        if spent / readers > FAN_OUT_WITHIN[kind] / MILLION:
            yield f"{kind}: fan-out in {spent:.1f} s"
        if move > MOVE_WITHIN:
            yield f"{kind}: a move in {move * 1000:.0f} ms"


def _lateness(options: argparse.Namespace) -> Iterator[str]:
    readers = 1_000
    for kind, restarted in product(options.databases, (False, True)):
        with _sink() as port, _at_work(kind, port, readers) as service:
            _rate(service, readers, 1, restarted=restarted)
            late = _lags(service)
        p99 = late[int(len(late) * 0.99)]
        how = "across a restart" if restarted else "in one second"
        print(
            f"{kind}: {len(late):,} mails {how}, half within {late[len(late) // 2]:.2f} s", end=""
        )
        print(f", 99 % within {p99:.2f} s")
        if len(late) != readers or (p99 > LATE_WITHIN and not restarted):
            yield f"{kind}: {len(late)} mails {how}, 99 % within {p99:.2f} s"


def _lags(service: Service) -> list[float]:
    """Seconds from when each mail was owed to when the relay had it, the shortest first."""
    owed = select(AttemptRow.at, DeliveryRow.due_at).join(
        DeliveryRow, DeliveryRow.id == AttemptRow.delivery_id
    )
    with service.database.read() as session:
        return sorted((at - due).total_seconds() for at, due in session.execute(owed))


def _memory(options: argparse.Namespace) -> Iterator[str]:
    found = []
    for readers in (1_000, options.readers or 100_000):
        with _sink() as port, _at_work("sqlite", port, readers) as service:
            sizes: list[float] = []
            _rate(service, readers, 1, sizes=sizes)
        print(f"{readers:,} readers: {max(sizes):.0f} MB")
        found.append(max(sizes))
    if found[1] > MEMORY_GOAL or found[1] > found[0] * 1.2:
        yield f"memory {found[1]:.0f} MB, with few readers {found[0]:.0f} MB"


def _rate(
    service: Service,
    readers: int,
    senders: int,
    *,
    sizes: list[float] | None = None,
    restarted: bool = False,
    **more: str,
) -> float:
    """Mails a second from the due instant to the last answer, with real workers."""
    with ExitStack() as stack:
        workers = [stack.enter_context(_worker(service, **more)) for _ in range(senders)]
        _wait_for(lambda: _count(service, SenderRow) >= senders)
        now = datetime.now(UTC).replace(microsecond=0)  # noqa: TID251 - the workers' own time
        due = now + timedelta(seconds=3)
        publish(service, "due-now", due=due)
        if restarted:
            workers[0].terminate()
            workers[0].wait(30)
            stack.enter_context(_worker(service, **more))
        while not _all_sent(service, readers):
            if sizes is not None:
                sizes += [_resident(worker.pid) for worker in workers]
            time.sleep(0.1)
        with service.database.read() as session:
            last = session.scalar(select(func.max(AttemptRow.at)))
    assert last is not None
    seconds: float = (last - due).total_seconds()
    return readers / seconds


@contextmanager
def _at_work(kind: str, port: int, readers: int) -> Iterator[Service]:
    with tempfile.TemporaryDirectory(prefix="bench-") as name, ExitStack() as stack:
        folder = Path(name)
        if kind == "sqlite":
            url = f"sqlite:///{folder / 'calendar.sqlite3'}"
        else:
            folder.chmod(0o755)
            url = stack.enter_context(postgres(folder / "data"))
        relay = f"smtp://127.0.0.1:{port}?messages=10000"
        service = installation(folder, url, relay=relay, readers=readers)
        stack.callback(service.database.close)
        yield service


@contextmanager
def _worker(service: Service, **more: str) -> Iterator[subprocess.Popen[bytes]]:
    settings = service.settings
    named = {
        "CALENDAR_VAR": str(settings.var),
        "CALENDAR_DATABASE_URL": service.database.url.render_as_string(hide_password=False),
        "CALENDAR_SMTP_URL": settings.smtp_url,
        "CALENDAR_ORIGIN": settings.origin,
        "CALENDAR_MAIL_FROM": settings.mail_from,
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "calendar_service", "worker"], env={**os.environ, **named, **more}
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(60)


@contextmanager
def _sink() -> Iterator[int]:
    port = free_port()
    sink = subprocess.Popen(["smtp-sink", "-u", "nobody", f"127.0.0.1:{port}", "1000"])
    try:
        time.sleep(0.3)
        yield port
    finally:
        sink.terminate()
        sink.wait()


@contextmanager
def _delayed(port: int) -> Iterator[int]:
    far = free_port()
    command = [sys.executable, "-m", "bench.delay", str(far), str(port), "5"]
    proxy = subprocess.Popen(command)
    try:
        time.sleep(1)
        yield far
    finally:
        proxy.terminate()
        proxy.wait()


def _bare_sockets(service: Service, port: int, mails: int) -> float:
    file = service.settings.var / "mail.eml"
    file.write_bytes(_one_mail(service).wire)
    command = [sys.executable, "-m", "bench.sockets", str(port), "4", str(mails), str(file)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def _smtplib(service: Service, port: int, mails: int) -> float:
    content = _one_mail(service).octets
    with smtplib.SMTP("127.0.0.1", port) as connection:
        began = time.perf_counter()
        for _ in range(mails):
            connection.sendmail("calendar@example.org", ["reader1@example.org"], content)
        return mails / (time.perf_counter() - began)


def _one_mail(service: Service) -> Content:
    """A mail as the service writes it, of an event that is withdrawn again before any is sent."""
    now = datetime.now(UTC).replace(microsecond=0)  # noqa: TID251 - the machine's time
    publish(service, "sample", due=now + timedelta(seconds=3))
    _wait_for(lambda: fan_out_batch(service, service.clock.now()) is not None)
    fan_out(service)
    with service.database.write() as session:
        claimed = claim(session, limit=1)
        facts = gather(session, claimed, now, HOME)
        content = Composer(service).compose(claimed[0], facts).parcel().content
        session.execute(text("DELETE FROM delivery"))
    return content


def _move(service: Service, uid: str, hours: int) -> None:
    with service.database.read() as session:
        document = session.execute(
            text("SELECT document FROM event WHERE uid = :uid"), {"uid": uid}
        ).scalar_one()
    assert document
    now = datetime.now(UTC).replace(microsecond=0, tzinfo=None)  # noqa: TID251 - any later hour
    start = now + timedelta(days=40, hours=hours)
    move_event(service, uid, Timed(start, start + timedelta(hours=1), "Europe/Brussels"))


def _seconds(work: object) -> float:
    assert callable(work)
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _all_sent(service: Service, readers: int) -> bool:
    """Looked up by index while any is on its way: to count them all would slow the senders down."""
    ready, taken = exists().where(READY), exists().where(DeliveryRow.token.is_not(None))
    with service.database.read() as session:
        if session.scalar(select(or_(ready, taken))):
            return False
        sent = select(func.count()).where(DeliveryRow.state == State.SENT)
        return (session.scalar(sent) or 0) >= readers


def _count(service: Service, row: type[SenderRow]) -> int:
    with service.database.read() as session:
        return session.scalar(select(func.count()).select_from(row)) or 0


def _wait_for(holds: object) -> None:
    assert callable(holds)
    end = time.monotonic() + 120
    while not holds():
        if time.monotonic() > end:
            sys.exit("A worker does not start.")
        time.sleep(0.1)


def _resident(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench.reminders",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="which parts; all without")
    parser.add_argument("--readers", type=int, help="how many, where a part lets you choose")
    parser.add_argument("--rounds", type=int, default=3, help="how often; the median counts")
    parser.add_argument("--senders", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--databases", nargs="+", choices=DATABASES, default=list(DATABASES))
    return parser.parse_args()


PARTS = {
    "send": _send,
    "far": _far,
    "signed": _signed,
    "fanout": _fanout,
    "lateness": _lateness,
    "memory": _memory,
}

if __name__ == "__main__":
    main()
