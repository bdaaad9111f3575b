from __future__ import annotations

from pathlib import Path

import pytest

from calendar_service.catalog.starting_content import content_folder
from calendar_service.errors import CalendarError


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installed package that carries nothing yet."""
    folder = tmp_path / "site" / "calendar_service"
    folder.mkdir(parents=True)
    monkeypatch.setattr("importlib.resources.files", lambda _name: folder)
    return folder


def with_content(folder: Path) -> Path:
    for name in ("feeds", "seeds"):
        (folder / name).mkdir(parents=True)
    return folder


def test_the_configured_folder_is_taken_whatever_else_there_is(tmp_path: Path) -> None:
    configured = tmp_path / "configured"
    assert content_folder(configured, with_content(tmp_path)) == configured


def test_the_working_directory_comes_before_the_package(tmp_path: Path, package: Path) -> None:
    with_content(package / "content")
    assert content_folder(None, with_content(tmp_path / "here")) == tmp_path / "here"


def test_a_working_directory_with_only_one_of_both_does_not_count(
    tmp_path: Path, package: Path
) -> None:
    (tmp_path / "feeds").mkdir()
    packaged = with_content(package / "content")
    assert content_folder(None, tmp_path) == packaged


def test_the_packaged_content_comes_before_what_lies_beside_the_package(
    tmp_path: Path, package: Path
) -> None:
    with_content(package.parent)
    packaged = with_content(package / "content")
    assert content_folder(None, tmp_path) == packaged


def test_a_checkout_is_found_from_anywhere(tmp_path: Path, package: Path) -> None:
    checkout = with_content(package.parent)
    assert content_folder(None, tmp_path) == checkout


def test_an_installation_without_content_says_what_to_set(tmp_path: Path, package: Path) -> None:
    with pytest.raises(CalendarError, match="set CALENDAR_CONTENT"):
        content_folder(None, tmp_path)


def test_this_very_package_has_its_content(tmp_path: Path) -> None:
    assert (content_folder(None, tmp_path) / "feeds" / "nato.toml").is_file()
