"""A connection on its way to a session: connected, made secret, introduced and logged in."""

from __future__ import annotations

import ssl
from collections.abc import Callable

from calendar_service.mail.connecting import turned_away, unreached
from calendar_service.mail.introduction import SECURE, Extensions, introduce
from calendar_service.mail.relays import Relay, Security
from calendar_service.mail.replies import GARBAGE, Reply, read_replies
from calendar_service.mail.wires import Address, Wire

Context = Callable[[], ssl.SSLContext]
"""Gives what TLS is to trust. To make one takes 50 ms, so it is asked for only where it is used."""


class Opening:
    """A connection that is being opened, without ever waiting.

    Raises RelayUnavailableError, from the start or at a turn, for whatever is wrong. `deadline` is
    the second after which the relay takes too long, and `offered` what it offers in the end.
    """

    def __init__(
        self, relay: Relay, address: Address, *, hello: str, context: Context, now: float
    ) -> None:
        self.relay = relay
        self.offered: Extensions = {}
        self.deadline = now + relay.timeout
        self.is_connected = False
        self._is_shaking = False
        self._context = context
        self._talk = introduce(relay, hello)
        self._read = b""
        try:
            self.wire = Wire(address)
        except OSError as error:
            raise unreached(relay, error) from error

    def take_turn(self, now: float) -> bool:
        """Goes on when the wire has stirred; whether the relay is ready for MAIL now."""
        try:
            if not self.is_connected:
                self._connect()
            if self._is_shaking and not self._shake_hands():
                return False
            reply = self._next_reply()
            return reply is not None and self._answer(reply, now)
        except OSError as error:
            raise unreached(self.relay, error) from error

    def give_up(self) -> None:
        """Raises what there is to say when the deadline has passed."""
        raise unreached(self.relay, TimeoutError())

    def _connect(self) -> None:
        self.wire.connected()
        self.is_connected = True
        if self.relay.security is Security.IMPLICIT:
            self._secure()
        else:
            self._say(next(self._talk))

    def _secure(self) -> None:
        self.wire.begin_tls(self._context(), self.relay.host)
        self._is_shaking = True
        self._shake_hands()  # ours is the first word

    def _shake_hands(self) -> bool:
        if not self.wire.shake_hands():
            return False
        self._is_shaking = False
        self._say(next(self._talk))
        return True

    def _say(self, command: bytes) -> None:
        if command is SECURE:
            self._secure()
        elif command:
            self.wire.write(command)

    def _next_reply(self) -> Reply | None:
        """The reply that is due, once it is whole.

        Whatever comes with it was said unasked. Behind the answer to STARTTLS it could be from
        somebody in between (CVE-2011-0411).
        """
        if self.wire.unsent:
            self.wire.flush()
        octets = self.wire.read()
        if octets is None:
            return None
        if not octets:
            raise ConnectionAbortedError
        replies, self._read = read_replies(self._read + octets)
        if len(replies) > 1 or (replies and self._read):
            raise turned_away(self.relay, GARBAGE, b"more than was asked for: " + octets)
        return replies[0] if replies else None

    def _answer(self, reply: Reply, now: float) -> bool:
        """Says what is to be said after a reply; whether that was all."""
        self.deadline = now + self.relay.timeout
        try:
            self._say(self._talk.send(reply))
        except StopIteration as done:
            self.offered = done.value
            return True
        return False
