"""Mails in a browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image

from calendar_service.cli import main

pytestmark = pytest.mark.browser


@pytest.mark.usefixtures("browser")
def test_a_preview_has_pictures_of_the_whole_mail_by_day_and_by_night(tmp_path: Path) -> None:
    for options in ([], ["--dark"]):
        asked = ["mail", "preview", "reminder", "--lang", "en", "--out", str(tmp_path), *options]
        assert CliRunner().invoke(main, asked).exit_code == 0
    corners = {}
    for width in (320, 1024):
        for scheme in ("light", "dark"):
            with Image.open(tmp_path / f"reminder.en-{width}-{scheme}.png") as picture:
                assert picture.width == width
                assert picture.height > 500
                corners[width, scheme] = picture.convert("RGB").getpixel((2, 2))
    assert corners[320, "light"] == corners[1024, "light"] == (0xEE, 0xF1, 0xF5)
    assert corners[320, "dark"] == corners[1024, "dark"] == (0x0F, 0x14, 0x1B)
