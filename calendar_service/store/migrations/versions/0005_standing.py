"""What keeps mails welcome: bounces, suppressed addresses, and token buckets."""

import sqlalchemy as sa
from alembic import op

from calendar_service.store.rows.columns import Instant, Key

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Does the step."""
    op.create_table(
        "bounce",
        sa.Column("delivery_id", Key, nullable=False, autoincrement=False),
        sa.Column("whose", sa.Text(), nullable=False),
        sa.Column("weight", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("at", Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("pk_bounce")),
    )
    op.create_index("ix_bounce_whose_at", "bounce", ["whose", "at"])
    op.create_index(op.f("ix_bounce_at"), "bounce", ["at"])
    op.create_table(
        "suppression",
        sa.Column("whose", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("at", Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("whose", name=op.f("pk_suppression")),
    )
    op.create_table(
        "bucket",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("tokens", sa.Float(), nullable=False),
        sa.Column("at", Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_bucket")),
    )
    op.create_index(op.f("ix_bucket_at"), "bucket", ["at"])
