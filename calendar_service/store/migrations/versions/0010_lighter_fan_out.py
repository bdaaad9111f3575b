"""Owing a mail to many writes less: those who follow something are read in the order of readers.

The index of mails by their sign-up holds those that have one alone, and costs others nothing.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Does the step."""
    op.create_index("ix_subscription_target", "subscription", ["target_kind", "target_name", "id"])
    name, has_one = "ix_delivery_signup_id", sa.text("signup_id IS NOT NULL")
    op.drop_index(name, "delivery")
    op.create_index(name, "delivery", ["signup_id"], sqlite_where=has_one, postgresql_where=has_one)
