"""Readers may have a calendar of what they follow, at an address of their own."""

import sqlalchemy as sa
from alembic import op

from calendar_service.store.rows.columns import Instant, Key

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Does the step."""
    op.create_table(
        "private_calendar",
        sa.Column("reader_id", Key, nullable=False, autoincrement=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("alarms", sa.Boolean(), nullable=False),
        sa.Column("made_at", Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["reader_id"],
            ["reader.id"],
            name=op.f("fk_private_calendar_reader_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("reader_id", name=op.f("pk_private_calendar")),
        sa.UniqueConstraint("digest", name=op.f("uq_private_calendar_digest")),
    )
