"""Draws the pictures of README.md and docs/mail.md: `python -m tests.browser.pictures`."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from calendar_service.delivery.gallery import exhibits
from calendar_service.mail.samples import MASTHEAD
from tests.browser.conftest import NAMES
from tests.browser.world import CHECKOUT, served

DOCS = CHECKOUT / "docs"
PICTURES = {
    "agenda": ("/?lang=en", 1280, 900, "light"),
    "month": ("/calendar/2026/02?lang=en", 1280, 900, "dark"),
    "phone": ("/events/speech?lang=en", 390, 844, "light"),
}
MAILS = {
    "mail-reminder": ("reminder", "light"),
    "mail-moved": ("notice-moved", "dark"),
    "mail-cancelled": ("notice-cancelled", "light"),
}
_COLOURS = 128


def main() -> None:
    """Opens each page and keeps what its first screen shows, and each mail whole."""
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
        _draw_mails(browser)
        browser.close()


def _draw_mails(browser: Browser) -> None:
    """They have few colours, and as many are kept, so that the pictures are small."""
    for name, (kind, scheme) in MAILS.items():
        (shown,) = exhibits(MASTHEAD, [kind], ["en"])
        page = browser.new_page(
            viewport={"width": 400, "height": 100},
            color_scheme="dark" if scheme == "dark" else "light",
        )
        page.set_content(shown.mail.body("html"))
        file = DOCS / f"{name}.png"
        page.screenshot(path=file, full_page=True)
        Image.open(file).convert("RGB").quantize(_COLOURS).save(file, optimize=True)


if __name__ == "__main__":
    main()
