"""What `calendar-service doctor` finds wrong with an installation."""

from __future__ import annotations

from calendar_service.actions.checkup import check_up
from calendar_service.actions.findings import Health
from calendar_service.actions.service import Service


def wrong_with(service: Service, subject: str) -> str:
    """What is wrong with something and how to mend it, in the doctor's words; empty if nothing."""
    return " ".join(
        f"{one.words} {one.remedy}"
        for one in check_up(service)
        if one.subject == subject and one.health is Health.BAD
    )


def stopped(service: Service) -> str:
    """Why all sending is stopped; empty where it is not."""
    found = wrong_with(service, "sending")
    assert not found or "reminders release" in found
    return found
