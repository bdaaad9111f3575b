"""A proxy on loopback in front of a site: it keeps what was asked and what was answered."""

from __future__ import annotations

import http.client
import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

METHODS = ("GET", "HEAD", "OPTIONS", "PROPFIND", "PUT", "REPORT")
BY_HOP = {"connection", "host", "keep-alive", "transfer-encoding"}
"""Headers that are about one connection (RFC 9110 7.6.1)."""


@dataclass(frozen=True)
class Exchange:
    """One request and its answer; header names are in small letters."""

    method: str
    path: str
    asked: dict[str, str]
    status: int
    answered: dict[str, str]


@dataclass
class Watched:
    """A site with a proxy in front. `origin` is where the proxy answers."""

    origin: str
    exchanges: list[Exchange] = field(default_factory=list)

    def of(self, method: str) -> list[Exchange]:
        return [one for one in list(self.exchanges) if one.method == method]


@contextmanager
def watching(site: str) -> Iterator[Watched]:
    """Puts a proxy in front of a site while it lasts."""
    host = urlsplit(site).netloc

    class Handler(http.server.BaseHTTPRequestHandler):
        def pass_on(self) -> None:
            asked = {name.lower(): value for name, value in self.headers.items()}
            body = self.rfile.read(int(asked.get("content-length", 0)))
            sent = {name: value for name, value in asked.items() if name not in BY_HOP}
            connection = http.client.HTTPConnection(host, timeout=30)
            connection.request(self.command, self.path, body, sent)
            answer = connection.getresponse()
            content = answer.read()
            connection.close()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in BY_HOP:
                    self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)
            answered = {name.lower(): value for name, value in answer.getheaders()}
            watched.exchanges.append(
                Exchange(self.command, self.path, asked, answer.status, answered)
            )

        def log_message(self, *_arguments: object) -> None: ...

    for method in METHODS:
        setattr(Handler, f"do_{method}", Handler.pass_on)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    watched = Watched(f"http://127.0.0.1:{server.server_port}")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield watched
    finally:
        server.shutdown()
        server.server_close()
