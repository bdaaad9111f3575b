"""A mail relay on loopback that does what a test tells it, and keeps what it was given."""

from __future__ import annotations

import select
import socket
import socketserver
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path

from calendar_service.mail.relays import Relay, Security

CERTIFICATES = Path(__file__).parent / "certificates"

GOOD = {
    "greeting": "220 relay.test ESMTP",
    "EHLO": "250-relay.test\r\n250-SIZE 1000000\r\n250 HELP",
    "HELO": "250 relay.test",
    "STARTTLS": "220 go ahead",
    "AUTH": "235 2.7.0 welcome",
    "MAIL": "250 2.1.0 ok",
    "RCPT": "250 2.1.5 ok",
    "DATA": "354 end with a dot",
    "dot": "250 2.0.0 queued as 4711",
    "RSET": "250 2.0.0 ok",
    "QUIT": "221 2.0.0 bye",
    "content": "",
}
PIPELINING = "250-relay.test\r\n250-PIPELINING\r\n250-SIZE 1000000\r\n250 HELP"
"""The EHLO answer of a relay that takes commands in groups."""


class Act(Enum):
    """What a relay may do instead of answering."""

    CLOSE = "close the connection"
    RESET = "reset the connection"
    SILENCE = "say nothing until the other side goes"
    SWALLOW = "answer, and close in the middle of the content"


@dataclass(frozen=True)
class Pieces:
    """A reply that arrives in several packets, octet for octet as it is written here."""

    octets: tuple[bytes, ...]


Reply = str | Act | Pieces
Told = Reply | Sequence[Reply] | Callable[[], Reply]


@dataclass
class Taken:
    """A mail that the relay has had up to its final dot, dots unstuffed."""

    envelope_from: str
    to: str
    content: bytes
    reply: Reply = ""


@dataclass
class LoopbackRelay:
    """`answers` maps a command to its reply, to its replies in turn before the usual one, or to
    what gives the reply.

    It is strict as relays are: a MAIL within a transaction, a RCPT without one and a DATA without
    a recipient are refused, unless `obliging`, when such a DATA is accepted (RFC 2920 3.1).
    `early` notes what was said before a reply where PIPELINING is not offered. `groups` is how
    many final dots it answers only once it has the whole envelope of the next mail.
    """

    answers: Mapping[str, Told] = field(default_factory=dict)
    context: ssl.SSLContext | None = None
    implicit: bool = False
    obliging: bool = False
    groups: int = 0
    port: int = 0
    connections: int = 0
    open: int = 0
    commands: list[str] = field(default_factory=list)
    early: list[str] = field(default_factory=list)
    taken: list[Taken] = field(default_factory=list)
    asked: dict[str, int] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def reply(self, command: str) -> Reply:
        """What to do at a command, counted over all connections."""
        told = self.answers.get(command, GOOD.get(command, "502 5.5.1 not here"))
        with self.lock:
            number = self.asked[command] = self.asked.get(command, 0) + 1
        if callable(told):
            return told()
        if isinstance(told, str | Act | Pieces):
            return told
        return told[number - 1] if number <= len(told) else GOOD[command]

    def relay(self, **changes: object) -> Relay:
        """The relay as a sender is told of it."""
        told = Relay("127.0.0.1", self.port, Security.NEVER, timeout=30, answer_timeout=30)
        return replace(told, **changes)  # type: ignore[arg-type]

    @property
    def pipelines(self) -> bool:
        """Whether it offers PIPELINING."""
        return "PIPELINING" in str(self.answers.get("EHLO", ""))

    def accepted(self) -> list[str]:
        """To whom the mails are that it has said 250 to."""
        return [taken.to for taken in self.taken if str(taken.reply).startswith("2")]


@contextmanager
def running(relay: LoopbackRelay) -> Iterator[LoopbackRelay]:
    """The relay, listening on a port of its own until the block ends."""
    with _Server(relay) as server:
        relay.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield relay
        finally:
            server.shutdown()
            server.hang_up()


def server_context(certificate: str) -> ssl.SSLContext:
    """What a relay with one of the test certificates uses."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATES / certificate)
    return context


def trusting_context() -> ssl.SSLContext:
    """What a sender that trusts the test authority uses."""
    return ssl.create_default_context(cafile=str(CERTIFICATES / "authority.pem"))


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 50

    def __init__(self, relay: LoopbackRelay) -> None:
        self.relay = relay
        self.open: set[socket.socket] = set()
        super().__init__(("127.0.0.1", 0), _Session)

    def hang_up(self) -> None:
        """Ends the sessions that wait, so that no thread outlives its test."""
        for connection in list(self.open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class _HungUpError(Exception):
    pass


class _Session(socketserver.BaseRequestHandler):
    server: _Server

    def handle(self) -> None:
        """Speaks SMTP until either side ends it."""
        self.told = self.server.relay
        self.connection: socket.socket = self.request
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.server.open.add(self.connection)
        with self.told.lock:
            self.told.connections += 1
            self.told.open += 1
        self.buffer = bytearray()
        self.envelope_from: str | None = None
        self.to: str | None = None
        try:
            if self.told.implicit:
                self._secure()
            self._answer("greeting")
            while True:
                self._command()
        except (_HungUpError, OSError, ValueError):
            pass
        finally:
            with self.told.lock:
                self.told.open -= 1
            self.server.open.discard(self.connection)
            self.connection.close()

    def _command(self) -> None:
        line = self._line().decode("ascii").rstrip("\r\n")
        self.told.commands.append(line)
        verb = line.partition(" ")[0].upper()
        if misplaced := self._misplaced(verb):
            self._send(misplaced)
            return
        reply = self._answer(verb)
        argument = line.partition("<")[2].partition(">")[0]
        if verb == "QUIT":
            raise _HungUpError
        if verb == "STARTTLS" and reply.startswith("220"):
            self._secure()
        if verb == "AUTH":
            self._log_in(reply)
        if verb in {"RSET", "EHLO"}:
            self.envelope_from = self.to = None
        if verb == "MAIL" and reply.startswith("2"):
            self.envelope_from = argument
        if verb == "RCPT" and reply.startswith("2"):
            self.to = argument
        if verb == "DATA" and reply.startswith("354"):
            self._content()

    def _misplaced(self, verb: str) -> str:
        """The refusal of a command that cannot come now."""
        if verb == "MAIL" and self.envelope_from is not None:
            return "503 5.5.1 nested MAIL"
        if verb == "RCPT" and self.envelope_from is None:
            return "503 5.5.1 MAIL first"
        if verb == "DATA" and self.to is None:
            if self.told.obliging:
                self._send(GOOD["DATA"])
                assert self._lines_up_to_the_dot() == b""
            return "554 5.5.1 no valid recipients"
        return ""

    def _log_in(self, reply: str) -> None:
        while reply.startswith("334"):
            self.told.commands.append(self._line().decode("ascii").rstrip("\r\n"))
            reply = self._answer("AUTH")

    def _content(self) -> None:
        during = self.told.reply("content")
        if during:
            self._read()
        if during is Act.SWALLOW:
            raise _HungUpError
        if during:
            self._act(during)
            self._lines_up_to_the_dot()
            raise _HungUpError
        content = self._lines_up_to_the_dot()
        taken = Taken(str(self.envelope_from), str(self.to), content)
        self.told.taken.append(taken)
        while len(self.told.taken) <= self.told.groups and not self.buffer.endswith(b"DATA\r\n"):
            self._read()
        self.envelope_from = self.to = None
        taken.reply = self.told.reply("dot")
        self._act(taken.reply)

    def _answer(self, command: str) -> str:
        return self._act(self.told.reply(command))

    def _act(self, reply: Reply) -> str:
        if isinstance(reply, Pieces):
            for piece in reply.octets:
                self.connection.sendall(piece)
                time.sleep(0.005)
            return b"".join(reply.octets).decode("latin-1")
        if reply is Act.RESET:
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            raise _HungUpError
        if reply is Act.CLOSE:
            raise _HungUpError
        if reply is Act.SILENCE:
            while self.connection.recv(4096):
                pass
            raise _HungUpError
        assert isinstance(reply, str)
        self._send(reply)
        if reply.startswith("421"):
            raise _HungUpError
        return reply

    def _send(self, reply: str) -> None:
        if self.told.context is None and not self.told.pipelines and self._has_input():
            self.told.early.append(f"before {reply}")
        self.connection.sendall(reply.encode() + b"\r\n")

    def _has_input(self) -> bool:
        return bool(self.buffer or select.select([self.connection], [], [], 0)[0])

    def _line(self) -> bytes:
        while (end := self.buffer.find(b"\n")) < 0:
            self._read()
        line = bytes(self.buffer[: end + 1])
        del self.buffer[: end + 1]
        return line

    def _lines_up_to_the_dot(self) -> bytes:
        self.buffer[:0] = b"\r\n"
        begin = 0
        while (end := self.buffer.find(b"\r\n.\r\n", begin)) < 0:
            begin = max(0, len(self.buffer) - 4)
            self._read()
        lines = bytes(self.buffer[: end + 2]).replace(b"\r\n.", b"\r\n")
        del self.buffer[: end + 5]
        return lines[2:]

    def _read(self) -> None:
        octets = self.connection.recv(65536)
        if not octets:
            raise _HungUpError
        self.buffer += octets

    def _secure(self) -> None:
        assert self.told.context is not None
        self.server.open.discard(self.connection)
        self.connection = self.told.context.wrap_socket(self.connection, server_side=True)
        self.server.open.add(self.connection)
