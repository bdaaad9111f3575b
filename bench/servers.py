"""Which WSGI server serves the service best, alone and behind nginx, on this machine.

    python -m bench.servers               about six minutes
    python -m bench.servers --rounds 5

granian (as the service uses it), gunicorn with sync and with gthread workers, and waitress, with a
worker for each core where they have several; those that we do not depend on are installed under
.bench/. Each serves the same feed and is asked in turn by wrk; nginx passes on each request.
`stalled` is what is left for others while 40 clients have sent half a request and no more.
"""

from __future__ import annotations

import argparse
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import product
from pathlib import Path
from urllib.parse import urlsplit

from bench.apps import ADDRESS
from bench.asking import ask, flood, require_wrk
from bench.calendars import KEPT, service_with
from bench.progress import progress
from bench.running import Server, free_port, running, started

SERVERS = ("granian", "sync", "gthread", "waitress")
EVENTS = (10, 1_000)
WORKERS = 2
STALLED = 40
PACKAGES = ("gunicorn", "waitress")
PLACE = KEPT / "servers"


def main() -> None:
    """Measures and prints."""
    options = _options()
    require_wrk()
    _install()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        for size in EVENTS:
            where = Path(folder) / str(size)
            service_with(size, where).database.close()
            _told(size, _measured(where, options.rounds, options.seconds))


def _measured(folder: Path, rounds: int, seconds: float) -> dict[tuple[str, str], list[float]]:
    """Answers a second of each server and way of asking, one a round."""
    rates = defaultdict(list)
    with ExitStack() as stack:
        enter = stack.enter_context
        servers = {
            name: enter(running("ours", folder, under=name, workers=WORKERS)) for name in SERVERS
        }
        behind = {name: enter(_behind_nginx(one, folder / name)) for name, one in servers.items()}
        for number, name in product(range(rounds), SERVERS):
            progress(f"round {number + 1}/{rounds}: {name}")
            tag = {"If-None-Match": ask(servers[name].url).headers["etag"]}
            for place, url in (("alone", servers[name].url), ("nginx", behind[name])):
                rates[name, f"200 {place}"].append(flood(url, {}, seconds)[0])
                rates[name, f"304 {place}"].append(flood(url, tag, seconds)[0])
            with _stalled(servers[name].url):
                rates[name, "304 stalled"].append(flood(servers[name].url, tag, seconds)[0])
    progress("")
    return rates


def _told(size: int, rates: dict[tuple[str, str], list[float]]) -> None:
    kinds = [kind for name, kind in rates if name == SERVERS[0]]
    print(f"{size:>6,} events{'':6}" + "".join(f"{kind:>14}" for kind in kinds))
    for name in SERVERS:
        medians = [statistics.median(rates[name, kind]) for kind in kinds]
        print(f"{'':4}{name:15}" + "".join(f"{rate:>14,.0f}" for rate in medians))
    sys.stdout.flush()


@contextmanager
def _behind_nginx(server: Server, folder: Path) -> Iterator[str]:
    """The address at which nginx passes each request on to a server, over kept connections."""
    folder.mkdir()
    port = free_port()
    config = folder / "nginx.conf"
    config.write_text(
        f"""daemon off; worker_processes {WORKERS}; pid {folder}/pid; error_log {folder}/log;
events {{}}
http {{
  access_log off;
  upstream service {{ server {urlsplit(server.url).netloc}; keepalive 16; }}
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://service; proxy_http_version 1.1; proxy_set_header Connection "";
    }}
  }}
}}
"""
    )
    url = f"http://127.0.0.1:{port}{ADDRESS}"
    with started(["nginx", "-p", str(folder), "-c", str(config)], url):
        yield url


@contextmanager
def _stalled(url: str) -> Iterator[None]:
    """Clients that have sent half a request, until the end of the block."""
    parts = urlsplit(url)
    with ExitStack() as stack:
        for _ in range(STALLED):
            client = stack.enter_context(socket.create_connection((parts.hostname, parts.port)))
            client.sendall(f"GET {ADDRESS} HTTP/1.1\r\nHost: x\r\n".encode())
        yield


def _install() -> None:
    if shutil.which("nginx") is None:
        sys.exit("nginx is missing; install it with `apt-get install nginx-light`.")
    if not PLACE.exists():
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(PLACE)]
        subprocess.run([*pip, *PACKAGES], check=True)
    paths = [str(PLACE), os.environ.get("PYTHONPATH", "")]
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, paths))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench.servers",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--rounds", type=int, default=3, help="how often each is asked (3)")
    parser.add_argument("--seconds", type=float, default=2.0, help="how long each time (2)")
    return parser.parse_args()


if __name__ == "__main__":
    main()
