"""Rows by the thousand, as fast as each database takes them: SQLite prepared, PostgreSQL by COPY.

For whoever holds the planning lock, or SQLite's write lock: nobody else adds to these tables then.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Connection,
    Table,
    Text,
    any_,
    bindparam,
    func,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from calendar_service.store.rows.columns import Row

_NEXT_KEYS = text(
    "SELECT nextval(pg_get_serial_sequence(:table, 'id')) FROM generate_series(1, :count)"
)


def new_keys(session: Session, row: type[Row], count: int) -> Sequence[int]:
    """Numbers for that many new rows of a table whose key is `id`."""
    table = _table(row)
    if dialect_of(session) == "postgresql":
        values = {"table": table.name, "count": count}
        return session.scalars(_NEXT_KEYS, values).all()
    last = session.scalar(select(func.max(table.c.id))) or 0
    return range(last + 1, last + 1 + count)


def dialect_of(session: Session) -> str:
    """Which database a session is of: `sqlite` or `postgresql`."""
    return session.get_bind().dialect.name


def among(dialect: str, column: ColumnElement[int], name: str = "numbers") -> ColumnElement[bool]:
    """True for the rows whose number is among those that the statement is given, however many.

    `these` gives them, as one value: so a statement is built once for each database.
    """
    if dialect == "postgresql":
        return column == any_(bindparam(name, type_=ARRAY(BigInteger)))
    listed = func.json_each(bindparam(name, type_=Text)).table_valued("value")
    return column.in_(select(listed.c.value))


def these(session: Session, numbers: Iterable[int], name: str = "numbers") -> dict[str, object]:
    """The numbers for a statement with `among`."""
    listed = list(numbers)
    return {name: listed if dialect_of(session) == "postgresql" else json.dumps(listed)}


def passing_over(dialect: str, row: type[Row]) -> postgresql.Insert | sqlite.Insert:
    """An insert of a database's own kind, which knows `ON CONFLICT`."""
    if dialect == "postgresql":
        return postgresql.insert(_table(row))
    return sqlite.insert(_table(row))


def insert_rows(
    session: Session, row: type[Row], columns: Sequence[str], values: Iterable[Sequence[object]]
) -> None:
    """Adds rows to a table, each told as the values of some columns; the others stay empty."""
    session.flush()
    connection = session.connection()
    ready = _converted(connection, [_table(row).c[name].type for name in columns], values)
    names = ", ".join(f'"{name}"' for name in columns)
    into = f'"{_table(row).name}" ({names})'
    if connection.dialect.name == "postgresql":
        _copy(connection, f"COPY {into} FROM STDIN", ready)
    elif rows := list(ready):
        marks = ", ".join("?" * len(columns))
        connection.exec_driver_sql(f"INSERT INTO {into} VALUES ({marks})", rows)  # noqa: S608


def _copy(connection: Connection, statement: str, rows: Iterable[Sequence[object]]) -> None:
    driver: Any = connection.dialect.dbapi
    raw: Any = connection.connection.driver_connection
    try:
        with raw.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    except driver.Error as error:
        raise DBAPIError(statement, None, error) from error


def _converted(
    connection: Connection, types: Sequence[Any], rows: Iterable[Sequence[object]]
) -> Iterator[tuple[object, ...]]:
    """The values as the driver takes them."""
    converters = [(at, _converter(connection, kind)) for at, kind in enumerate(types)]
    needed = [(at, convert) for at, convert in converters if convert is not None]
    for row in rows:
        values = list(row)
        for at, convert in needed:
            values[at] = convert(values[at])
        yield tuple(values)


def _converter(connection: Connection, kind: Any) -> Callable[[Any], object] | None:
    """What a type does to its values, if anything."""
    dialect = connection.dialect
    convert: Callable[[Any], object] | None = kind.dialect_impl(dialect).bind_processor(dialect)
    return convert


def _table(row: type[Row]) -> Table:
    table = row.__table__
    assert isinstance(table, Table)  # noqa: S101 - no row is mapped to anything else
    return table
