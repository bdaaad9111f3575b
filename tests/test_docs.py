"""The documentation names what there is, and only that."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import click
import pytest

from calendar_service.catalog.files import load_content
from calendar_service.cli import main
from calendar_service.config import FILE_VARIABLE, SETTINGS

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", ROOT / "deploy" / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
NAMES = [str(page.relative_to(ROOT)) for page in PAGES]


def code_in(page: Path) -> list[str]:
    """The lines of code blocks, and the code within sentences."""
    text = page.read_text(encoding="utf-8")
    blocks = re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    return [*lines, *re.findall(r"`([^`\n]+)`", text)]


def commands_in(page: Path) -> list[list[str]]:
    """The words behind `calendar-service` wherever it is called."""
    calls = [re.search(r"calendar-service ((?:[a-z]|--).*)", line) for line in code_in(page)]
    return [call[1].partition("#")[0].split() for call in calls if call]


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_command_that_is_named_exists_with_its_options(page: Path) -> None:
    for words in commands_in(page):
        command: click.Command = main
        while isinstance(command, click.Group) and words and not words[0].startswith("-"):
            named = command.get_command(click.Context(command), words.pop(0))
            assert named is not None, page
            command = named
        known = {name for one in command.params for name in [*one.opts, *one.secondary_opts]} | {
            "--help"
        }
        assert {word for word in words if word.startswith("--")} <= known, words


def test_the_readme_names_every_setting_and_no_other() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    known = {setting.variable for setting in SETTINGS} | {FILE_VARIABLE}
    assert set(re.findall(r"CALENDAR_[A-Z_]+[A-Z]", text)) == known


def test_the_readme_tells_the_defaults() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for setting in SETTINGS:
        row = next(line for line in text.splitlines() if line.startswith(f"| `{setting.variable}`"))
        assert not setting.default or f"`{setting.default}`" in row


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_make_target_that_is_named_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {line.split()[1] for line in code_in(page) if re.match(r"make [a-z]", line)}
    assert named <= targets


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_file_and_page_that_is_linked_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)]+)\)", text) if "://" not in link]
    assert [link for link in links if not (page.parent / link).exists()] == []
    paths = re.findall(r"`((?:calendar_service|tests|feeds|seeds|docs)/[\w/.-]+)`", text)
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_the_design_names_only_modules_that_exist() -> None:
    text = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")
    modules = re.findall(r"`([a-z]+/[a-z_]+\.py)`", text)
    assert modules
    assert [name for name in modules if not (ROOT / "calendar_service" / name).exists()] == []


def test_the_example_files_load_as_they_stand(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "content.md").read_text(encoding="utf-8")
    *seed, feed = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    uid = tomllib.loads(seed[0])["event"][0]["uid"]
    other = re.sub(r"\[\[event\.(participants|relations).*", "", seed[0], flags=re.DOTALL)
    other = other.replace(uid, "other").replace('"press-briefing"', '"other"')
    for folder, written in {
        "seeds/one.toml": "".join(seed).replace("the other event's uid", "other") + other,
        "feeds/nato-summits.toml": feed,
    }.items():
        file = tmp_path / folder
        file.parent.mkdir(exist_ok=True)
        file.write_text(written, encoding="utf-8")
    content = load_content(tmp_path)
    assert [one.slug for one in content.feeds] == ["nato-summits"]
    assert len(content.seeds) == 2
