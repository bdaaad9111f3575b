"""Thunderbird without a screen, in a profile of its own, driven by its remote control."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.clients.marionette import PATIENCE, Marionette
from tests.clients.reading import READERS

SOURCE = (READERS / "thunderbird.js").read_text(encoding="utf-8")
COMMAND = (
    "thunderbird",
    "--headless",
    "--no-remote",
    "--marionette",
    "-remote-allow-system-access",
)

PREFERENCES: Mapping[str, object] = {
    "intl.date_time.pattern_override.time_short": "HH:mm",
    "marionette.port": 0,
    # Whatever would leave this machine runs into a port where nobody listens.
    "network.proxy.type": 1,
    "network.proxy.http": "127.0.0.1",
    "network.proxy.http_port": 9,
    "network.proxy.ssl": "127.0.0.1",
    "network.proxy.ssl_port": 9,
    "network.proxy.no_proxies_on": "127.0.0.1",
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    # Nor does it ask, tell, renew or offer anything by itself.
    "app.update.enabled": False,
    "datareporting.healthreport.uploadEnabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.update.enabled": False,
    "mail.provider.suppress_dialog_on_startup": True,
    "mail.shell.checkDefaultClient": False,
    "mail.spotlight.firstRunDone": True,
    "mailnews.start_page.enabled": False,
    "toolkit.telemetry.enabled": False,
}


class Thunderbird:
    """A running Thunderbird."""

    def __init__(self, session: Marionette) -> None:
        self._session = session

    def tell(self, function: str, *arguments: str) -> Any:
        """What a function of readers/thunderbird.js gives."""
        return self._session.run(SOURCE, function, *arguments)


@contextmanager
def running_thunderbird(folder: Path, zone: str) -> Iterator[Thunderbird]:
    """Starts Thunderbird in a zone, which it takes from the system, and ends it at the end."""
    profile = folder / "profile"
    profile.mkdir(parents=True)
    lines = [
        f"user_pref({json.dumps(name)}, {json.dumps(PREFERENCES[name])});" for name in PREFERENCES
    ]
    (profile / "user.js").write_text("\n".join(lines), encoding="utf-8")
    with (folder / "thunderbird.log").open("wb") as log:
        process = subprocess.Popen(
            [*COMMAND, "--profile", str(profile)],
            env={**os.environ, "HOME": str(folder), "TZ": zone},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        session = Marionette(_port(profile, process))
        yield Thunderbird(session)
        session.quit()
        process.wait(PATIENCE)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def _port(profile: Path, process: subprocess.Popen[bytes]) -> int:
    """Where it listens, which it writes down once it does."""
    file = profile / "MarionetteActivePort"
    end = time.monotonic() + PATIENCE
    while not (file.exists() and file.read_text()):
        assert process.poll() is None, "Thunderbird has ended; see thunderbird.log."
        assert time.monotonic() < end, "Thunderbird does not start; see thunderbird.log."
        time.sleep(0.05)
    return int(file.read_text())
