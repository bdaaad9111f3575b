"""What is said on a new connection until the relay is ready for MAIL: EHLO, STARTTLS, AUTH.

Only the talk, so that it can be had on a wire that is never waited for.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Callable, Generator, Iterator

from calendar_service.mail.connecting import (
    NO_LOG_IN,
    NO_STARTTLS,
    log_in_refused,
    turned_away,
    unfit,
)
from calendar_service.mail.errors import RelayUnavailableError
from calendar_service.mail.relays import Relay, Security
from calendar_service.mail.replies import Reply

SECURE = b"now TLS begins"
"""Given instead of a command: the relay awaits the TLS handshake."""

Extensions = dict[str, str]
"""What a relay offers beyond RFC 5321: keyword and parameters."""


def introduce(relay: Relay, hello: str) -> Generator[bytes, Reply, Extensions]:
    """Gives what to send and takes the replies; returns what the relay offers (RFC 5321 4.1.1.1).

    Nothing is to be sent for the first reply, the relay's greeting. After SECURE the answer has no
    meaning. Raises RelayUnavailableError for whatever is wrong.
    """
    _expect(relay, (yield b""))
    offered = yield from _hello(relay, hello)
    if relay.security is Security.REQUIRED or (
        relay.security is Security.OPPORTUNISTIC and "STARTTLS" in offered
    ):
        if "STARTTLS" not in offered:
            raise unfit(relay, *NO_STARTTLS)
        _expect(relay, (yield b"STARTTLS\r\n"))
        yield SECURE
        offered = yield from _hello(relay, hello)  # what was offered in the clear is void
    if relay.user:
        yield from _log_in(relay, offered.get("AUTH", "").upper().split())
    return offered


def _hello(relay: Relay, hello: str) -> Generator[bytes, Reply, Extensions]:
    """EHLO, or HELO to a relay that does not know it."""
    code, text = yield f"EHLO {hello}\r\n".encode("ascii")
    if code // 100 == 5:
        _expect(relay, (yield f"HELO {hello}\r\n".encode("ascii")))
        return {}
    _expect(relay, (code, text))
    return dict(_extensions(text))


def _extensions(text: bytes) -> Iterator[tuple[str, str]]:
    """Keyword and parameters of each line but the first, which is a greeting."""
    for line in text.decode("ascii", "replace").split("\n")[1:]:
        keyword, _, parameters = line.strip().replace("=", " ", 1).partition(" ")
        yield keyword.upper(), parameters


def _expect(relay: Relay, reply: Reply) -> None:
    code, text = reply
    if code // 100 != 2:
        raise turned_away(relay, code, text)


# --- AUTH (RFC 4954) ----------------------------------------------------------------------------


def _log_in(relay: Relay, offered: list[str]) -> Generator[bytes, Reply]:
    """Logs in by the first way that both sides know and the relay accepts."""
    refusal: RelayUnavailableError = unfit(relay, *NO_LOG_IN)
    for mechanism, way in _WAYS.items():
        if mechanism in offered:
            code, text = yield from way(relay)
            if code // 100 == 2:
                return
            refusal = log_in_refused(relay, code, text)
    raise refusal


def _cram_md5(relay: Relay) -> Generator[bytes, Reply, Reply]:
    """The password stays here (RFC 2195). What cannot be answered is called off with a star."""
    code, text = yield b"AUTH CRAM-MD5\r\n"
    if code != 334:
        return code, text
    try:
        challenge = base64.b64decode(text, validate=True)
        digest = hmac.new(relay.password.encode("ascii"), challenge, "md5").hexdigest()
    except ValueError:
        return (yield b"*\r\n")
    return (yield _base64(f"{relay.user} {digest}") + b"\r\n")


def _plain(relay: Relay) -> Generator[bytes, Reply, Reply]:
    """User and password in one line (RFC 4616)."""
    return (yield b"AUTH PLAIN " + _base64(f"\0{relay.user}\0{relay.password}") + b"\r\n")


def _login(relay: Relay) -> Generator[bytes, Reply, Reply]:
    """User and password one after the other, as older relays ask for them."""
    reply = yield b"AUTH LOGIN\r\n"
    for answer in (relay.user, relay.password):
        if reply[0] != 334:
            break
        reply = yield _base64(answer) + b"\r\n"
    return reply


def _base64(text: str) -> bytes:
    return base64.b64encode(text.encode("ascii"))


_WAYS: dict[str, Callable[[Relay], Generator[bytes, Reply, Reply]]] = {
    "CRAM-MD5": _cram_md5,
    "PLAIN": _plain,
    "LOGIN": _login,
}
