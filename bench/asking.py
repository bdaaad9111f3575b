"""Asks servers: once, one after another, or as fast as they answer."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPConnection
from urllib.parse import urlsplit

Headers = Mapping[str, str]
ACCEPT = {"Accept": "text/calendar"}
"""Sent with each request: Xandikos answers with a page else."""

CONNECTIONS = 8


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered, its headers by their names in small letters, and after how long.

    `seconds` end with the last octet; the connection stood before.
    """

    status: int
    headers: Headers
    octets: int
    seconds: float


def ask(
    url: str, headers: Headers | None = None, *, method: str = "GET", content: bytes | None = None
) -> Answer:
    """One answer; raises OSError where there is no server."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.netloc, timeout=300)
    try:
        connection.connect()
        began = time.perf_counter()
        connection.request(method, parts.path, body=content, headers={**ACCEPT, **(headers or {})})
        response = connection.getresponse()
        octets = len(response.read())
        taken = time.perf_counter() - began
        named = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, named, octets, taken)
    finally:
        connection.close()


def flood(url: str, headers: Headers, seconds: float) -> tuple[float, int]:
    """Answers a second, and how many there were, as fast as wrk can ask."""
    told = [
        part for name, value in {**ACCEPT, **headers}.items() for part in ("-H", f"{name}: {value}")
    ]
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds:.0f}s", "--timeout", "60s"]
    ran = subprocess.run([*command, *told, url], capture_output=True, text=True, check=True)
    if "Non-2xx or 3xx" in ran.stdout or "Socket errors" in ran.stdout:
        sys.exit(f"{url} answers with errors:\n{ran.stdout}")
    rate = re.search(r"Requests/sec:\s+([\d.]+)", ran.stdout)
    answers = re.search(r"(\d+) requests in", ran.stdout)
    if rate is None or answers is None:
        sys.exit(f"wrk says nothing that can be read:\n{ran.stdout}{ran.stderr}")
    return float(rate[1]), int(answers[1])


def in_turn(url: str, headers: Headers, answers: int) -> tuple[float, int]:
    """The same for a slow server: so many answers to each of two clients, none of them cut off."""
    began = time.perf_counter()
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: [ask(url, headers) for _ in range(answers)], range(2)))
    return 2 * answers / (time.perf_counter() - began), 2 * answers


def require_wrk() -> None:
    """Ends the program where wrk is missing."""
    if shutil.which("wrk") is None:
        sys.exit("wrk is missing; install it with `apt-get install wrk`.")
