"""Events as feeds show them, kept in the order in which feeds are read."""

import sqlalchemy as sa
from alembic import op

from calendar_service.store.rows.columns import Key
from calendar_service.store.rows.feeds import BY_OCTETS

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Does the step."""
    op.create_table(
        "feed_piece",
        sa.Column("feed_slug", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("position", BY_OCTETS, nullable=False),
        sa.Column("event_id", Key, nullable=False),
        sa.Column("zones", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("unmarked", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_feed_piece_event_id")),
        sa.ForeignKeyConstraint(["feed_slug"], ["feed.slug"], name=op.f("fk_feed_piece_feed_slug")),
        sa.PrimaryKeyConstraint("feed_slug", "language", "position", name=op.f("pk_feed_piece")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("feed_piece", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_feed_piece_event_id"), ["event_id"], unique=False)
    # All feeds are written anew at the next start: there is nothing of them here yet.
    op.execute("DELETE FROM fact WHERE name = 'rendering'")
