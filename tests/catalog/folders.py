"""Content folders for tests: a good one, and others with one thing wrong in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from calendar_service.catalog.files import load_content
from calendar_service.errors import InvalidInputError

FEED = """
languages = ["sq", "en"]
color = "teal"
[title]
sq = "Samitet"
en = "Summits"
[select]
topics = ["summit"]
"""

EVENT = """
[[event]]
uid = "{uid}"
slug = "{slug}"
start = 2026-07-07
end = 2026-07-08
language = "sq"
topics = ["summit"]
[event.title]
sq = "Samiti"
"""

RELATION = """
[[event.relations]]
type = "follows"
uid = "{uid}"
"""


def an_event(uid: str = "uid-1", slug: str = "samiti") -> str:
    return EVENT.format(uid=uid, slug=slug)


def a_relation(uid: str) -> str:
    return RELATION.format(uid=uid)


def content(folder: Path, **files: str | bytes) -> Path:
    """A folder with a good feed and no seeds, and these files: `seeds_a="..."` is seeds/a.toml."""
    written = {"feeds_summits": FEED} | files
    (folder / "seeds").mkdir(parents=True)
    (folder / "feeds").mkdir()
    for name, text in written.items():
        kind, _, stem = name.partition("_")
        data = text if isinstance(text, bytes) else text.encode()
        (folder / kind / f"{stem}.toml").write_bytes(data)
    return folder


def mistakes(folder: Path) -> list[str]:
    """What is said of the folder, a line for each mistake; it must be refused."""
    with pytest.raises(InvalidInputError) as raised:
        load_content(folder)
    assert str(raised.value).splitlines() == [str(problem) for problem in raised.value.problems]
    return str(raised.value).splitlines()
