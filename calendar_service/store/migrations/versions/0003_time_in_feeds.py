"""What time alone does to a feed: windows of what is over, and of what does not take place."""

import sqlalchemy as sa
from alembic import op

from calendar_service.store.rows.columns import Instant

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Does the step."""
    op.add_column("event", sa.Column("left_out", sa.Text(), nullable=True))
    op.add_column("feed", sa.Column("changes_at", Instant(timezone=True), nullable=True))
    for column in (
        sa.Column("remaining", sa.LargeBinary(), nullable=True),
        sa.Column("marked_until", Instant(timezone=True), nullable=True),
        sa.Column("until", Instant(timezone=True), nullable=True),
    ):
        op.add_column("feed_piece", column)
    for name in ("until", "marked_until"):
        op.create_index(op.f(f"ix_feed_piece_feed_slug_{name}"), "feed_piece", ["feed_slug", name])
    # All feeds are written anew at the next start: what is stored knows nothing of this.
    op.execute("DELETE FROM fact WHERE name = 'rendering'")
