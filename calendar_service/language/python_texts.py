"""Finds the texts to be translated in Python code, for Babel.

Babel's own extractor reads tokens, and so is blind to a call inside an f-string before Python
3.12; this one reads the syntax tree.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import IO

from calendar_service.errors import CalendarError

Found = tuple[int, str, tuple[str | None, ...], list[str]]
"""Line, name of the function called, its arguments if they are literals, comments."""


class NotLiteralError(CalendarError):
    """A text that is put together before it is translated, so that no catalogue can have it."""

    def __init__(self, line: int) -> None:
        super().__init__(
            f"Line {line}: a text to translate must be a literal; fill it afterwards, like "
            f'say("Meet %(name)s") % {{"name": name}}.'
        )
        self.line = line


def extract_python(
    fileobj: IO[bytes],
    keywords: Collection[str],
    comment_tags: Collection[str],
    options: Mapping[str, object],  # noqa: ARG001 - Babel passes it
) -> Iterator[Found]:
    """The calls of the keywords whose arguments are literals, in the order of the lines.

    A comment that begins with one of the tags in the line before goes with the call. Raises
    SyntaxError, and NotLiteralError for a text that is put together in the call.
    """
    source = fileobj.read()
    lines = source.decode("utf-8").splitlines()
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
        name = _name(call.func)
        if name not in keywords:
            continue
        texts = tuple(_literal(argument) for argument in call.args)
        if any(texts):
            yield call.lineno, name, texts, _comments(lines, call.lineno, comment_tags)


def _name(function: ast.expr) -> str:
    match function:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _literal(argument: ast.expr) -> str | None:
    match argument:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr() | ast.BinOp(left=ast.Constant(value=str())):
            raise NotLiteralError(argument.lineno)
    return None


def _comments(lines: Sequence[str], line: int, tags: Collection[str]) -> list[str]:
    before = lines[line - 2].strip().removeprefix("#").strip() if line > 1 else ""
    return [before] if before.startswith(tuple(tags)) else []
