"""Relays that cannot be trusted or do not let us in: everything waits, until they are mended."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from sqlalchemy import func, select

from calendar_service.actions.checkup import check_up
from calendar_service.actions.findings import Health
from calendar_service.actions.service import Service
from calendar_service.store.rows import AttemptRow, BounceRow
from tests.faults.clocks import SharedClock
from tests.faults.crowds import crowd, due_soon
from tests.faults.workers import all_sent, said, states, wait_until, working
from tests.mail.relays import CERTIFICATES, PIPELINING, LoopbackRelay, running, server_context

pytestmark = pytest.mark.faults

READERS = 60
TRUSTED = str(CERTIFICATES / "authority.pem")
NEXT_TRY = timedelta(minutes=5)
"""After so long a relay that is down is tried again, however often it was before."""


def self_signed(folder: Path) -> ssl.SSLContext:
    """What a relay uses that signed its certificate itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2120, 1, 1, tzinfo=UTC))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    form, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    file = folder / "self-signed.pem"
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, form, plain)
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return server_context(str(file))


UNTRUSTED: dict[str, tuple[Callable[[Path], ssl.SSLContext], str]] = {
    "expired": (lambda _folder: server_context("expired.pem"), "certificate has expired"),
    "of another host": (lambda _folder: server_context("other.pem"), "Hostname mismatch"),
    "self-signed": (self_signed, "self-signed certificate"),
}
"""Certificates that are not good, and what is said of each."""


def offering(*extensions: str) -> str:
    """The EHLO answer of a relay that has these besides PIPELINING."""
    return PIPELINING.replace(
        "250 HELP", "".join(f"250-{one}\r\n" for one in extensions) + "250 HELP"
    )


def trouble(service: Service) -> str:
    """What the doctor says of the relay; empty where nothing is wrong with it."""
    found = [one for one in check_up(service) if one.subject == "relay"]
    assert all(one.health is Health.BAD for one in found)
    return found[0].words if found else ""


def count(service: Service, row: type[AttemptRow | BounceRow]) -> int:
    with service.database.read() as session:
        return session.scalar(select(func.count()).select_from(row)) or 0


def waits(service: Service, relay: LoopbackRelay, clock: SharedClock) -> bool:
    """Whether nothing left, nothing was spent and nobody struck, however often it was tried."""
    for _ in range(2):
        tried = said(service, "trying again at")
        clock.let_pass(NEXT_TRY)
        wait_until(lambda: said(service, "trying again at") > tried, what="it is tried again")  # noqa: B023
    wait_until(lambda: states(service) == {"queued": READERS}, what="all wait again")
    return relay.taken == [] and count(service, AttemptRow) == count(service, BounceRow) == 0


@pytest.mark.parametrize(
    ("wrong", "scheme"),
    [("expired", "smtp"), ("of another host", "smtps"), ("self-signed", "smtp")],
)
def test_a_relay_whose_certificate_is_not_good_is_given_no_mail_until_it_has_a_good_one(
    clocked: Service, shared_clock: SharedClock, tmp_path: Path, wrong: str, scheme: str
) -> None:
    make, words = UNTRUSTED[wrong]
    everybody = crowd(clocked, READERS)
    due_soon(clocked, within=timedelta(seconds=3))
    answers = {"EHLO": offering("STARTTLS") if scheme == "smtp" else PIPELINING}
    relay = LoopbackRelay(answers, context=make(tmp_path), implicit=scheme == "smtps")
    with running(relay):
        url = f"{scheme}://localhost:{relay.port}" + "?starttls=required" * (scheme == "smtp")
        with working(clocked, relay.port, CALENDAR_SMTP_URL=url, SSL_CERT_FILE=TRUSTED):
            wait_until(lambda: words in trouble(clocked), what="the doctor says why")
            assert "Renew the relay's certificate" in trouble(clocked)
            assert waits(clocked, relay, shared_clock)
            relay.context = server_context("good.pem")
            shared_clock.let_pass(NEXT_TRY)
            wait_until(lambda: all_sent(clocked, READERS), what="all leave")
            wait_until(lambda: trouble(clocked) == "", what="the doctor is content")
    assert sorted(taken.to for taken in relay.taken) == sorted(everybody)
    assert count(clocked, AttemptRow) == READERS


def test_a_relay_that_takes_no_password_of_ours_is_given_no_mail_until_it_does(
    clocked: Service, shared_clock: SharedClock
) -> None:
    everybody = crowd(clocked, READERS)
    due_soon(clocked, within=timedelta(seconds=3))
    refusal = "535 5.7.8 authentication failed"
    answers = {"EHLO": offering("STARTTLS", "AUTH PLAIN"), "AUTH": refusal}
    relay = LoopbackRelay(answers, context=server_context("good.pem"))
    with running(relay):
        url = f"smtp://anna:secret@localhost:{relay.port}"
        with working(clocked, relay.port, CALENDAR_SMTP_URL=url, SSL_CERT_FILE=TRUSTED):
            wait_until(lambda: "535" in trouble(clocked), what="the doctor says why")
            assert "password" in trouble(clocked)
            assert waits(clocked, relay, shared_clock)
            del answers["AUTH"]
            shared_clock.let_pass(NEXT_TRY)
            wait_until(lambda: all_sent(clocked, READERS), what="all leave")
            wait_until(lambda: trouble(clocked) == "", what="the doctor is content")
    assert sorted(taken.to for taken in relay.taken) == sorted(everybody)
    assert count(clocked, AttemptRow) == READERS
