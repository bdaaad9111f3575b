"""Draws pages as Chromium shows them, by talking to it over a pipe: that needs no library.

Its DevTools protocol sets width and colours for each picture. The command line does not: a window
has 500 pixels at least there, its height is said beforehand, and nobody can ask for the night.
"""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from calendar_service.errors import CalendarError

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PATIENCE = 30.0
"""Seconds in which it has to answer."""

_FLAGS = (
    "--headless",
    "--remote-debugging-pipe",
    "--hide-scrollbars",
    "--no-first-run",
    "--disable-extensions",
    "--disable-gpu",
    "--host-resolver-rules=MAP * ~NOTFOUND",
)
_HEIGHT = 100
"""Of the window; a page that is lower is drawn as high."""


class ChromiumError(CalendarError):
    """There is no Chromium, or it does not do what it is asked."""


def find_chromium() -> str:
    """The path of the program; raises ChromiumError where there is none."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        raise ChromiumError(
            "There is no Chromium here; install it (Debian: apt install chromium), or say where it"
            " is with --browser."
        )
    return found


@contextmanager
def open_chromium(program: str) -> Iterator[Chromium]:
    """A Chromium with one empty page, which reaches no other machine; ended with the block.

    Raises ChromiumError where it does not start.
    """
    with tempfile.TemporaryDirectory(prefix="chromium-", ignore_cleanup_errors=True) as folder:
        log = Path(folder) / "log"
        replies, its_replies = os.pipe()
        its_commands, commands = os.pipe()
        try:
            number = _start(program, folder, log, its_commands, its_replies)
        except OSError as error:
            os.close(commands)
            os.close(replies)
            raise ChromiumError(f"{program} cannot be started: {error.strerror}.") from error
        finally:
            os.close(its_commands)
            os.close(its_replies)
        try:
            yield Chromium(commands, replies, log)
        finally:
            os.close(commands)  # with its pipe it ends by itself
            _await_end(replies)
            os.close(replies)
            os.waitpid(number, 0)


def _start(program: str, folder: str, log: Path, commands: int, replies: int) -> int:
    """Its number. What it reads is to be file 3, and what it writes 4; of our two, 3 is the lower.

    Where root runs it, it has no sandbox to run in; the pages are our own.
    """
    sandbox = () if os.geteuid() else ("--no-sandbox",)
    arguments = [program, *_FLAGS, *sandbox, f"--user-data-dir={folder}/profile", "about:blank"]
    quiet = (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)
    said = (os.POSIX_SPAWN_OPEN, 2, str(log), os.O_WRONLY | os.O_CREAT, 0o600)
    pipes = ((os.POSIX_SPAWN_DUP2, commands, 3), (os.POSIX_SPAWN_DUP2, replies, 4))
    return os.posix_spawn(program, arguments, os.environ, file_actions=[quiet, said, *pipes])


def _await_end(replies: int) -> None:
    """Reads what is left, so that it never waits for us."""
    until = time.monotonic() + PATIENCE
    while select.select([replies], [], [], max(0.0, until - time.monotonic()))[0]:
        if not os.read(replies, 1 << 16):
            return


class Chromium:
    """One page in a running Chromium."""

    def __init__(self, commands: int, replies: int, log: Path) -> None:
        self._commands = commands
        self._replies = replies
        self._log = log
        self._rest = b""
        self._number = 0
        self._page: dict[str, str] = {}
        target = self._ask("Target.createTarget", url="about:blank")["targetId"]
        attached = self._ask("Target.attachToTarget", targetId=target, flatten=True)
        self._page = {"sessionId": attached["sessionId"]}
        self._frame = self._ask("Page.getFrameTree")["frameTree"]["frame"]["id"]
        self._ask("Emulation.setScriptExecutionDisabled", value=True)

    def draw(self, html: str, *, width: int, dark: bool) -> bytes:
        """The whole page as PNG, in a window of that many pixels, by day or by night."""
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._resize(width)
        self._ask("Emulation.setEmulatedMedia", features=[scheme])
        self._ask("Page.setDocumentContent", frameId=self._frame, html=html)
        height = self._ask("Page.getLayoutMetrics")["cssContentSize"]["height"]
        whole = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
        drawn = self._ask("Page.captureScreenshot", captureBeyondViewport=True, clip=whole)
        return base64.b64decode(drawn["data"])

    def _resize(self, width: int) -> None:
        window = {"width": width, "height": _HEIGHT, "deviceScaleFactor": 1, "mobile": False}
        self._ask("Emulation.setDeviceMetricsOverride", **window)

    def _ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        """What it answers; what it tells besides is passed over."""
        self._number += 1
        asked = {"id": self._number, "method": method, "params": parameters, **self._page}
        try:
            os.write(self._commands, json.dumps(asked).encode() + b"\0")
        except OSError as error:
            raise self._silent() from error
        until = time.monotonic() + PATIENCE
        while (told := self._next(until)).get("id") != self._number:
            pass
        if "error" in told:
            raise ChromiumError(f"Chromium cannot {method}: {told['error']['message']}.")
        result: dict[str, Any] = told["result"]
        return result

    def _next(self, until: float) -> dict[str, Any]:
        while b"\0" not in self._rest:
            ready = select.select([self._replies], [], [], max(0.0, until - time.monotonic()))[0]
            read = os.read(self._replies, 1 << 20) if ready else b""
            if not read:
                raise self._silent()
            self._rest += read
        one, _, self._rest = self._rest.partition(b"\0")
        told: dict[str, Any] = json.loads(one)
        return told

    def _silent(self) -> ChromiumError:
        said = self._log.read_text(encoding="utf-8", errors="replace") if self._log.exists() else ""
        last = said.strip().rpartition("\n")[2] or "nothing in its log"
        return ChromiumError(f"Chromium has ended, or does not answer: {last}.")
