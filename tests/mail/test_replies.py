"""Reading what a relay says, in whatever pieces it arrives."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendar_service.mail.replies import GARBAGE, Reply, read_replies, reply_line


@pytest.mark.parametrize(
    ("octets", "replies", "rest"),
    [
        (b"", [], b""),
        (b"250 ok\r\n", [(250, b"ok")], b""),
        (b"250\r\n", [(250, b"")], b""),
        (b"250 \r\n", [(250, b"")], b""),
        (b"250 ok\n", [(250, b"ok")], b""),
        (b"250-one\r\n250-two\r\n250 three\r\n", [(250, b"one\ntwo\nthree")], b""),
        (b"250-one\r\n250\r\n", [(250, b"one\n")], b""),
        (b"250 a\r\n354 b\r\n", [(250, b"a"), (354, b"b")], b""),
        (b"250 a\r\n25", [(250, b"a")], b"25"),
        (b"250-one\r\n250-tw", [], b"250-one\r\n250-tw"),
        (b"250 a\r\n250-one\r\n", [(250, b"a")], b"250-one\r\n"),
        ("250 gëzuar\r\n".encode("latin-1"), [(250, b"g\xebzuar")], b""),
        (b"250 " + b"x" * 4096 + b"\r\n", [(250, b"x" * 4096)], b""),
        (b"HTTP/1.1 400 Bad Request\r\n", [(GARBAGE, b"HTTP/1.1 400 Bad Request\r")], b""),
        (b"\r\n", [(GARBAGE, b"\r")], b""),
        (b"25x ok\r\n", [(GARBAGE, b"25x ok\r")], b""),
        (b"2500 ok\r\n", [(GARBAGE, b"2500 ok\r")], b""),
    ],
)
def test_replies_are_read_line_by_line(octets: bytes, replies: list[Reply], rest: bytes) -> None:
    assert read_replies(octets) == (replies, rest)


def test_a_reply_without_an_end_is_none() -> None:
    replies, _ = read_replies(b"250-more to come\r\n" * 10_000)
    assert replies[-1][0] == GARBAGE
    replies, _ = read_replies(b"2" * 100_000)
    assert replies[-1][0] == GARBAGE


@given(st.lists(st.sampled_from([b"250 ok\r\n", b"354-a\r\n354 b\r\n", b"5\r\n"])), st.data())
def test_it_is_all_one_in_what_pieces_replies_arrive(
    said: list[bytes], data: st.DataObject
) -> None:
    octets = b"".join(said)
    cut = data.draw(st.integers(0, len(octets)))
    first, rest = read_replies(octets[:cut])
    then, left = read_replies(rest + octets[cut:])
    assert (first + then, left) == read_replies(octets)


@pytest.mark.parametrize(
    ("reply", "line"),
    [
        ((250, b"ok"), "250 ok"),
        ((250, b"one\ntwo\x07"), "250 one two"),
        ((250, "gëzuar".encode()), "250 gëzuar"),
        ((250, b"g\xebzuar"), "250 g\ufffdzuar"),
        ((250, b""), "250"),
        ((GARBAGE, b"hello\r"), "hello"),
        ((250, b"x" * 4096), "250 " + "x" * 496),
    ],
)
def test_a_reply_becomes_one_line_of_bounded_length(reply: Reply, line: str) -> None:
    assert reply_line(*reply) == line
