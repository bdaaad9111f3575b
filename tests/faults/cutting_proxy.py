"""A way to PostgreSQL that is cut at a commit: who asked never learns what came of it."""

from __future__ import annotations

import select
import socket
import struct
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import URL

_COMMIT = b"COMMIT"
_PORT = ".s.PGSQL.5432"


@dataclass
class CuttingProxy:
    """Cuts the connection at the first commits of each kind of transaction, `times` of each.

    `kinds` names them, each by words that stand in its statements and in those of no kind before
    it. It is cut `before` the commit reaches the server, or else once the server has answered it.
    Where that is to be `unnoticed`, the server is told of no end: what the connection had locked
    stays locked. `cut` counts the kinds that were.
    """

    kinds: Mapping[str, str]
    before: bool = False
    unnoticed: bool = False
    times: int = 2
    cut: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)
    kept: list[socket.socket] = field(default_factory=list)

    def is_to_be_cut(self, statements: str) -> bool:
        """Whether the connection ends at the commit of these statements."""
        found = [kind for kind, words in self.kinds.items() if words in statements]
        with self.lock:
            if not found or self.cut[found[0]] >= self.times:
                return False
            self.cut[found[0]] += 1
            return True


class _Conversation:
    """The messages of one connection, as PostgreSQL's protocol frames them (chapter 54)."""

    def __init__(self, proxy: CuttingProxy, client: socket.socket, server: socket.socket) -> None:
        self._proxy = proxy
        self._client = client
        self._server = server
        self._read = b""
        self._is_introduced = False
        self._named: dict[bytes, str] = {}
        self._statements: list[str] = []

    def run(self) -> None:
        """Passes on what either side says until one is gone, or the connection is cut."""
        with suppress(OSError):
            while True:
                readable, _, _ = select.select([self._client, self._server], [], [])
                if self._server in readable and not self._pass_on():
                    break
                if self._client in readable and not self._take():
                    break
        self._client.close()
        if self._proxy.unnoticed:
            self._proxy.kept.append(self._server)
        else:
            self._server.close()

    def _pass_on(self) -> bool:
        octets = self._server.recv(65536)
        self._client.sendall(octets)
        return bool(octets)

    def _take(self) -> bool:
        """Passes on whole messages of the client; whether the connection goes on."""
        octets = self._client.recv(65536)
        self._read += octets
        while (message := self._next()) is not None:
            is_commit = self._is_commit(message)
            cut = is_commit and self._proxy.is_to_be_cut("; ".join(self._statements))
            if not (cut and self._proxy.before):
                self._server.sendall(message)
            if cut:
                if not self._proxy.before:
                    self._server.recv(65536)  # its answer: the change is kept
                return False
        return bool(octets)

    def _next(self) -> bytes | None:
        """The next whole message; the first has no type."""
        head = 1 if self._is_introduced else 0
        if len(self._read) < head + 4:
            return None
        length = head + int(struct.unpack_from("!I", self._read, head)[0])
        if len(self._read) < length:
            return None
        message, self._read = self._read[:length], self._read[length:]
        self._is_introduced = True
        return message

    def _is_commit(self, message: bytes) -> bool:
        """Whether it says COMMIT; notes what is said before."""
        kind, content = message[:1], message[5:]
        if kind == b"P":  # Parse: a statement, under a name or without one
            name, statement = content.split(b"\0")[:2]
            self._named[name] = statement.decode()
        elif kind == b"B":  # Bind: it is run
            self._statements.append(self._named.get(content.split(b"\0")[1], ""))
        elif kind == b"Q":  # Query
            words = content.rstrip(b"\0")
            if words == _COMMIT:
                return True
            if words.startswith(b"BEGIN"):
                self._statements.clear()
            self._statements.append(words.decode())
        return False


@contextmanager
def cutting(url: URL, proxy: CuttingProxy) -> Iterator[URL]:
    """The address of a database through the proxy, for as long as the block runs."""
    behind = f"{url.query['host']}/{_PORT}"
    with TemporaryDirectory(prefix="calendar-proxy-") as folder:
        listening = socket.socket(socket.AF_UNIX)
        listening.bind(str(Path(folder) / _PORT))
        listening.listen(50)
        threading.Thread(target=_serve, args=(listening, behind, proxy), daemon=True).start()
        try:
            yield url.update_query_dict({"host": folder})
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            listening.close()
            for server in proxy.kept:
                server.close()


def _serve(listening: socket.socket, behind: str, proxy: CuttingProxy) -> None:
    with suppress(OSError):
        while True:
            client, _ = listening.accept()
            server = socket.socket(socket.AF_UNIX)
            server.connect(behind)
            talk = _Conversation(proxy, client, server)
            threading.Thread(target=talk.run, daemon=True).start()
