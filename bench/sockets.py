"""The limit: the same octets through bare pipelined sockets, with nothing else done.

    python -m bench.sockets PORT CONNECTIONS MAILS FILE

Prints mails a second. FILE holds one mail as it goes over the wire, with its final dot.
"""

from __future__ import annotations

import selectors
import socket
import sys
import time
from pathlib import Path

ENVELOPE = b"MAIL FROM:<calendar@example.org>\r\nRCPT TO:<reader1@example.org>\r\nDATA\r\n"
REPLIES = 4
"""To the dot, MAIL, RCPT and DATA; each is one line of this relay's."""


def main() -> None:
    """Sends, and tells how fast."""
    port, connections, mails, file = sys.argv[1:]
    content = Path(file).read_bytes()
    began = time.perf_counter()
    _send(int(port), int(connections), int(mails), content)
    print(int(mails) / (time.perf_counter() - began))


def _send(port: int, connections: int, mails: int, content: bytes) -> None:
    """Each connection sends its share, one mail under way at a time."""
    selector = selectors.DefaultSelector()
    for _ in range(connections):
        wire = _open(port)
        wire.sendall(ENVELOPE)
        selector.register(wire, selectors.EVENT_READ, [REPLIES - 1, mails // connections])
    while selector.get_map():
        for key, _ in selector.select():
            assert isinstance(key.fileobj, socket.socket)
            wire, state = key.fileobj, key.data
            state[0] -= wire.recv(65536).count(b"\n")
            if state[0]:
                continue
            if not state[1]:
                selector.unregister(wire)
                continue
            state[1] -= 1
            wire.sendall(content + (ENVELOPE if state[1] else b""))
            state[0] = REPLIES if state[1] else 1


def _open(port: int) -> socket.socket:
    wire = socket.create_connection(("127.0.0.1", port))
    wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    wire.recv(4096)
    wire.sendall(b"EHLO bench\r\n")
    while not wire.recv(4096).endswith(b"\r\n"):
        pass
    return wire


if __name__ == "__main__":
    main()
