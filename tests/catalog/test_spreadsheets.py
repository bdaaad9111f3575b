"""CSV as spreadsheets write it: where each record is, and what no spreadsheet may run."""

from __future__ import annotations

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendar_service.catalog.spreadsheets import (
    Record,
    check_encoding,
    guard,
    read_records,
    unguard,
    write_records,
)
from calendar_service.errors import InvalidInputError

CELLS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20)
RECORDS = st.lists(st.lists(CELLS, min_size=2, max_size=3), min_size=1, max_size=5)


def read(text: str | bytes) -> list[tuple[int, tuple[str, ...]]]:
    """The records with their lines; those with a fault have no cells."""
    content = text.encode() if isinstance(text, str) else text
    return [(record.line, record.cells) for record in read_records(BytesIO(content))]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_each_way_in_which_spreadsheets_write_csv_is_read(
    delimiter: str, end: str, mark: str
) -> None:
    rows = [["email", "feed"], ["ëlira@example.org", "nato"]]
    text = mark + "".join(delimiter.join(row) + end for row in rows)
    assert read(text) == [(1, ("email", "feed")), (2, ("ëlira@example.org", "nato"))]


def test_a_record_of_several_lines_is_named_by_its_first_one() -> None:
    text = 'email,consent\na@example.org,"I agree\nto this"\n\nb@example.org,yes\n'
    assert read(text) == [
        (1, ("email", "consent")),
        (2, ("a@example.org", "I agree\nto this")),
        (5, ("b@example.org", "yes")),
    ]


def test_rows_of_nothing_but_delimiters_are_no_records() -> None:
    assert read("email;feed\n;\n ; \na;b\n;\n") == [(1, ("email", "feed")), (4, ("a", "b"))]


@pytest.mark.parametrize(
    "broken",
    [
        'a@example.org,"I agree',
        'a@example.org,"I agree" to this',
        'a@example.org,"say ""yes""',
    ],
)
def test_quotes_that_do_not_fit_cost_one_line_and_not_the_rest(broken: str) -> None:
    text = f'email,consent\n{broken}\nb@example.org,"yes, I do"\nc@example.org,yes\n'
    assert read(text) == [
        (1, ("email", "consent")),
        (2, ()),
        (3, ("b@example.org", "yes, I do")),
        (4, ("c@example.org", "yes")),
    ]
    (broken_record,) = [one for one in read_records(BytesIO(text.encode())) if one.fault]
    assert "twice" in broken_record.fault


def test_a_quote_that_is_never_closed_costs_one_line_of_a_long_file() -> None:
    rest = [f"reader{number}@example.org,yes" for number in range(9000)]
    text = "\n".join(["email,consent", 'a@example.org,"yes', *rest])
    found = read(text)
    assert found[1] == (2, ())
    assert found[2:] == [(at, tuple(row.split(","))) for at, row in enumerate(rest, start=3)]


def test_an_empty_file_has_no_records() -> None:
    assert read("") == []


def test_the_first_byte_that_is_not_utf_8_is_named_with_its_line() -> None:
    latin = "email,consent\na@example.org,oui\nb@example.org,cet été\n"
    with pytest.raises(InvalidInputError, match=r"readers.csv: line 3, character 19.*0xE9.*UTF-8"):
        check_encoding(BytesIO(latin.encode("latin-1")), "readers.csv")
    check_encoding(BytesIO(latin.encode()), "readers.csv")


def test_a_file_of_utf_16_is_named_as_one() -> None:
    with pytest.raises(InvalidInputError, match="UTF-16"):
        check_encoding(BytesIO("email,feed\n".encode("utf-16")), "readers.csv")


@pytest.mark.parametrize("cell", ["=1+1", "+355", "-1", "@SUM(A1)", "\t=1", "'=1", "''=1"])
def test_a_formula_is_guarded_and_comes_back_as_it_was(cell: str) -> None:
    assert guard(cell) == f"'{cell}"
    assert unguard(guard(cell)) == cell


@pytest.mark.parametrize("cell", ["", "'", "'tis", "a=b", "reader@example.org"])
def test_what_is_no_formula_is_written_as_it_is(cell: str) -> None:
    assert guard(cell) == unguard(cell) == cell


@given(RECORDS)
def test_what_is_written_is_read_again(records: list[list[str]]) -> None:
    written = "".join(write_records(records))
    found = list(read_records(BytesIO(f"first,second,third\r\n{written}".encode())))
    told = [Record(one.line, tuple(map(unguard, one.cells))) for one in found[1:]]
    kept = [tuple(one) for one in records if any(cell.strip() for cell in one)]
    assert [one.cells for one in told] == kept
