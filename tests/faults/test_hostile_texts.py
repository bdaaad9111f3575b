"""Texts that would be more than text in a mail: they stay text, through store, worker and relay."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from calendar_service.actions.service import Service
from calendar_service.store.rows import EventRow, ReaderRow
from tests.faults.crowds import address, crowd, due_soon
from tests.faults.doctor import wrong_with
from tests.faults.recording_relay import recording
from tests.faults.workers import all_sent, states, wait_until, working
from tests.mail.reading import body, parsed

pytestmark = pytest.mark.faults

READERS = 12
"""In three languages."""

SOON = timedelta(seconds=3)
BREAK = "\r\nBcc: eve@example.org\r\n\r\nRead this instead.\r\n.\r\n"
DOTS = "First.\n.\n..\n.QUIT\n. \nLast."
FIELDS: Mapping[str, object] = {
    "title": {"en": f"Talks{BREAK}"},
    "slug": f"talks{BREAK}",
    "uid": f"talks{BREAK}",
    "place": {"name": {"en": f"Brussels{BREAK}"}},
}
"""What reaches a header, or a place that one could be made of."""


def rewrite(service: Service, uid: str, /, **fields: object) -> None:
    """Changes an event as nobody can: past all that is checked when it is published."""
    with service.database.write() as session:
        row = session.scalars(select(EventRow).where(EventRow.uid == uid)).one()
        row.document = {**row.document, **fields}


def test_events_with_a_line_break_where_none_may_be_are_held_and_cost_no_other_its_mails(
    installation: Service,
) -> None:
    everybody = crowd(installation, READERS)
    for uid in ("briefing", *FIELDS):
        due_soon(installation, uid, within=SOON)
    for name, broken in FIELDS.items():
        rewrite(installation, name, **{name: broken})
    with recording(keeps=True) as relay, working(installation, relay.port):
        ends = {"held": READERS * len(FIELDS), "sent": READERS}
        wait_until(lambda: states(installation) == ends, what="the good event's mails leave")
    assert set(relay.taken) == everybody
    assert relay.extra == 0
    assert all("Bcc" not in parsed(mail) for mail in relay.contents)
    assert "take the line break out" in wrong_with(installation, "held")


def test_a_reader_whose_address_would_end_its_command_is_held_and_the_others_get_their_mails(
    installation: Service,
) -> None:
    everybody = crowd(installation, READERS)
    due_soon(installation, within=SOON)
    evil = f"{address(7)}>\r\nRCPT TO:<eve@example.org"
    with installation.database.write() as session:
        session.execute(
            update(ReaderRow).where(ReaderRow.address == address(7)).values(address=evil)
        )
    with recording() as relay, working(installation, relay.port):
        ends = {"held": 1, "sent": READERS - 1}
        wait_until(lambda: states(installation) == ends, what="the others' mails leave")
    assert set(relay.taken) == everybody - {address(7)}


def test_lines_of_dots_arrive_as_they_were_written(installation: Service) -> None:
    everybody = crowd(installation, READERS)
    due_soon(installation, within=SOON)
    rewrite(installation, "briefing", description={"en": DOTS})
    with recording(keeps=True) as relay, working(installation, relay.port):
        wait_until(lambda: all_sent(installation, READERS), what="all are sent")
    assert set(relay.taken) == everybody
    for stuffed in relay.contents:
        mail = stuffed.replace(b"\r\n.", b"\r\n")
        assert DOTS.replace(". \n", ".\n") in body(mail, "plain").replace(". \n", ".\n")
