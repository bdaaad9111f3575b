"""Hands mails to a relay (RFC 5321), over one connection for as long as that is sensible."""

from __future__ import annotations

import re
import smtplib
import ssl
import time
from collections.abc import Callable, Iterator
from functools import cache

from calendar_service.mail.connecting import connect
from calendar_service.mail.errors import (
    RefusalError,
    RelayUnavailableError,
    UnansweredError,
)
from calendar_service.mail.relays import Relay
from calendar_service.mail.replies import judge
from calendar_service.mail.senders import Fate, Parcel, Receipt, Told

_GO_AHEAD = 354
_FAREWELL_SECONDS = 5
_LEADING_DOT = re.compile(rb"^\.", re.MULTILINE)


class _BrokenOffError(RelayUnavailableError):
    """The relay ended the connection before it was told anything of this mail."""


class SmtpSender:
    """Sends through one relay, one recipient a mail. Not for use by two threads at once.

    A connection that the relay has dropped since the last mail is made anew, once and unseen:
    nothing of the new mail was on its way yet. After MAIL is accepted nothing is ever repeated
    here; the error says what is known, and whoever keeps the ledger decides.
    """

    def __init__(
        self,
        relay: Relay,
        *,
        hello: str,
        context: ssl.SSLContext | None = None,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._relay = relay
        self._hello = hello
        self._context = cache(lambda: context or ssl.create_default_context())
        self._seconds = seconds
        self._connection: smtplib.SMTP | None = None
        self._sent = 0
        self._last_used = 0.0

    def send(self, parcels: Iterator[Parcel], told: Told) -> None:
        """Hands over one mail after the other."""
        for parcel in parcels:
            fate: Fate
            try:
                fate = self._send(parcel)
            except (RefusalError, UnansweredError) as error:
                fate = error
            told(parcel, fate)

    def _send(self, parcel: Parcel) -> Receipt:
        kept = self._kept_connection()
        if kept is not None:
            try:
                return self._transmit(kept, parcel)
            except _BrokenOffError:
                pass
        return self._transmit(self._new_connection(), parcel)

    def close(self) -> None:
        """Says QUIT, without waiting long for the answer, and ends the connection."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        try:
            if connection.sock is not None:
                connection.sock.settimeout(_FAREWELL_SECONDS)
            connection.quit()
        except (OSError, smtplib.SMTPException):
            connection.close()

    def _kept_connection(self) -> smtplib.SMTP | None:
        """The open connection, unless it has been idle or used for too long."""
        idle = self._seconds() - self._last_used
        if self._sent >= self._relay.messages or idle > self._relay.idle:
            self.close()
        return self._connection

    def _new_connection(self) -> smtplib.SMTP:
        connection = connect(self._relay, hello=self._hello, context=self._context)
        self._connection, self._sent = connection, 0
        return connection

    def _transmit(self, connection: smtplib.SMTP, parcel: Parcel) -> Receipt:
        try:
            reply = _exchange(connection, parcel, answer_timeout=self._relay.answer_timeout)
        except RefusalError:
            self._rewind(connection)
            raise
        except BaseException:
            self._drop()
            raise
        finally:
            self._sent += 1
            self._last_used = self._seconds()
        return Receipt(reply)

    def _rewind(self, connection: smtplib.SMTP) -> None:
        """RSET after a refusal (RFC 5321 4.1.1.5), so that the next mail begins afresh."""
        try:
            if connection.rset()[0] == 250:
                return
        except (OSError, smtplib.SMTPException):
            pass
        self._drop()

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


def _exchange(connection: smtplib.SMTP, parcel: Parcel, *, answer_timeout: float) -> str:
    """MAIL, RCPT, DATA and the content; the reply to the final dot (RFC 5321 3.3)."""
    size = [f"size={len(parcel.content)}"] if connection.has_extn("size") else []
    try:
        code, text = connection.mail(parcel.envelope_from, size)
        if code == 421:
            raise _broken_off(f"{code} {text.decode('utf-8', 'replace')}")
    except (OSError, smtplib.SMTPException) as error:
        raise _broken_off(str(error)) from error
    judge("MAIL", code, text)
    try:
        judge("RCPT", *connection.rcpt(parcel.to))
        judge("DATA", *connection.docmd("DATA"), wanted=_GO_AHEAD)
        connection.send(_stuffed(parcel.content))
    except (OSError, smtplib.SMTPException) as error:
        raise RelayUnavailableError(
            f"The connection ended before the mail was handed over ({error}).",
            remedy="Look into the relay's log.",
        ) from error
    return _answer(connection, answer_timeout)


def _answer(connection: smtplib.SMTP, seconds: float) -> str:
    """The reply to the final dot. From here on a lost connection means: it may have been sent."""
    wire = connection.sock
    if wire is None:
        raise _unanswered("the connection is closed")
    usual = wire.gettimeout()
    wire.settimeout(seconds)
    try:
        code, text = connection.getreply()
    except (OSError, smtplib.SMTPException) as error:
        raise _unanswered(str(error)) from error
    if not 200 <= code <= 599:
        raise _unanswered("its reply is none")
    wire.settimeout(usual)
    return judge("DATA", code, text)


def _unanswered(why: str) -> UnansweredError:
    return UnansweredError(
        f"The relay had the whole mail and did not answer ({why}); it may have been sent."
    )


def _broken_off(why: str) -> _BrokenOffError:
    return _BrokenOffError(
        f"The relay broke off the connection ({why}).", remedy="Look into the relay's log."
    )


def _stuffed(content: bytes) -> bytes:
    """The content with its leading dots doubled, and the final dot (RFC 5321 4.5.2)."""
    end = b".\r\n" if content.endswith(b"\r\n") else b"\r\n.\r\n"
    return _LEADING_DOT.sub(b"..", content) + end
