"""The database: its form, its sessions and its failures."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import insert, select, text
from sqlalchemy.exc import IntegrityError, StatementError

from calendar_service.actions.feeds import serve_feed
from calendar_service.actions.rendering import renew_feeds
from calendar_service.actions.service import Service
from calendar_service.clock import SetClock
from calendar_service.config import Settings
from calendar_service.errors import UnavailableError
from calendar_service.store.database import Database, DatabaseUrlError, newest_version
from calendar_service.store.queries.records import read_fact, write_fact
from calendar_service.store.rows import (
    AttemptRow,
    AudienceRow,
    DeliveryRow,
    DueRow,
    FactRow,
    FeedEventRow,
    RevisionRow,
    Row,
    SubscriptionRow,
)
from tests.calendars_at_work import NATO, load_feeds, publish_event

NOON = datetime(2026, 2, 12, 12, 0, tzinfo=UTC)


def test_the_migrations_make_exactly_the_tables_that_the_rows_describe(
    database: Database,
) -> None:
    with database.connection() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, Row.metadata) == []


def test_upgrading_twice_changes_nothing(database: Database) -> None:
    database.upgrade()
    assert database.version() == newest_version()


def test_a_database_of_the_first_form_keeps_its_events_and_gets_its_feeds_back(
    tmp_path: Path, settings: Settings, clock: SetClock
) -> None:
    newest = Database(f"sqlite:///{tmp_path / 'newest.sqlite3'}")
    newest.upgrade()
    service = Service(newest, settings, clock, b"secret")
    load_feeds(service, NATO)
    publish_event(service, "summit", "2026-07-07")
    before = serve_feed(service, "nato")[1]
    newest.close()
    database = old_form(tmp_path, "0001")
    copy_common_columns(tmp_path / "newest.sqlite3", database)
    database.upgrade()
    service = Service(database, settings, clock, b"secret")
    renew_feeds(service)
    assert serve_feed(service, "nato")[1] == before
    database.close()


def test_feeds_of_the_form_before_months_are_read_as_they_were(
    tmp_path: Path, settings: Settings, clock: SetClock
) -> None:
    newest = Database(f"sqlite:///{tmp_path / 'newest.sqlite3'}")
    newest.upgrade()
    service = Service(newest, settings, clock, b"secret")
    load_feeds(service, NATO)
    publish_event(service, "summit", "2026-07-07")
    publish_event(service, "ministers", "2026-02-12")
    before = serve_feed(service, "nato")
    newest.close()
    database = old_form(tmp_path, "0007")
    copy_common_columns(tmp_path / "newest.sqlite3", database)
    database.upgrade()
    assert serve_feed(Service(database, settings, clock, b"secret"), "nato") == before
    database.close()


def test_a_ledger_of_the_form_before_lanes_keeps_what_is_owed_and_what_was_tried(
    tmp_path: Path, settings: Settings, clock: SetClock
) -> None:
    database = old_form(tmp_path, "0003")
    with database.connection() as connection:
        for statement in LEDGER_OF_0003.split(";"):
            connection.exec_driver_sql(statement)
        connection.commit()
    database.upgrade()
    with database.read() as session:
        rows = session.scalars(select(DeliveryRow).order_by(DeliveryRow.id)).all()
        owed = [(row.id, row.key, row.lane, row.state, row.not_before is None) for row in rows]
        tried = [
            (row.delivery_id, row.reply, row.strike) for row in session.scalars(select(AttemptRow))
        ]
        audience = session.scalars(select(AudienceRow)).one()
    assert owed == [
        (5, "reminder:email:4:P1D:0", 0, "queued", False),
        (6, "confirmation:email:abc", 1, "sent", True),
    ]
    assert tried == [(5, "451 later", False)]
    assert (audience.target_name, audience.offset, audience.zone) == (
        "nato",
        "P1D",
        "Europe/Tirane",
    )
    with database.connection() as connection:
        found = MigrationContext.configure(connection)
        assert compare_metadata(found, Row.metadata) == []
    database.close()


LEDGER_OF_0003 = """
INSERT INTO event VALUES (3, 'u', 's', 'confirmed', '2026-07-07', '2026-07-08', 0, 0,
  '2026-01-01 00:00:00', '2026-01-01 00:00:00', '{}', NULL);
INSERT INTO occurrence VALUES (4, 3, '', '2026-07-07', '2026-07-08', NULL, 0, 1, '{}');
INSERT INTO reader VALUES (1, 'k', 'a@example.org', 'a@example.org', '2026-01-01 00:00:00', NULL);
INSERT INTO subscription VALUES (2, 1, 'feed', 'nato', 'en', 'Europe/Tirane', '08:00',
  '2026-01-01 00:00:00', NULL);
INSERT INTO subscription_offset VALUES (2, 'P1D');
INSERT INTO signup VALUES (9, 'abc', 'b@example.org', 'b@example.org', 'feed', 'nato', 'P1D', 'en',
  'UTC', '08:00', 'yes', 'en', '2026-01-01 00:00:00', '2026-01-03 00:00:00', NULL);
INSERT INTO due VALUES (1, 4, 'reminder', 'P1D', '', '', 0, '2026-07-06 06:00:00', 'planned', 7);
INSERT INTO delivery VALUES (5, 'reminder:email:1:4:P1D:0', 'reminder', 'email', 1, 2, NULL, 4, 0,
  'P1D', '2026-07-06 06:00:00', '2026-07-07 10:00:00', 'queued', NULL, '2026-07-06 06:05:00', 1, 0,
  0, '2026-07-06 06:00:00', NULL);
INSERT INTO delivery VALUES (6, 'confirmation:email:abc', 'confirmation', 'email', NULL, NULL, 9,
  NULL, 0, '', '2026-07-06 06:00:00', '2026-07-07 10:00:00', 'sent', NULL, '2026-07-06 06:05:00', 1,
  0, 0, '2026-07-06 06:00:00', '2026-07-06 06:00:01');
INSERT INTO attempt VALUES (1, 5, '2026-07-06 06:00:00', 'refused for now', '451 later')
"""
"""A reminder that waits for its second try, and a confirmation that was sent."""


def test_a_ledger_of_the_form_before_notices_knows_what_its_readers_were_told(
    tmp_path: Path,
) -> None:
    database = old_form(tmp_path, "0007")
    with database.connection() as connection:
        for statement in LEDGER_OF_0007.split(";"):
            connection.exec_driver_sql(statement)
        connection.commit()
    database.upgrade()
    with database.read() as session:
        told = session.execute(
            select(DeliveryRow.id, DeliveryRow.event_id, DeliveryRow.revision).order_by(
                DeliveryRow.id
            )
        ).all()
        subscription = session.scalars(select(SubscriptionRow)).one()
        due = session.scalars(select(DueRow)).one()
        revisions = session.scalars(select(RevisionRow).order_by(RevisionRow.sequence)).all()
    assert [tuple(row) for row in told] == [(5, 3, 0), (6, 3, 1), (7, 3, None), (8, None, None)]
    assert (subscription.notices, subscription.digest, subscription.chosen_at) == (True, "", None)
    assert (due.occurrence_id, due.event_id, due.offset, due.cursor) == (4, None, "P1D", "")
    assert [(one.at == one.published_at, one.silent) for one in revisions] == [(True, False)] * 2
    with database.connection() as connection:
        found = MigrationContext.configure(connection)
        assert compare_metadata(found, Row.metadata) == []
    database.close()


LEDGER_OF_0007 = """
INSERT INTO event (id, uid, slug, status, first_day, last_day, repeats, sequence, created_at,
  published_at, document) VALUES (3, 'u', 's', 'confirmed', '2026-07-07', '2026-07-08', 0, 1,
  '2026-01-01 00:00:00', '2026-02-01 00:00:00', '{}');
INSERT INTO revision VALUES (1, 3, 0, '2026-01-01 00:00:00', 'editor', '{}');
INSERT INTO revision VALUES (2, 3, 1, '2026-02-01 00:00:00', 'editor', '{}');
INSERT INTO occurrence
  (id, event_id, recurrence_id, first_day, last_day, time_rev, active, document)
  VALUES (4, 3, '', '2026-07-07', '2026-07-08', 0, 1, '{}');
INSERT INTO reader VALUES (1, 'k', 'a@example.org', 'a@example.org', '2026-01-01 00:00:00', NULL);
INSERT INTO subscription VALUES (2, 1, 'feed', 'nato', 'en', 'Europe/Tirane', '08:00',
  '2026-01-01 00:00:00', NULL);
INSERT INTO due (id, occurrence_id, kind, "offset", zone, hour, time_rev, instant, state)
  VALUES (1, 4, 'reminder', 'P1D', '', '', 0, '2026-07-06 06:00:00', 'planned');
INSERT INTO signup VALUES (9, 'abc', 'b@example.org', 'b@example.org', 'feed', 'nato', 'P1D', 'en',
  'UTC', '08:00', 'yes', 'en', '2026-01-01 00:00:00', '2026-01-03 00:00:00', NULL);
INSERT INTO delivery (id, key, kind, lane, reader_id, subscription_id, occurrence_id, time_rev,
  "offset", due_at, deadline, state, tries, unanswered, created_at, settled_at) VALUES
  (5, 'one', 'reminder', 0, 1, 2, 4, 0, 'P30D', '2026-01-31 23:00:00', '2026-07-07 10:00:00',
   'sent', 1, 0, '2026-01-31 23:00:00', '2026-01-31 23:00:01'),
  (6, 'two', 'reminder', 0, 1, 2, 4, 0, 'P7D', '2026-06-30 06:00:00', '2026-07-07 10:00:00',
   'unconfirmed', 3, 3, '2026-06-30 06:00:00', '2026-06-30 07:00:00'),
  (7, 'three', 'reminder', 0, 1, 2, 4, 0, 'P1D', '2026-07-06 06:00:00', '2026-07-07 10:00:00',
   'queued', 0, 0, '2026-07-06 06:00:00', NULL);
INSERT INTO delivery (id, key, kind, lane, signup_id, time_rev, "offset", due_at, deadline, state,
  tries, unanswered, created_at, settled_at) VALUES
  (8, 'four', 'confirmation', 1, 9, 0, '', '2026-01-01 00:00:00', '2026-01-03 00:00:00', 'sent',
   1, 0, '2026-01-01 00:00:00', '2026-01-01 00:00:01')
"""
"""Reminders before and after an event changed, one that waits, and a confirmation."""


def test_what_a_sender_of_an_older_release_had_only_claimed_is_queued_anew(tmp_path: Path) -> None:
    database = old_form(tmp_path, "0014")
    states = ("claimed", "sending", "sent")
    with database.connection() as connection:
        for number, state in enumerate(states):
            connection.exec_driver_sql(
                'INSERT INTO delivery (id, key, kind, lane, time_rev, "offset", due_at, deadline,'
                " state, token, tries, unanswered, created_at) VALUES (?, ?, 'digest', 3, 0, '',"
                " '2026-01-01', '2026-01-03', ?, 'gone', 0, 0, '2026-01-01')",
                (number, f"key{number}", state),
            )
        connection.commit()
    database.upgrade()
    with database.read() as session:
        rows = session.scalars(select(DeliveryRow).order_by(DeliveryRow.id)).all()
    found = [(row.state, row.token) for row in rows]
    assert found == [("queued", None), ("sending", "gone"), ("sent", "gone")]
    database.close()


def old_form(folder: Path, revision: str) -> Database:
    """An empty database as an older release made it."""
    database = Database(f"sqlite:///{folder / f'of-{revision}.sqlite3'}")
    with database.connection() as connection:
        config = Config()
        config.set_main_option("script_location", "calendar_service.store:migrations")
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        connection.commit()
    return database


def copy_common_columns(source: Path, target: Database) -> None:
    """Copies all that a database of an older form has room for."""
    with target.connection() as connection:
        run = connection.exec_driver_sql
        run(f"ATTACH '{source}' AS newest")
        for table in (one.name for one in Row.metadata.sorted_tables):
            old, new = (
                {column for (_, column, *_) in run(f"PRAGMA {form}.table_info({table})")}
                for form in ("main", "newest")
            )
            shared = ", ".join(f'"{name}"' for name in sorted(old & new))
            if shared and table not in {"delivery", "attempt", "due"}:
                run(f"INSERT INTO main.{table} ({shared}) SELECT {shared} FROM newest.{table}")
        connection.commit()


def test_what_is_written_is_read_back_with_its_instant_in_utc(database: Database) -> None:
    with database.write() as session:
        write_fact(session, "worker", "alive", now=NOON)
    with database.read() as session:
        fact = read_fact(session, "worker")
    assert fact is not None
    assert fact.noted_at == NOON
    assert fact.noted_at.tzinfo is UTC


def test_a_glance_sees_what_is_written_and_leaves_nothing_open(database: Database) -> None:
    named = "SELECT value FROM fact WHERE name = ?"
    for value in ("alive", "well"):
        with database.write() as session:
            write_fact(session, "worker", value, now=NOON)
        assert tuple(database.glance(named, "worker")) == (value,)
    assert database.glance(named, "nobody") is None


def test_a_glance_at_a_database_that_is_gone_says_so(tmp_path: Path) -> None:
    (tmp_path / "gone").mkdir()
    database = Database(f"sqlite:///{tmp_path / 'gone' / 'c.sqlite3'}")
    (tmp_path / "gone").rmdir()
    with pytest.raises(UnavailableError, match="cannot serve just now"):
        database.glance("SELECT 1")
    database.close()


def test_a_reading_session_sees_one_state(database: Database) -> None:
    with database.write() as session:
        write_fact(session, "worker", "before", now=NOON)
    with database.read() as reading:
        assert read_fact(reading, "worker") is not None
        with database.write() as session:
            write_fact(session, "worker", "after", now=NOON)
        reading.expire_all()
        fact = read_fact(reading, "worker")
        assert fact is not None
        assert fact.value == "before"


def test_a_naive_time_is_refused(database: Database) -> None:
    naive = NOON.replace(tzinfo=None)
    with pytest.raises(StatementError, match="naive"), database.write() as session:
        write_fact(session, "worker", "alive", now=naive)


def test_a_failed_action_leaves_nothing_behind(database: Database) -> None:
    with pytest.raises(RuntimeError, match="half-way"), database.write() as session:
        write_fact(session, "worker", "alive", now=NOON)
        session.flush()
        raise RuntimeError("half-way")
    with database.read() as session:
        assert read_fact(session, "worker") is None


def test_a_reference_to_nothing_is_refused(database: Database) -> None:
    with pytest.raises(IntegrityError), database.write() as session:
        session.add(FeedEventRow(feed_slug="none", event_id=1))


def test_sqlite_runs_with_a_write_ahead_log_and_foreign_keys(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'c.sqlite3'}")
    with database.connection() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar_one() == "wal"
        assert connection.execute(text("PRAGMA foreign_keys")).scalar_one() == 1
        assert connection.execute(text("PRAGMA synchronous")).scalar_one() == 2
    database.close()


def test_a_locked_database_is_unavailable_for_writing_and_still_read(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'c.sqlite3'}", patience=0.05)
    database.upgrade()
    with database.write():
        with pytest.raises(UnavailableError, match="locked"), database.write():
            pass
        with database.read() as session:
            assert session.scalars(select(FactRow)).all() == []
    database.close()


def test_a_full_database_is_unavailable_and_keeps_what_it_has(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'c.sqlite3'}")
    database.upgrade()
    with database.write() as session:
        write_fact(session, "before", "kept", now=NOON)
    with pytest.raises(UnavailableError, match="full"), database.write() as session:
        session.execute(text("PRAGMA max_page_count = 1"))  # as small as it is now
        rows = [{"name": f"{n}", "value": "x" * 4000, "noted_at": NOON} for n in range(100)]
        session.execute(insert(FactRow), rows)
    with database.read() as session:
        assert session.scalars(select(FactRow.name)).all() == ["before"]
    database.close()


def test_a_damaged_file_is_unavailable_and_not_written_over(tmp_path: Path) -> None:
    file = tmp_path / "c.sqlite3"
    file.write_bytes(b"this is no database" * 1000)
    database = Database(f"sqlite:///{file}")
    with pytest.raises(UnavailableError, match="not a database"), database.read() as session:
        session.execute(text("SELECT 1"))
    assert file.read_bytes() == b"this is no database" * 1000
    database.close()


def test_a_server_that_is_not_there_is_unavailable() -> None:
    database = Database("postgresql://nobody@127.0.0.1:9/calendar")
    with pytest.raises(UnavailableError, match="doctor"), database.read() as session:
        session.execute(text("SELECT 1"))


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("calendar.db", "parsed"),
        ("sqlite://", "no file"),
        ("mysql://host/name", "only sqlite and postgresql"),
        ("sqlite:////nowhere/at/all/c.sqlite3", "no folder"),
    ],
)
def test_an_unusable_url_says_why_and_how_to_write_it(url: str, why: str) -> None:
    with pytest.raises(DatabaseUrlError, match=why) as caught:
        Database(url)
    assert "sqlite:///" in str(caught.value)
