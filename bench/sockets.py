"""The limit: the same octets through bare pipelined sockets, with nothing else done.

    python -m bench.sockets PORT CONNECTIONS MAILS FILE

Prints mails a second. FILE holds one mail as it goes over the wire, its dots not stuffed.
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
    content = Path(file).read_bytes() + b".\r\n"
    began = time.perf_counter()
    _send(int(port), int(connections), int(mails), content)
    print(int(mails) / (time.perf_counter() - began))


def _send(port: int, connections: int, mails: int, content: bytes) -> None:
    selector = selectors.DefaultSelector()
    begun = ended = 0
    for _ in range(connections):
        wire = _open(port)
        begun += 1
        wire.sendall(ENVELOPE)
        selector.register(wire, selectors.EVENT_READ, [REPLIES - 1])
    while ended < mails:
        for key, _ in selector.select():
            assert isinstance(key.fileobj, socket.socket)
            wire, awaited = key.fileobj, key.data
            answered = wire.recv(65536).count(b"\n")
            awaited[0] -= answered
            if awaited[0]:
                continue
            if begun <= mails:
                wire.sendall(content + (ENVELOPE if begun < mails else b""))
                ended, begun = ended + 1, begun + 1
                awaited[0] = REPLIES if begun <= mails else 1


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
