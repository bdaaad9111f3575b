"""Mails about changes, and digests: what is owed for an event, and what each mail told of it."""

import sqlalchemy as sa
from alembic import op

from calendar_service.store.rows.columns import Instant, Key

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Does the step."""
    _due()
    _revisions()
    _deliveries()
    _subscriptions()


def _due() -> None:
    """What is due need not be about an occurrence: an event may have none, a digest no event."""
    with op.batch_alter_table("due") as due:
        due.alter_column("occurrence_id", existing_type=Key, nullable=True)
        due.add_column(sa.Column("event_id", Key, nullable=True))
        due.create_foreign_key(op.f("fk_due_event_id"), "event", ["event_id"], ["id"])
    _unique("uq_due_event_id", ["event_id", "kind", "time_rev"], "event_id IS NOT NULL")
    nothing = "event_id IS NULL AND occurrence_id IS NULL"
    _unique("uq_due_kind", ["kind", "offset", "zone", "hour", "instant"], nothing)


def _revisions() -> None:
    op.add_column("revision", sa.Column("at", Instant(timezone=True), nullable=True))
    op.execute('UPDATE revision SET "at" = published_at')
    with op.batch_alter_table("revision") as revisions:
        revisions.alter_column("at", existing_type=Instant(timezone=True), nullable=False)
        revisions.add_column(
            sa.Column("silent", sa.Boolean(), nullable=False, server_default=sa.false())
        )


def _deliveries() -> None:
    """A mail that was sent told what was published by then."""
    op.add_column("delivery", sa.Column("event_id", Key, nullable=True))
    op.add_column("delivery", sa.Column("revision", sa.Integer(), nullable=True))
    op.execute(
        "UPDATE delivery SET event_id = (SELECT o.event_id FROM occurrence o "
        "WHERE o.id = delivery.occurrence_id) WHERE occurrence_id IS NOT NULL"
    )
    op.execute(
        "UPDATE delivery SET revision = (SELECT max(r.sequence) FROM revision r "
        "WHERE r.event_id = delivery.event_id "
        "AND r.published_at <= coalesce(delivery.settled_at, delivery.due_at)) "
        "WHERE event_id IS NOT NULL AND state IN ('sent', 'unconfirmed')"
    )


def _subscriptions() -> None:
    op.add_column(
        "subscription",
        sa.Column("notices", sa.Boolean(), nullable=False, server_default=sa.true()),
    )
    op.add_column("subscription", sa.Column("digest", sa.Text(), nullable=False, server_default=""))
    wanted = sa.text("digest <> ''")
    op.create_index(
        "ix_subscription_digest",
        "subscription",
        ["digest", "zone", "hour", "id"],
        sqlite_where=wanted,
        postgresql_where=wanted,
    )


def _unique(name: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, "due", columns, unique=True, sqlite_where=where, postgresql_where=where)
