from __future__ import annotations

from pathlib import Path

import pytest

from calendar_service.catalog.tables import read_table
from calendar_service.errors import Problem


def reading(file: Path) -> tuple[object, list[str]]:
    problems: list[Problem] = []
    table = read_table(file, f"seeds/{file.name}", problems)
    return table, [str(problem) for problem in problems]


def written(folder: Path, content: str | bytes) -> Path:
    file = folder / "a.toml"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


def test_a_good_file_is_a_table(tmp_path: Path) -> None:
    assert reading(written(tmp_path, 'title = "Këshilli"')) == ({"title": "Këshilli"}, [])


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (
            "a = 1\n\ntitle = Samiti",
            "line 3, column 9: is no TOML: Invalid value in `title = Samiti`.",
        ),
        ('a = "x\nb = 1', "line 1, column 7: is no TOML: Illegal character '\\n' in `a = \"x`."),
        ("start = 2026-02-30", "line 1, column 9: is no TOML: Invalid date or datetime"),
        ("a = 1\na = 2", "line 2, column 6: is no TOML: Cannot overwrite a value in `a = 2`."),
        ("[a]\n[a]", "line 2, column 3: is no TOML: Cannot declare ('a',) twice in `[a]`."),
        ('a = """x', "end of document: is no TOML: Unterminated string."),
        (f"a = {'9' * 5000}", "is no TOML: Exceeds the limit"),
    ],
)
def test_a_slip_in_the_writing_is_named_with_line_and_column(
    tmp_path: Path, content: str, says: str
) -> None:
    table, found = reading(written(tmp_path, content))
    assert table is None
    assert len(found) == 1
    assert found[0].startswith(f"seeds/a.toml: {says}")
    assert found[0].endswith("Texts stand in double quotes, dates bare, each field once.")


def test_a_long_line_is_quoted_by_its_beginning(tmp_path: Path) -> None:
    _, (found,) = reading(written(tmp_path, f"title = Samiti {'x' * 500}"))
    assert len(found) < 250


def test_a_file_nested_without_end_is_refused(tmp_path: Path) -> None:
    _, found = reading(written(tmp_path, "a = " + "[" * 100_000))
    assert found == ["seeds/a.toml: is nested too deeply; write flat tables."]


@pytest.mark.parametrize(
    ("content", "where", "byte"),
    [
        ('a = 1\ntitle = "Këshilli"'.encode("latin-1"), "line 2, column 11", "0xEB"),
        ('ë = 1\në = "'.encode() + b"\xff", "line 2, column 6", "0xFF"),
        ("title = 1".encode("utf-16"), "line 1, column 1", "0xFF"),
        (b'title = "\xc3', "line 1, column 10", "0xC3"),
    ],
)
def test_a_file_in_another_encoding_is_named_with_its_first_wrong_byte(
    tmp_path: Path, content: bytes, where: str, byte: str
) -> None:
    assert reading(written(tmp_path, content)) == (
        None,
        [
            (
                f"seeds/a.toml: {where}: the byte {byte} is not UTF-8; "
                "save the file in the encoding UTF-8."
            )
        ],
    )


def test_a_file_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    (tmp_path / "a.toml").mkdir()
    assert reading(tmp_path / "a.toml")[1] == [
        "seeds/a.toml: cannot be read: Is a directory. Let the service read it."
    ]


def test_a_link_to_nowhere_says_so(tmp_path: Path) -> None:
    (tmp_path / "a.toml").symlink_to("gone.toml")
    assert reading(tmp_path / "a.toml")[1] == [
        "seeds/a.toml: cannot be read: No such file or directory. Let the service read it."
    ]
