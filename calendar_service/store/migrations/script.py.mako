"""${message}."""

import sqlalchemy as sa
from alembic import op

from calendar_service.store.rows.columns import Instant, JsonText, Key

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Does the step."""
    ${upgrades if upgrades else "pass"}
