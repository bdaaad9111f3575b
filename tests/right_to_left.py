"""An interface that runs from right to left, which none of ours does: a few texts in Arabic."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from calendar_service.language import catalogues, dates, offsets, styles, zones
from calendar_service.mail import rendering
from calendar_service.web import languages

ARABIC = Path(__file__).parent / "language" / "arabic" / "ar.po"


@contextmanager
def arabic() -> Iterator[None]:
    """Pages and mails are to be had in Arabic as well, until the block ends."""
    with TemporaryDirectory() as made, pytest.MonkeyPatch.context() as patch:
        folder = Path(made)
        for file in (*catalogues.TRANSLATIONS.glob("*.po"), ARABIC):
            shutil.copy(file, folder)
        patch.setattr(catalogues, "TRANSLATIONS", folder)
        for part in (catalogues, languages):
            patch.setattr(part, "LANGUAGES", catalogues.languages_in(folder))
        _forget()
        yield
    _forget()


def _forget() -> None:
    """What was kept of each language may be in another one now."""
    for part in (catalogues, dates, offsets, styles, zones, rendering):
        for kept in vars(part).values():
            if hasattr(kept, "cache_clear"):
                kept.cache_clear()
