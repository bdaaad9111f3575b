"""What a sender of mails promises: `smtp.py` and `maildir.py` keep it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from calendar_service.mail.contents import Content
from calendar_service.mail.envelopes import check_envelope
from calendar_service.mail.errors import SendingError


@dataclass(frozen=True, slots=True)
class Parcel:
    """One mail to one recipient as it goes over the wire.

    `number` is the caller's own (a delivery's id), and both addresses are as `parse_address` gives
    them. Raises ValueError for an address that could end the command it stands in, as `Content.of`
    does for what a relay could read as two mails: so no sender can be given any such thing.
    """

    number: int
    envelope_from: str
    to: str
    content: Content

    def __post_init__(self) -> None:
        check_envelope(self.envelope_from, self.to)


@dataclass(frozen=True, slots=True)
class Receipt:
    """A mail that has left; `reply` is what the relay said to the final dot, on one line."""

    reply: str


Fate = Receipt | SendingError
"""What became of a parcel: taken, refused for now or for good, or taken perhaps (unanswered)."""

Told = Callable[[Parcel, Fate], None]

MayGo = Callable[[], bool]
"""Whether mails that were given out may still leave."""


def always() -> bool:
    """For mails that may leave whatever happens meanwhile."""
    return True


class Sender(Protocol):
    """A way for mails to leave. Each thread needs its own."""

    def send(self, parcels: Iterator[Parcel], told: Told, may_go: MayGo = always) -> None:
        """Hands over mails until the iterator is exhausted.

        The iterator is asked for the next mail only when a connection is about to take it, so the
        caller can look once more at the last moment, and may end it early at any time.

        `told` is called once for each parcel whose fate is known, and at once: before anything
        else is sent on any connection. Should it raise, or the iterator, then every connection is
        closed and the error passed on; what became of the mails under way, nobody knows.

        `may_go` is asked right before each final dot, for a mail may have waited for the relay, or
        this process may have stood still. Where it says no, nothing more is handed over.

        Raises RelayUnavailableError where the relay cannot be used. Parcels that were taken and
        not told were then not handed over, nor where `may_go` said no: their final dot was never
        sent, or the relay answered it with words that concern every mail (421). What was under way
        on other connections is awaited and told before.
        """
        ...

    def share(self, several: int) -> None:
        """Says how many senders share what the relay takes in a second, this one among them."""
        ...

    def close(self) -> None:
        """Lets go of what it holds; a later `send` takes it up again."""
        ...
