"""A ledger for millions: lanes, senders, what each audience wants; a unique key for each reader."""

import sqlalchemy as sa
from alembic import op

from calendar_service.store.rows.columns import Instant, Key

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_KEPT = (
    "id",
    "kind",
    "reader_id",
    "subscription_id",
    "signup_id",
    "occurrence_id",
    "time_rev",
    "offset",
    "due_at",
    "deadline",
    "state",
    "token",
    "tries",
    "unanswered",
    "created_at",
    "settled_at",
)


def upgrade() -> None:
    """Does the step."""
    _audiences()
    _senders()
    _cursors()
    op.add_column("occurrence", sa.Column("timed_at", Instant(timezone=True), nullable=True))
    for table in ("delivery", "attempt"):
        op.execute(f"CREATE TABLE {table}_before AS SELECT * FROM {table}")
    op.drop_table("attempt")
    op.drop_table("delivery")
    _ledger()
    _bring_back()
    for table in ("delivery", "attempt"):
        op.drop_table(f"{table}_before")


def _audiences() -> None:
    names = ("target_kind", "target_name", "offset", "zone", "hour")
    op.create_table(
        "audience",
        *(sa.Column(name, sa.Text(), nullable=False) for name in names),
        sa.PrimaryKeyConstraint(*names, name=op.f("pk_audience")),
    )
    op.execute(
        'INSERT INTO audience (target_kind, target_name, "offset", zone, hour) SELECT DISTINCT '
        's.target_kind, s.target_name, o."offset", s.zone, s.hour FROM subscription s '
        "JOIN subscription_offset o ON o.subscription_id = s.id WHERE s.ended_at IS NULL"
    )
    op.drop_index(op.f("ix_subscription_target_kind_target_name"), "subscription")
    op.create_index(
        "ix_subscription_following",
        "subscription",
        ["target_kind", "target_name", "zone", "hour", "id"],
    )


def _senders() -> None:
    op.create_table(
        "sender",
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("machine", sa.Text(), nullable=False),
        sa.Column("process", sa.Integer(), nullable=False),
        sa.Column("started_at", Instant(timezone=True), nullable=False),
        sa.Column("seen_at", Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_sender")),
    )


def _cursors() -> None:
    """A fan-out that was interrupted begins again; what it owes already it owes once."""
    op.drop_column("due", "cursor")
    op.add_column("due", sa.Column("cursor", sa.Text(), nullable=False, server_default=""))


def _ledger() -> None:
    op.create_table(
        "delivery",
        sa.Column("id", Key, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("lane", sa.Integer(), nullable=False),
        sa.Column("reader_id", Key, nullable=True),
        sa.Column("subscription_id", Key, nullable=True),
        sa.Column("signup_id", Key, nullable=True),
        sa.Column("occurrence_id", Key, nullable=True),
        sa.Column("time_rev", sa.Integer(), nullable=False),
        sa.Column("offset", sa.Text(), nullable=False),
        sa.Column("due_at", Instant(timezone=True), nullable=False),
        sa.Column("deadline", Instant(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("token", sa.Text(), nullable=True),
        sa.Column("not_before", Instant(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("unanswered", sa.Integer(), nullable=False),
        sa.Column("created_at", Instant(timezone=True), nullable=False),
        sa.Column("settled_at", Instant(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["reader_id"], ["reader.id"], name=op.f("fk_delivery_reader_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["signup_id"], ["signup.id"], name=op.f("fk_delivery_signup_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
    )
    op.create_index("uq_delivery_reader_id_key", "delivery", ["reader_id", "key"], unique=True)
    _index("uq_delivery_key", ["key"], "reader_id IS NULL", unique=True)
    _index(
        "ix_delivery_ready", ["lane", "deadline", "id"], "state = 'queued' AND not_before IS NULL"
    )
    _index("ix_delivery_not_before", ["not_before"], "not_before IS NOT NULL")
    _index("ix_delivery_token", ["token"], "token IS NOT NULL")
    _index("ix_delivery_held", ["id"], "state = 'held'")
    op.create_index(op.f("ix_delivery_signup_id"), "delivery", ["signup_id"])
    op.create_table(
        "attempt",
        sa.Column("id", Key, nullable=False),
        sa.Column("delivery_id", Key, nullable=False),
        sa.Column("at", Instant(timezone=True), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.Column("strike", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"],
            ["delivery.id"],
            name=op.f("fk_attempt_delivery_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
    )
    op.create_index(op.f("ix_attempt_delivery_id"), "attempt", ["delivery_id"])


def _index(name: str, columns: list[str], condition: str, *, unique: bool = False) -> None:
    where = sa.text(condition)
    op.create_index(
        name, "delivery", columns, unique=unique, sqlite_where=where, postgresql_where=where
    )


def _bring_back() -> None:
    kept = ", ".join(f'"{name}"' for name in _KEPT)
    op.execute(
        f"INSERT INTO delivery ({kept}, key, lane, not_before) SELECT {kept}, "
        "CASE kind WHEN 'confirmation' THEN key ELSE kind || ':email:' || occurrence_id || ':' || "
        "\"offset\" || ':' || time_rev END, CASE kind WHEN 'confirmation' THEN 1 ELSE 0 END, "
        "CASE state WHEN 'queued' THEN next_at END FROM delivery_before"
    )
    op.execute(
        'INSERT INTO attempt (id, delivery_id, "at", outcome, reply, strike) '
        'SELECT id, delivery_id, "at", outcome, reply, false FROM attempt_before'
    )
    if op.get_bind().dialect.name == "postgresql":
        for table in ("delivery", "attempt"):
            op.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), "
                f"coalesce((SELECT max(id) FROM {table}), 0) + 1, false)"
            )
