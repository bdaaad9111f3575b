"""Events have the day that they are listed on, so that lists are read page by page."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Does the step."""
    unknown = "1970-01-01"  # SQLite adds no column to a table with rows that might be empty
    op.add_column(
        "event", sa.Column("listed_on", sa.Date(), nullable=False, server_default=unknown)
    )
    op.execute(
        "UPDATE event SET listed_on ="
        " CASE WHEN document LIKE '%\"month\":%' AND document NOT LIKE '%\"start\":%'"
        " THEN last_day ELSE first_day END"
    )
    op.create_index(op.f("ix_event_listed_on_id"), "event", ["listed_on", "id"])
    op.create_index(op.f("ix_event_last_day_listed_on"), "event", ["last_day", "listed_on"])
