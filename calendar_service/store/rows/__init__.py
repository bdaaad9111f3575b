"""The tables, one file a subject. Rows stay below the actions; above them go domain values."""

from calendar_service.store.rows.columns import Row
from calendar_service.store.rows.deliveries import (
    UNSENT,
    AttemptRow,
    DeliveryRow,
    DueRow,
    DueState,
    Kind,
    State,
)
from calendar_service.store.rows.events import (
    EventRow,
    OccurrenceRow,
    RelationRow,
    RevisionRow,
    SeedRow,
)
from calendar_service.store.rows.feeds import FeedEventRow, FeedPieceRow, FeedRow
from calendar_service.store.rows.readers import (
    ConsentRow,
    ReaderRow,
    SignupRow,
    SubscriptionOffsetRow,
    SubscriptionRow,
)
from calendar_service.store.rows.records import AuditRow, FactRow

__all__ = [
    "UNSENT",
    "AttemptRow",
    "AuditRow",
    "ConsentRow",
    "DeliveryRow",
    "DueRow",
    "DueState",
    "EventRow",
    "FactRow",
    "FeedEventRow",
    "FeedPieceRow",
    "FeedRow",
    "Kind",
    "OccurrenceRow",
    "ReaderRow",
    "RelationRow",
    "RevisionRow",
    "Row",
    "SeedRow",
    "SignupRow",
    "State",
    "SubscriptionOffsetRow",
    "SubscriptionRow",
]
