"""Whether the service can do its work now."""

from __future__ import annotations

from sqlalchemy import text

from calendar_service.actions.service import Service


def ready(service: Service) -> None:
    """Returns if the database answers; raises UnavailableError if it does not."""
    with service.database.read() as session:
        session.execute(text("SELECT 1 FROM event LIMIT 1"))
