"""Why a relay could not be reached, trusted or logged in to, and how to mend it."""

from __future__ import annotations

import socket
import ssl

from calendar_service.mail.errors import RelayUnavailableError
from calendar_service.mail.relays import Relay
from calendar_service.mail.replies import GARBAGE, LOG_IN, reply_line

_ADDRESS = "Start the relay, or mend host and port in CALENDAR_SMTP_URL."
_CERTIFICATE = (
    "Renew the relay's certificate, write the host that it is made out to in CALENDAR_SMTP_URL,"
    " or name the file of its authority in SSL_CERT_FILE."
)
_TLS = "Use smtps:// for a port that is TLS from the start (465), else smtp:// with STARTTLS (587)."
_NO_TLS = "Turn it on there, or add ?starttls=never if the network up to the relay is your own."

NO_STARTTLS = ("offers no STARTTLS", _NO_TLS)
NO_LOG_IN = ("offers no log-in that we know", LOG_IN)
SILENT = (
    "does not answer in time",
    f"{_ADDRESS} A port that is TLS from the start (465) takes smtps://.",
)
"""What a relay does, and its remedy."""


def unfit(relay: Relay, what: str, remedy: str, reply: str = "") -> RelayUnavailableError:
    """The error for a relay that does this."""
    return RelayUnavailableError(f"The relay {relay} {what}.", remedy=remedy, reply=reply)


def turned_away(relay: Relay, code: int, text: bytes) -> RelayUnavailableError:
    """The error for a relay that answers the first words with this reply."""
    reply = reply_line(code, text)
    if code == GARBAGE:
        return unfit(relay, f"speaks no SMTP: {reply}", _ADDRESS, reply)
    return unfit(relay, f"turns us away: {reply}", "Look into the relay's log.", reply)


def log_in_refused(relay: Relay, code: int, text: bytes) -> RelayUnavailableError:
    """The error for a relay that answers AUTH with this reply."""
    reply = reply_line(code, text)
    return unfit(relay, f"refuses the log-in: {reply}", LOG_IN, reply)


def unreached(relay: Relay, error: OSError) -> RelayUnavailableError:
    """The error for a connection that failed before it was of use."""
    return unfit(relay, *_diagnosis(error))


def _diagnosis(error: OSError) -> tuple[str, str]:
    match error:
        case ssl.SSLCertVerificationError():
            why = error.verify_message.rstrip(".")
            return f"has a certificate that is not good: {why}", _CERTIFICATE
        case ssl.SSLError():
            return f"does not speak TLS with us ({error.reason or error})", _TLS
        case TimeoutError():
            return SILENT
        case socket.gaierror():
            return "has a name that is not found", _ADDRESS
        case ConnectionResetError() | ConnectionAbortedError() | BrokenPipeError():
            return "broke off the connection", _ADDRESS
    return f"cannot be reached: {error.strerror or error}", _ADDRESS
