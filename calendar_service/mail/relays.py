"""The address of a mail relay, and how far it is to be trusted.

    smtp://user:password@mail.example.org:587?starttls=required&connections=8&rate=50
    smtps://user:password@mail.example.org:465

User and password are percent-encoded. `starttls` is one of

    required        no mail without TLS; the default off this machine, and with a password
    opportunistic   TLS where the relay offers it; not with a password
    never           no TLS; the default on this machine, where there is no wire to listen on

At most `connections` are opened, as they are needed, and each takes `messages` mails. `rate` is how
many mails a second may leave (0.5 is one every two seconds). `timeout` is the seconds to connect
and for each command, `answer` those for the answer to a whole mail.

TLS always checks the certificate (RFC 8314 3.3), against the certificates that OpenSSL trusts;
`SSL_CERT_FILE` in the environment names others.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from calendar_service.domain.fields import near
from calendar_service.mail.errors import RelayUrlError

FORM = "Write it like smtp://user:password@mail.example.org:587."
_PORTS = {"smtp": 25, "smtps": 465}
_SUBMISSION_PORT = 587
_DEFAULTS = {"timeout": 30, "answer": 600, "messages": 100, "connections": 8}
_LARGEST = {"timeout": 86_400, "answer": 86_400, "messages": 86_400, "connections": 100}
_RATE = re.compile(r"\d{1,6}(\.\d{1,6})?", re.ASCII)


class Security(StrEnum):
    """When the connection is made secret."""

    IMPLICIT = "implicit"
    REQUIRED = "required"
    OPPORTUNISTIC = "opportunistic"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Relay:
    """A relay as the setting names it.

    Seconds: `timeout` to connect and for each command, `answer_timeout` from the final dot to the
    answer, which is long because giving up early is how doubles are made (RFC 5321 4.5.3.2.6).
    A connection is made anew after `messages` mails, or when it has been idle for `idle` seconds.
    There are at most `connections` at once; `rate` is in mails a second, None for no such limit.
    """

    host: str
    port: int
    security: Security
    user: str = ""
    password: str = field(default="", repr=False)
    timeout: int = _DEFAULTS["timeout"]
    answer_timeout: int = _DEFAULTS["answer"]
    messages: int = _DEFAULTS["messages"]
    connections: int = _DEFAULTS["connections"]
    rate: float | None = None
    idle: int = 30

    def __str__(self) -> str:
        """Host and port, without secrets."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def parse_relay(url: str) -> Relay:
    """The relay of a URL as above; raises RelayUrlError, which never repeats the password."""
    parts, port = _split(url)
    if parts.scheme not in _PORTS or not parts.hostname or parts.path.strip("/") or parts.fragment:
        raise RelayUrlError(f"This is no address of a mail relay. {FORM}")
    options = _options(parts.query)
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if bool(user) != bool(password):
        raise RelayUrlError(f"The relay has a user or a password but not both. {FORM}")
    if not (user + password).isascii():
        raise RelayUrlError("User and password of the relay must be ASCII; choose another there.")
    default_port = _SUBMISSION_PORT if user and parts.scheme == "smtp" else _PORTS[parts.scheme]
    return Relay(
        host=parts.hostname,
        port=port or default_port,
        security=_security(parts, options, has_password=bool(password)),
        user=user,
        password=password,
        timeout=_number(options, "timeout"),
        answer_timeout=_number(options, "answer"),
        messages=_number(options, "messages"),
        connections=_number(options, "connections"),
        rate=_rate(options),
    )


def _split(url: str) -> tuple[SplitResult, int | None]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise RelayUrlError(f"This is no address of a mail relay. {FORM}") from error
    return parts, port


def _options(query: str) -> dict[str, str]:
    options = dict(parse_qsl(query, keep_blank_values=True))
    known = ("starttls", "rate", *_DEFAULTS)
    for name in options.keys() - set(known):
        raise RelayUrlError(
            f"The relay has no option {name!r}.{near(name, known)} There are {', '.join(known)}."
        )
    return options


def _number(options: Mapping[str, str], name: str) -> int:
    written = options.get(name, str(_DEFAULTS[name]))
    if not (written.isascii() and written.isdecimal() and 0 < int(written) <= _LARGEST[name]):
        raise RelayUrlError(
            f"{name}={written!r} must be a whole number from 1 to {_LARGEST[name]}."
        )
    return int(written)


def _rate(options: Mapping[str, str]) -> float | None:
    written = options.get("rate")
    if written is None:
        return None
    if not _RATE.fullmatch(written) or float(written) == 0:
        raise RelayUrlError(f"rate={written!r} must be mails a second, like 50 or 0.5.")
    return float(written)


def _security(parts: SplitResult, options: Mapping[str, str], *, has_password: bool) -> Security:
    chosen = options.get("starttls")
    if parts.scheme == "smtps":
        if chosen is not None:
            raise RelayUrlError("smtps:// is secret from the first byte; take starttls out.")
        return Security.IMPLICIT
    if chosen is None:
        here = _is_this_machine(parts.hostname or "")
        return Security.NEVER if here and not has_password else Security.REQUIRED
    if chosen not in {"required", "opportunistic", "never"}:
        raise RelayUrlError(
            f"starttls={chosen!r} is unknown; write required, opportunistic or never."
        )
    if chosen == "opportunistic" and has_password:
        raise RelayUrlError(
            "starttls=opportunistic could send the password in the clear; write required,"
            " or never if the network up to the relay is your own."
        )
    return Security(chosen)


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
