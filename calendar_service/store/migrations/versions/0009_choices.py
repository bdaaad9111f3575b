"""Subscriptions know since when their choices stand, which may be later than since when they run."""

import sqlalchemy as sa
from alembic import op

from calendar_service.store.rows.columns import Instant

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Does the step."""
    op.add_column("subscription", sa.Column("chosen_at", Instant(timezone=True), nullable=True))
