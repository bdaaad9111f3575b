"""Readers may follow a search: which are followed, and which events each of them finds."""

import sqlalchemy as sa
from alembic import op

from calendar_service.store.rows.columns import Instant, Key

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Does the step."""
    op.create_table(
        "search",
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_search")),
    )
    op.create_table(
        "search_event",
        sa.Column("search_name", sa.Text(), nullable=False),
        sa.Column("event_id", Key, nullable=False),
        sa.Column("arrived_at", Instant(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["search_name"],
            ["search.name"],
            name=op.f("fk_search_event_search_name"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_search_event_event_id")),
        sa.PrimaryKeyConstraint("search_name", "event_id", name=op.f("pk_search_event")),
    )
    op.create_index(op.f("ix_search_event_event_id"), "search_event", ["event_id"])
