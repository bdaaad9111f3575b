"""Quoted-printable, read back by the standard library."""

from __future__ import annotations

from quopri import decodestring

from hypothesis import given, settings
from hypothesis import strategies as st

from calendar_service.mail.quoting import quoted

LINES = st.text("aZ09-_/: =.%&\t~ëשд日🗓", max_size=400).map(lambda line: line.rstrip(" \t"))


@settings(max_examples=300, deadline=None)
@given(LINES)
def test_a_line_reads_back_and_is_broken_in_time(line: str) -> None:
    octets = quoted(line)
    assert decodestring(octets).decode() == f"{line}\r\n"
    assert octets.endswith(b"\r\n")
    assert max(map(len, octets.split(b"\r\n"))) <= 76
