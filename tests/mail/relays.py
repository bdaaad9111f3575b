"""A mail relay on loopback that does what a test tells it, and keeps what it was given."""

from __future__ import annotations

import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path

from calendar_service.mail.relays import Relay, Security

CERTIFICATES = Path(__file__).parent / "certificates"

GOOD = {
    "greeting": "220 relay.test ESMTP",
    "EHLO": "250-relay.test\r\n250-SIZE 1000000\r\n250 HELP",
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


class Act(Enum):
    """What a relay may do instead of answering."""

    CLOSE = "close the connection"
    SILENCE = "say nothing until the other side goes"
    SWALLOW = "answer, and close in the middle of the content"


Reply = str | Act


@dataclass
class Taken:
    """A mail that the relay has had up to its final dot, dots unstuffed."""

    envelope_from: str
    to: str
    content: bytes


@dataclass
class LoopbackRelay:
    """`answers` maps a command to its reply, or to its replies in turn before the usual one."""

    answers: Mapping[str, Reply | Sequence[Reply]] = field(default_factory=dict)
    context: ssl.SSLContext | None = None
    implicit: bool = False
    port: int = 0
    connections: int = 0
    commands: list[str] = field(default_factory=list)
    taken: list[Taken] = field(default_factory=list)
    asked: dict[str, int] = field(default_factory=dict)

    def reply(self, command: str) -> Reply:
        """What to do at a command, counted over all connections."""
        told = self.answers.get(command, GOOD.get(command, "502 5.5.1 not here"))
        number = self.asked[command] = self.asked.get(command, 0) + 1
        if isinstance(told, str | Act):
            return told
        return told[number - 1] if number <= len(told) else GOOD[command]

    def relay(self, **changes: object) -> Relay:
        """The relay as a sender is told of it."""
        told = Relay("127.0.0.1", self.port, Security.NEVER, timeout=5, answer_timeout=5)
        return replace(told, **changes)  # type: ignore[arg-type]


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
        self.told.connections += 1
        self.connection: socket.socket = self.request
        self.server.open.add(self.connection)
        try:
            if self.told.implicit:
                self._secure()
            self.lines = self.connection.makefile("rb")
            self._answer("greeting")
            while True:
                self._command()
        except (_HungUpError, OSError, ValueError):
            pass
        finally:
            self.server.open.discard(self.connection)
            self.connection.close()

    def _command(self) -> None:
        line = self._line().decode("ascii").rstrip("\r\n")
        self.told.commands.append(line)
        verb = line.partition(" ")[0].upper()
        reply = self._answer(verb)
        argument = line.partition("<")[2].partition(">")[0]
        if verb == "QUIT":
            raise _HungUpError
        if verb == "STARTTLS" and reply.startswith("220"):
            self._secure()
            self.lines = self.connection.makefile("rb")
        if verb == "AUTH" and reply.startswith("334"):
            self._line()
            self._send("535 5.7.8 no")
        if verb == "MAIL":
            self.envelope_from = argument
        if verb == "RCPT":
            self.to = argument
        if verb == "DATA" and reply.startswith("354"):
            self._content()

    def _content(self) -> None:
        if self.told.reply("content") is Act.SWALLOW:
            self.connection.recv(10)
            raise _HungUpError
        content = bytearray()
        while (line := self._line()) != b".\r\n":
            content += line[1:] if line.startswith(b".") else line
        self.told.taken.append(Taken(self.envelope_from, self.to, bytes(content)))
        self._answer("dot")

    def _answer(self, command: str) -> str:
        reply = self.told.reply(command)
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
        self.connection.sendall(reply.encode() + b"\r\n")

    def _line(self) -> bytes:
        line: bytes = self.lines.readline()
        if not line:
            raise _HungUpError
        return line

    def _secure(self) -> None:
        assert self.told.context is not None
        self.server.open.discard(self.connection)
        self.connection = self.told.context.wrap_socket(self.connection, server_side=True)
        self.server.open.add(self.connection)
