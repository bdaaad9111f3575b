"""Mails in a browser: open to everybody, whole at each size, by day and by night, and silent."""

from __future__ import annotations

import json
import subprocess
from base64 import b64encode
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image

from calendar_service.cli import main
from calendar_service.delivery.gallery import Exhibit, exhibits
from calendar_service.language.catalogues import LANGUAGES
from calendar_service.mail.samples import MASTHEAD, Samples
from tests.browser.conftest import NODE, Windows
from tests.browser.test_looks import findings, too_wide

pytestmark = pytest.mark.browser

HERE = Path(__file__).parent
WIDTHS = (320, 1024)
OF_PAGES_ALONE = ("landmark-one-main", "region")
"""A mail stands in a page of the mail program, which has these landmarks itself."""


@pytest.fixture(scope="module")
def mails() -> list[Exhibit]:
    """One of each kind in each language."""
    return exhibits(MASTHEAD, Samples().all(), LANGUAGES)


def test_a_mail_of_each_kind_shuts_nobody_out_and_fits_every_screen(
    windows: Windows, axe: str, mails: list[Exhibit]
) -> None:
    for width, scheme in ((320, "light"), (1024, "dark")):
        window = windows.new(width=width, scheme=scheme)
        for shown in (one for one in mails if one.language == "en"):
            window.page.set_content(shown.mail.body("html"))
            found = findings(window, axe, but_for=OF_PAGES_ALONE)
            assert found == [], (shown.name, width, scheme)
            assert too_wide(window) == [], (shown.name, width)


def test_a_mail_of_each_kind_fits_a_phone_in_each_language(
    windows: Windows, mails: list[Exhibit]
) -> None:
    window = windows.new(width=320)
    for shown in mails:
        window.page.set_content(shown.mail.body("html"))
        assert too_wide(window) == [], shown.name


@pytest.mark.usefixtures("browser")
def test_another_parser_reads_the_same_in_each_mail(mails: list[Exhibit]) -> None:
    lines = b"\n".join(b64encode(shown.mail.content) for shown in mails)
    parser, package = HERE / "parse.cjs", NODE / "package.json"
    run = subprocess.run(
        ["node", parser, package], input=lines, capture_output=True, check=True, timeout=120
    )
    for shown, found in zip(mails, json.loads(run.stdout), strict=True):
        headers = {one["key"]: one["value"] for one in found["headers"]}
        assert found["subject"] == shown.mail.subject
        assert found["from"] == {"name": "Kalendari", "address": "calendar@example.org"}
        assert found["to"] == [{"name": "", "address": "reader@example.org"}]
        assert found["date"] == "2026-02-11T07:00:00.000Z"
        assert found["messageId"].endswith("@example.org>")
        assert headers["content-language"] == shown.language
        assert headers["list-unsubscribe"].startswith("<https://calendar.example.org/")
        assert headers["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
        assert found["text"].rstrip().splitlines() == shown.mail.body("plain").splitlines()
        assert found["html"].rstrip().splitlines() == shown.mail.body("html").splitlines()
        files = list(message_from_bytes(shown.mail.content, policy=default).iter_attachments())
        types = [(one["mimeType"], one["disposition"]) for one in found["attachments"]]
        assert types == [("text/calendar", "attachment")] * len(files), shown.name
        assert all("END:VCALENDAR" in one["content"] for one in found["attachments"])


@pytest.mark.usefixtures("browser")
def test_a_preview_has_pictures_of_the_whole_mail_by_day_and_by_night(tmp_path: Path) -> None:
    for options in ([], ["--dark"]):
        asked = ["mail", "preview", "reminder", "--lang", "en", "--out", str(tmp_path), *options]
        assert CliRunner().invoke(main, asked).exit_code == 0
    corners = {}
    for width in WIDTHS:
        for scheme in ("light", "dark"):
            with Image.open(tmp_path / f"reminder.en-{width}-{scheme}.png") as picture:
                assert picture.width == width
                assert picture.height > 500
                corners[width, scheme] = picture.convert("RGB").getpixel((2, 2))
    assert corners[320, "light"] == corners[1024, "light"] == (0xEE, 0xF1, 0xF5)
    assert corners[320, "dark"] == corners[1024, "dark"] == (0x0F, 0x14, 0x1B)
