"""Reads one TOML file, and says where in it a mistake of writing is."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

from calendar_service.errors import Problem

Table = Mapping[str, object]

_LOCATED = re.compile(
    r"(?P<what>.*) \(at (?P<where>line \d+, column \d+|end of document)\)", re.DOTALL
)
_LONGEST_QUOTE = 60


def toml_files(folder: Path) -> list[Path]:
    """The TOML files right in a folder, by name; those that an editor hides are none."""
    return sorted(file for file in folder.glob("*.toml") if not file.name.startswith("."))


def read_table(file: Path, place: str, problems: list[Problem]) -> Table | None:
    """The table that a file holds, or None when it is unreadable, which `problems` then says."""
    try:
        content = file.read_bytes()
    except OSError as error:
        problems.append(
            Problem(place, "", f"cannot be read: {error.strerror}. Let the service read it.")
        )
        return None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        problems.append(_not_utf8(content, error, place))
        return None
    return _parse(text, place, problems)


def _parse(text: str, place: str, problems: list[Problem]) -> Table | None:
    """The table of a text; a last line without an end gets one, so that it can be pointed at."""
    try:
        return tomllib.loads(text if text.endswith("\n") else f"{text}\n")
    except RecursionError:
        problems.append(Problem(place, "", "is nested too deeply; write flat tables."))
    except ValueError as error:
        problems.append(_not_toml(text, str(error), place))
    return None


def _not_utf8(content: bytes, error: UnicodeDecodeError, place: str) -> Problem:
    before = content[: error.start]
    line = before.count(b"\n") + 1
    column = len(before.rpartition(b"\n")[2].decode("utf-8", "replace")) + 1
    byte = content[error.start]
    message = f"the byte 0x{byte:02X} is not UTF-8; save the file in the encoding UTF-8."
    return Problem(place, f"line {line}, column {column}", message)


def _not_toml(text: str, error: str, place: str) -> Problem:
    """The parser's words with the line they are about: on their own they say too little."""
    match = _LOCATED.fullmatch(error)
    what, where = (match["what"], match["where"]) if match else (error, "")
    quote = _quoted(text, where)
    remedy = "Texts stand in double quotes, dates bare, each field once."
    return Problem(place, where, f"is no TOML: {what}{quote}. {remedy}")


def _quoted(text: str, where: str) -> str:
    number = re.match(r"line (\d+)", where)
    line = text.splitlines()[int(number[1]) - 1].strip() if number else ""
    return f" in `{line[:_LONGEST_QUOTE]}`" if line else ""
