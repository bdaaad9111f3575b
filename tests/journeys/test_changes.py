"""An editor types a change, and whoever follows the event has it in their mailbox."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from calendar_service.clock import SystemClock
from tests.journeys.running_service import command, free_port, running

PATIENCE = 60.0
READERS = """email,feed,offsets,language,zone,consent
anna@example.org,nato,P1D,en,UTC,I agree.
bea@example.org,nato,P1D,fr,UTC,I agree.
"""


def mails(var: Path) -> dict[str, EmailMessage]:
    """What lies in the Maildir, by address and subject."""
    found = {}
    for file in sorted((var / "mail" / "new").glob("*")):
        mail = message_from_bytes(file.read_bytes(), policy=policy.default)
        found[f"{mail['To']} {mail['Subject']}"] = mail
    return found


def wait_for(var: Path, number: int) -> dict[str, EmailMessage]:
    deadline = time.monotonic() + PATIENCE
    while len(found := mails(var)) < number and time.monotonic() < deadline:
        time.sleep(0.1)
    return found


@pytest.mark.thorough
def test_an_event_that_is_moved_and_cancelled_on_the_command_line_is_told_by_mail(
    tmp_path: Path,
) -> None:
    """It begins within the hour, so nobody waits."""
    var, port = tmp_path / "var", free_port()
    soon = SystemClock().now().astimezone(UTC) + timedelta(minutes=40)

    def type_in(*arguments: str) -> None:
        done = command(var, port, *arguments)
        assert done.returncode == 0, done.stderr

    def written(moment: datetime) -> str:
        return f"{moment:%Y-%m-%d %H:%M}"

    with running(var, port):
        type_in(
            *("events", "add", "--title", "Press briefing", "--start", written(soon)),
            *("--zone", "UTC", "--topic", "nato", "--language", "en", "--place", "Brussels"),
        )
        (tmp_path / "readers.csv").write_text(READERS)
        type_in("readers", "import", "readers.csv")
        later = written(soon + timedelta(minutes=10))
        type_in("events", "move", "press-briefing", "--start", later)
        told = wait_for(var, 2)
        type_in("events", "cancel", "press-briefing", "--reason", "The speaker is ill.")
        told = wait_for(var, 4)
    assert sorted(told) == [
        "anna@example.org Cancelled: Press briefing",
        "anna@example.org Moved: Press briefing",
        "bea@example.org Annulé\N{NO-BREAK SPACE}: Press briefing",
        "bea@example.org Déplacé\N{NO-BREAK SPACE}: Press briefing",
    ]
    moved, cancelled = (
        told[f"anna@example.org {word}: Press briefing"] for word in ("Moved", "Cancelled")
    )
    assert moved["References"] == cancelled["References"]
    assert "The hour has changed." in text_of(moved)
    assert "Reason: The speaker is ill." in text_of(cancelled)


def text_of(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())
