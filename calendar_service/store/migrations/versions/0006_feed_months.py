"""Names for the months of feeds, so that a change in one leaves the others as they were read."""

import sqlalchemy as sa
from alembic import op

from calendar_service.store.rows.feeds import BY_OCTETS

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Does the step."""
    op.create_table(
        "feed_month",
        sa.Column("feed_slug", sa.Text(), nullable=False),
        sa.Column("month", BY_OCTETS, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["feed_slug"], ["feed.slug"], name=op.f("fk_feed_month_feed_slug_feed")
        ),
        sa.PrimaryKeyConstraint("feed_slug", "month", name=op.f("pk_feed_month")),
        sqlite_with_rowid=False,
    )
    op.execute(
        "INSERT INTO feed_month (feed_slug, month, name) "
        "SELECT DISTINCT feed_slug, substr(position, 1, 7), 'first' FROM feed_piece"
    )
