"""Opens a connection to a relay: reaches it, makes it secret, logs in; or says what to mend."""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Callable

from calendar_service.mail.errors import RelayUnavailableError
from calendar_service.mail.relays import Relay, Security
from calendar_service.mail.replies import LOG_IN, reply_line

_ADDRESS = "Start the relay, or mend host and port in CALENDAR_SMTP_URL."
_CERTIFICATE = (
    "Renew the relay's certificate, write the host that it is made out to in CALENDAR_SMTP_URL,"
    " or name the file of its authority in SSL_CERT_FILE."
)
_TLS = "Use smtps:// for a port that is TLS from the start (465), else smtp:// with STARTTLS (587)."
_NO_TLS = "Turn it on there, or add ?starttls=never if the network up to the relay is your own."


Context = Callable[[], ssl.SSLContext]
"""Gives what TLS is to trust. To make one takes 50 ms, so it is asked for only where it is used."""


def connect(
    relay: Relay, *, hello: str, context: Context = ssl.create_default_context
) -> smtplib.SMTP:
    """A connection that is ready for MAIL; raises RelayUnavailableError for whatever is wrong.

    `hello` is the name given in EHLO (RFC 5321 4.1.1.1).
    """
    try:
        connection = _reach(relay, hello, context)
    except (OSError, smtplib.SMTPException) as error:
        raise _unavailable(relay, error) from error
    try:
        _prepare(connection, relay, context)
    except BaseException as error:
        connection.close()
        if isinstance(error, OSError | smtplib.SMTPException):
            raise _unavailable(relay, error) from error
        raise
    return connection


def _reach(relay: Relay, hello: str, context: Context) -> smtplib.SMTP:
    if relay.security is Security.IMPLICIT:
        return smtplib.SMTP_SSL(
            relay.host, relay.port, hello, timeout=relay.timeout, context=context()
        )
    return smtplib.SMTP(relay.host, relay.port, hello, timeout=relay.timeout)


def _prepare(connection: smtplib.SMTP, relay: Relay, context: Context) -> None:
    connection.ehlo_or_helo_if_needed()
    if relay.security is Security.REQUIRED or (
        relay.security is Security.OPPORTUNISTIC and connection.has_extn("starttls")
    ):
        connection.starttls(context=context())
        connection.ehlo_or_helo_if_needed()
    if relay.user:
        connection.login(relay.user, relay.password)


def _unavailable(relay: Relay, error: Exception) -> RelayUnavailableError:
    what, remedy = _diagnosis(error)
    return RelayUnavailableError(f"The relay {relay} {what}.", remedy=remedy)


def _diagnosis(error: Exception) -> tuple[str, str]:
    """What the relay does, and how to mend it."""
    if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
        return "does not answer in time", _ADDRESS  # smtplib says that it hung up
    if isinstance(error, smtplib.SMTPException):
        return _diagnosis_of_smtp(error)
    if isinstance(error, ssl.SSLError):
        return _diagnosis_of_tls(error)
    if isinstance(error, socket.gaierror):
        return "has a name that is not found", _ADDRESS
    return f"cannot be reached: {getattr(error, 'strerror', None) or error}", _ADDRESS


def _diagnosis_of_smtp(error: smtplib.SMTPException) -> tuple[str, str]:
    match error:
        case smtplib.SMTPAuthenticationError():
            return f"refuses the log-in: {_said(error)}", LOG_IN
        case smtplib.SMTPNotSupportedError() if "STARTTLS" in str(error):
            return "offers no STARTTLS", _NO_TLS
        case smtplib.SMTPResponseException():
            return f"turns us away: {_said(error)}", "Look into the relay's log."
        case smtplib.SMTPServerDisconnected():
            return f"broke off the connection ({error})", _ADDRESS
    return f"offers no log-in that we know ({error})", LOG_IN


def _diagnosis_of_tls(error: ssl.SSLError) -> tuple[str, str]:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"has a certificate that is not good: {error.verify_message}", _CERTIFICATE
    return f"does not speak TLS with us ({error.reason or error})", _TLS


def _said(error: smtplib.SMTPResponseException) -> str:
    text = error.smtp_error
    return reply_line(error.smtp_code, text if isinstance(text, bytes) else text.encode())
