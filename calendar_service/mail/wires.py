"""A wire to a relay that is never waited for: TCP, and TLS over it once that is asked for."""

from __future__ import annotations

import errno
import os
import selectors
import socket
import ssl
from collections.abc import Sequence

Address = tuple[int, int, int, tuple[object, ...]]
"""Family, kind and protocol of a socket, and what to connect it to."""

_AT_ONCE = 65_536
_LATER = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


def addresses(host: str, port: int) -> Sequence[Address]:
    """Where a host is reached, the likeliest first; raises OSError where it has no address.

    This one does wait: for the resolver.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [(family, kind, protocol, address) for family, kind, protocol, _, address in found]


class Wire:
    """One connection; its methods return at once, and raise OSError when it has ended.

    `number` is the file descriptor, the same for as long as the wire lives, and `wants` is what a
    selector should wait for before the wire is given the next turn.
    """

    __slots__ = ("_socket", "is_open", "number", "unsent", "wants")

    def __init__(self, address: Address) -> None:
        family, kind, protocol, target = address
        self._socket = socket.socket(family, kind, protocol)
        self.number = self._socket.fileno()
        self.unsent: bytes | memoryview = b""
        self.wants = selectors.EVENT_WRITE
        self.is_open = True
        try:
            self._dial(target)
        except BaseException:
            self._socket.close()
            raise

    def _dial(self, target: tuple[object, ...]) -> None:
        """Nagle's wait would hold the last packet of every mail back for a round trip."""
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        failure = self._socket.connect_ex(target)
        if failure not in {0, errno.EINPROGRESS, errno.EWOULDBLOCK}:
            raise OSError(failure, os.strerror(failure))

    def connected(self) -> None:
        """To be called at the first turn: raises OSError where nobody answered."""
        failure = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if failure:
            raise OSError(failure, os.strerror(failure))
        self.wants = selectors.EVENT_READ

    def begin_tls(self, context: ssl.SSLContext, host: str) -> None:
        """What follows is secret; `shake_hands` is called at each turn until it is done."""
        self._socket = context.wrap_socket(
            self._socket, server_hostname=host, do_handshake_on_connect=False
        )

    def shake_hands(self) -> bool:
        """Goes on with the TLS handshake; whether it is done."""
        assert isinstance(self._socket, ssl.SSLSocket)  # noqa: S101 - begin_tls was called
        try:
            self._socket.do_handshake()
        except ssl.SSLWantReadError:
            self.wants = selectors.EVENT_READ
        except ssl.SSLWantWriteError:
            self.wants = selectors.EVENT_WRITE
        else:
            self.wants = selectors.EVENT_READ
            return True
        return False

    def write(self, octets: bytes | memoryview) -> None:
        """Sends what can be sent now; the rest is `unsent`, also where this fails."""
        if self.unsent:
            self.unsent = b"".join((self.unsent, octets))
            return
        try:
            sent = self._socket.send(octets)
        except _LATER:
            sent = 0
        except OSError:
            self.unsent = octets
            raise
        if sent < len(octets):
            self.unsent = memoryview(octets)[sent:]
            self.wants = selectors.EVENT_READ | selectors.EVENT_WRITE

    def flush(self) -> None:
        """Sends more of what is unsent."""
        octets, self.unsent = self.unsent, b""
        self.wants = selectors.EVENT_READ
        self.write(octets)

    def read(self) -> bytes | None:
        """What has arrived: None if nothing, and no octets at all when the other side has ended."""
        try:
            octets = self._socket.recv(_AT_ONCE)
        except _LATER:
            return None
        if isinstance(self._socket, ssl.SSLSocket):
            while octets and self._socket.pending():  # a selector knows nothing of these
                octets += self._socket.recv(_AT_ONCE)
        return octets

    def close(self) -> None:
        """Ends the connection, without a word."""
        self.is_open = False
        self._socket.close()
