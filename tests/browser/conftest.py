"""A real browser, Debian's Chromium, and what is watched while it is used."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, sync_playwright

from calendar_service.actions.service import Service
from tests.browser.world import CHECKOUT, served

KEPT = CHECKOUT / ".browser"
PICTURES = KEPT / "screenshots"
"""What each page looks like: made anew by `make test-browser`, kept for people, not committed."""

NODE = KEPT / "node"
AXE = NODE / "node_modules" / "axe-core" / "axe.min.js"
NAMES = ("chromium", "chromium-browser", "google-chrome")


@dataclass
class Window:
    """A page in a browser, and all that may never happen in it."""

    page: Page
    origin: str
    trouble: list[str] = field(default_factory=list)

    def open(self, address: str) -> None:
        """Goes to an address of the site."""
        answer = self.page.goto(self.origin + address)
        assert answer is not None
        assert answer.ok, f"{address}: {answer.status}"

    def picture(self, name: str) -> None:
        """Keeps what the whole page looks like."""
        self.page.screenshot(path=PICTURES / f"{name}.png", full_page=True)


@dataclass
class Windows:
    """Opens windows of every kind: size, colours, language, clock, and with scripts or without."""

    browser: Browser
    origin: str
    contexts: list[tuple[BrowserContext, Window]] = field(default_factory=list)

    def new(
        self,
        *,
        width: int = 390,
        scheme: str = "light",
        scripts: bool = True,
        zone: str = "Europe/Tirane",
        agent: str | None = None,
    ) -> Window:
        """A window with nothing in it yet, in a profile of its own."""
        context = self.browser.new_context(
            viewport={"width": width, "height": 844},
            color_scheme="dark" if scheme == "dark" else "light",
            java_script_enabled=scripts,
            timezone_id=zone,
            locale="en-GB",
            reduced_motion="reduce",
            user_agent=agent,
        )
        context.set_default_timeout(15_000)
        window = Window(context.new_page(), self.origin)
        self._watch(context, window)
        self.contexts.append((context, window))
        return window

    def close(self) -> None:
        """Closes all of them; whatever should not have happened fails the test."""
        for context, window in self.contexts:
            cookies = context.cookies()
            context.close()
            assert not window.trouble, window.trouble
            assert not cookies, cookies

    def _watch(self, context: BrowserContext, window: Window) -> None:
        def asked(request: Request) -> None:
            if not request.url.startswith((self.origin, "data:", "blob:")):
                window.trouble.append(f"asked {request.url}")

        context.on("request", asked)
        window.page.on("pageerror", lambda error: window.trouble.append(f"error: {error}"))
        window.page.on(
            "console",
            lambda said: (
                window.trouble.append(f"{said.type}: {said.text}")
                if said.type in {"error", "warning"}
                else None
            ),
        )


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The site, answering on loopback."""
    with served(tmp_path_factory.mktemp("browser") / "site") as service:
        yield service


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium; in CI it has to be there."""
    path = os.environ.get("CALENDAR_BROWSER") or next(filter(None, map(shutil.which, NAMES)), None)
    if path is None or not AXE.exists():
        missing = "no Chromium" if path is None else "no axe-core"
        words = f"{missing}; `make test-browser` installs both"
        if os.environ.get("CI"):
            pytest.fail(words)
        pytest.skip(words)
    PICTURES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """The script of axe-core."""
    return AXE.read_text(encoding="utf-8")


@pytest.fixture
def windows(browser: Browser, site: Service) -> Iterator[Windows]:
    """Windows onto the site."""
    opened = Windows(browser, site.settings.origin)
    yield opened
    opened.close()
