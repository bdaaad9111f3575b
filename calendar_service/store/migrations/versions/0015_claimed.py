"""No state of their own for mails that a sender has claimed: they go on their way at once."""

from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Queues what a sender of an older release had only claimed; it has not been sent."""
    op.execute("UPDATE delivery SET state = 'queued', token = NULL WHERE state = 'claimed'")


def downgrade() -> None:
    """Leaves the mails as they are; the older release claims them again."""
