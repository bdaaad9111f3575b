"""News that some readers are to be told and are not, and how an audit has it told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from calendar_service.store.queries.notices import plan_arrival, plan_notice
from calendar_service.store.rows import DueRow, DueState, EventRow, Kind

LOOKED_BACK = timedelta(days=30)
"""News this recent is looked at; nothing that is older is still under way."""

_PLAN = {Kind.NOTICE: plan_notice, Kind.ARRIVAL: plan_arrival}


@dataclass(frozen=True, slots=True)
class Untold:
    """News of an event, of a kind and of one of its revisions, and who is not told it, and why."""

    kind: Kind
    event: EventRow
    sequence: int
    due: DueRow | None
    instant: datetime
    readers: int
    addresses: tuple[str, ...]
    why: str

    def mend(self, session: Session) -> None:
        """Has it told: who was owed it before is not owed it again."""
        if self.due is None:
            _PLAN[self.kind](session, self.event.id, self.sequence, self.instant)
        else:
            self.due.state, self.due.cursor = str(DueState.PLANNED), ""
            self.due.instant = self.instant
