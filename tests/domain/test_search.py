"""A search finds what people mean, however they spell it."""

from __future__ import annotations

import pytest

from calendar_service.domain.search import fold


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("l'otan", "Sommet de l’OTAN"),
        ("об'єднаних", "Засідання обʼєднаних сил"),
        ("обʼєднаних", "Засідання об’єднаних сил"),
        ("УКРАЇНА", "Саміт Україна — НАТО"),
        ("ќеркеза", "Состанок во Ќеркеза"),
        ("кеше", "Ќеше"),
        ("ministre", "Réunion des Ministrë"),
    ],
)
def test_accents_capitals_and_forms_of_an_apostrophe_are_alike(typed: str, written: str) -> None:
    assert fold(typed) in fold(written)
