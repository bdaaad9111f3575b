"""Draws the README's pictures: `python -m tests.browser.pictures`."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.conftest import NAMES
from tests.browser.world import CHECKOUT, served

DOCS = CHECKOUT / "docs"
PICTURES = {
    "agenda": ("/?lang=en", 1280, 900, "light"),
    "month": ("/calendar/2026/02?lang=en", 1280, 900, "dark"),
    "phone": ("/events/speech?lang=en", 390, 844, "light"),
}


def main() -> None:
    """Opens each page and keeps what its first screen shows."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        sys.exit("There is no Chromium; `make test-browser` installs it.")
    with (
        tempfile.TemporaryDirectory(prefix="pictures-") as folder,
        served(Path(folder) / "site") as service,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        for name, (address, width, height, scheme) in PICTURES.items():
            page = browser.new_page(
                viewport={"width": width, "height": height},
                color_scheme="dark" if scheme == "dark" else "light",
                timezone_id="Europe/Tirane",
            )
            page.goto(service.settings.origin + address)
            page.screenshot(path=DOCS / f"{name}.png")
        browser.close()


if __name__ == "__main__":
    main()
