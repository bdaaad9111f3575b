"""The files that pin what is installed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[1]
FILES = [
    *sorted(CHECKOUT.glob("requirements*.txt")),
    *sorted((CHECKOUT / "tests").rglob("requirements*.txt")),
    *sorted((CHECKOUT / "tests").rglob("package-lock.json")),
]


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(CHECKOUT)))
def test_no_index_or_host_is_named(file: Path) -> None:
    assert not re.findall(r"https?://|index-url|\"resolved\"", file.read_text())


@pytest.mark.parametrize("file", [file for file in FILES if file.suffix == ".txt"], ids=str)
def test_every_package_is_pinned_with_hashes(file: Path) -> None:
    entries = re.findall(
        r"^[A-Za-z].*?(?=^[A-Za-z]|\Z)", file.read_text(), re.DOTALL | re.MULTILINE
    )
    assert entries
    for entry in entries:
        assert re.match(r"[\w.-]+(\[\w,]+)?==\S+", entry), entry
        assert "--hash=sha256:" in entry, entry
