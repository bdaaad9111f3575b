"""Subscriptions may be paused, and a sign-up says whether changes and digests are wanted."""

import sqlalchemy as sa
from alembic import op

from calendar_service.store.rows.columns import Instant

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Does the step."""
    op.add_column("subscription", sa.Column("paused_until", Instant(timezone=True), nullable=True))
    op.add_column(
        "signup", sa.Column("notices", sa.Boolean(), nullable=False, server_default=sa.true())
    )
    op.add_column("signup", sa.Column("digest", sa.Text(), nullable=False, server_default=""))
