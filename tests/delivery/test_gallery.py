"""The page of all kinds of mails."""

from __future__ import annotations

import re
from pathlib import Path

from calendar_service.delivery.gallery import Look, exhibits, write_files, write_page
from calendar_service.mail.samples import MASTHEAD


def test_a_page_shows_each_mail_with_its_pictures_and_leads_to_its_files(tmp_path: Path) -> None:
    shown = exhibits(MASTHEAD, ["preferences", "notice-moved"], ["fr", "sq"])
    written = [file.name for one in shown for file in write_files(tmp_path, one)]
    page = write_page(tmp_path, shown, [Look(320, dark=False), Look(320, dark=True)]).read_text()
    assert sorted(re.findall(r'href="([^#"]+)"', page)) == sorted(written)
    assert re.findall(r'href="#([^"]+)"', page) == ["preferences", "notice-moved"]
    assert re.findall(r'src="(preferences[^"]+)"', page) == [
        f"preferences.{language}-320-{scheme}.png"
        for language in ("fr", "sq")
        for scheme in ("light", "dark")
    ]
    assert '<h3 lang="fr">fr: Déplacé\xa0: Conférence de presse</h3>' in page


def test_a_page_without_pictures_has_none(tmp_path: Path) -> None:
    shown = exhibits(MASTHEAD, ["preferences"], ["en"])
    assert "<img" not in write_page(tmp_path, shown, []).read_text()
