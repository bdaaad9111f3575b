"""Who follows a search may want to be told of each event that comes to it."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Does the step."""
    for table in ("subscription", "signup"):
        op.add_column(
            table, sa.Column("arrivals", sa.Boolean(), nullable=False, server_default=sa.false())
        )
