"""A relay that is quick, takes every mail, and knows at any instant what is on its way to it."""

from __future__ import annotations

import asyncio
import re
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

_MESSAGE_ID = re.compile(rb"^Message-ID: (<[^>]+>)", re.MULTILINE | re.IGNORECASE)
_RECIPIENT = re.compile(rb"RCPT TO:<([^>]*)>", re.IGNORECASE)
_END = b"\r\n.\r\n"


@dataclass
class RecordingRelay:
    """What was taken: for each recipient the Message-ID of every copy, in order.

    Where it `keeps` them, the `contents` too, with dots stuffed.
    """

    port: int = 0
    taken: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    open_connections: int = 0
    most_connections: int = 0
    in_flight: int = 0
    count: int = 0
    keeps: bool = False
    contents: list[bytes] = field(default_factory=list)
    wires: set[asyncio.WriteTransport] = field(default_factory=set)

    @property
    def extra(self) -> int:
        """How many copies more were taken than there are recipients."""
        return self.count - len(self.taken)

    def message_ids_differ(self) -> list[str]:
        """The recipients whose copies do not all have one Message-ID."""
        return [to for to, copies in self.taken.items() if len(set(copies)) > 1]


class _Conversation(asyncio.Protocol):
    def __init__(self, relay: RecordingRelay) -> None:
        self._relay = relay
        self._read = b""
        self._to = ""
        self._in_content = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self._wire = transport
        self._relay.wires.add(transport)
        self._relay.open_connections += 1
        self._relay.most_connections = max(
            self._relay.most_connections, self._relay.open_connections
        )
        transport.write(b"220 relay.test ESMTP\r\n")

    def connection_lost(self, _why: Exception | None) -> None:
        self._relay.wires.discard(self._wire)
        self._relay.open_connections -= 1
        self._relay.in_flight -= self._in_content

    def data_received(self, data: bytes) -> None:
        self._read += data
        replies: list[bytes] = []
        while self._step(replies):
            pass
        self._wire.write(b"".join(replies))

    def _step(self, replies: list[bytes]) -> bool:
        if self._in_content:
            content, end, rest = self._read.partition(_END)
            if not end:
                return False
            self._read, self._in_content = rest, False
            self._relay.in_flight -= 1
            found = _MESSAGE_ID.search(content)
            self._relay.taken[self._to].append(found[1].decode() if found else "")
            self._relay.count += 1
            if self._relay.keeps:
                self._relay.contents.append(content + b"\r\n")
            replies.append(b"250 2.0.0 taken\r\n")
            return True
        line, end, rest = self._read.partition(b"\r\n")
        if not end:
            return False
        self._read = rest
        replies.append(self._answer(line))
        return True

    def _answer(self, line: bytes) -> bytes:
        match line[:4].upper():
            case b"EHLO":
                return b"250-relay.test\r\n250-PIPELINING\r\n250 SIZE\r\n"
            case b"RCPT":
                found = _RECIPIENT.match(line)
                self._to = found[1].decode() if found else ""
            case b"DATA":
                self._in_content = True
                self._relay.in_flight += 1
                return b"354 go ahead\r\n"
            case b"QUIT":
                return b"221 bye\r\n"
        return b"250 ok\r\n"


async def _hang_up(server: asyncio.Server, relay: RecordingRelay) -> None:
    """Ends what is open, so that nothing outlives its test."""
    server.close()
    for wire in list(relay.wires):
        wire.abort()
    await asyncio.sleep(0)


@contextmanager
def recording(*, keeps: bool = False) -> Iterator[RecordingRelay]:
    """A relay at work on a port of this machine, in a thread of its own."""
    relay = RecordingRelay(keeps=keeps)
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(
        loop.create_server(lambda: _Conversation(relay), "127.0.0.1", 0)
    )
    relay.port = server.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield relay
    finally:
        asyncio.run_coroutine_threadsafe(_hang_up(server, relay), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()
