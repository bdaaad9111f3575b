"""The tables, one file a subject. Rows stay below the actions; above them go domain values."""

from calendar_service.store.rows.columns import Row
from calendar_service.store.rows.deliveries import (
    AttemptRow,
    DeliveryRow,
    DueRow,
    DueState,
    Kind,
    Lane,
    SenderRow,
    State,
)
from calendar_service.store.rows.events import (
    EventRow,
    OccurrenceRow,
    RelationRow,
    RevisionRow,
    SeedRow,
)
from calendar_service.store.rows.feeds import FeedEventRow, FeedMonthRow, FeedPieceRow, FeedRow
from calendar_service.store.rows.readers import (
    AudienceRow,
    ConsentRow,
    PrivateCalendarRow,
    ReaderRow,
    SignupRow,
    SubscriptionOffsetRow,
    SubscriptionRow,
)
from calendar_service.store.rows.records import AuditRow, FactRow
from calendar_service.store.rows.searches import SearchEventRow, SearchRow
from calendar_service.store.rows.standing import BounceRow, BucketRow, SuppressionRow

__all__ = [
    "AttemptRow",
    "AudienceRow",
    "AuditRow",
    "BounceRow",
    "BucketRow",
    "ConsentRow",
    "DeliveryRow",
    "DueRow",
    "DueState",
    "EventRow",
    "FactRow",
    "FeedEventRow",
    "FeedMonthRow",
    "FeedPieceRow",
    "FeedRow",
    "Kind",
    "Lane",
    "OccurrenceRow",
    "PrivateCalendarRow",
    "ReaderRow",
    "RelationRow",
    "RevisionRow",
    "Row",
    "SearchEventRow",
    "SearchRow",
    "SeedRow",
    "SenderRow",
    "SignupRow",
    "State",
    "SubscriptionOffsetRow",
    "SubscriptionRow",
    "SuppressionRow",
]
