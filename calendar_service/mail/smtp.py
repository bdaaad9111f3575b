"""Hands mails to a relay (RFC 5321) over several connections, in one thread.

What is promised
    A killed sender cannot know which mails the relay took if their final dot was written and the
    answer not read, or read and not told: whoever keeps the ledger has to send those again. So at
    any moment at most half of the open connections (rounded down, and at least one) are between
    the final dot and the telling of the answer. The others wait with their envelope accepted and
    DATA open; a final dot is written only where one of those places is free, and a place is free
    only once the answer is told. So a kill repeats at most half a mail for each open connection,
    or one where there is only one. (A connection that is lost does not call back the dots written
    before.)

Whose trouble it is
    A connection that ends before a final dot was sent says nothing of its mails: they are given
    to another connection. It is the relay's trouble, and raised, where two connections in a row
    end at their first mail, or none can be opened; and where the relay's words concern every
    mail: a sender that it does not accept, a missing log-in. It is a mail's own where it ends
    every connection while others get through: it is told refused for now, and holds up none.
"""

from __future__ import annotations

import ipaddress
import re
import ssl
import time
from collections.abc import Callable, Iterator

from calendar_service.mail.connections import Connections
from calendar_service.mail.mailing import Mailing
from calendar_service.mail.pace import Pace
from calendar_service.mail.relays import Relay
from calendar_service.mail.senders import MayGo, Parcel, Told, always

_HOST = re.compile(r"[A-Za-z0-9._-]+")


class SmtpSender:
    """Sends through one relay, one recipient a mail. Not for use by two threads at once.

    `hello` is the name given in EHLO, `seconds` a clock that never steps back. Connections are
    kept for the next `send`. Raises ValueError for a name that is no host's.
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
        self._seconds = seconds
        self._pace = Pace(relay.rate)
        self._connections = Connections(relay, hello=_host(hello), context=context, seconds=seconds)

    def send(self, parcels: Iterator[Parcel], told: Told, may_go: MayGo = always) -> None:
        """Hands over mails; see `Sender.send`. Without any it finds out whether it could."""
        self._connections.tidy()
        mailing = Mailing(self._connections, self._pace, self._seconds, parcels, told, may_go)
        try:
            mailing.run()
        except BaseException:
            self._connections.drop_all()
            raise

    def share(self, several: int) -> None:
        """Leaves the others their part of the relay's rate."""
        self._pace.share(several)

    def close(self) -> None:
        """Says QUIT, without waiting long for the answer, and ends the connections."""
        self._connections.close()


def _host(name: str) -> str:
    """A host's name or address as EHLO takes it (RFC 5321 4.1.1.1): in ASCII."""
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        ascii_name = name if name.isascii() else name.encode("idna").decode("ascii")
        if not _HOST.fullmatch(ascii_name):
            raise ValueError(f"{name!r} cannot stand in EHLO; give a host name.") from None
        return ascii_name
    return f"[IPv6:{name}]" if address.version == 6 else f"[{name}]"
