"""Senders that die at each point of the way: nothing is lost, and little is doubled."""

from __future__ import annotations

from datetime import timedelta
from itertools import count

import pytest

from calendar_service.actions.publishing import cancel_event
from calendar_service.actions.service import Service
from tests.faults.crowds import begins_soon, crowd, due_soon
from tests.faults.failing_worker import STATUS
from tests.faults.recording_relay import RecordingRelay, recording
from tests.faults.workers import all_sent, start_worker, wait_until

pytestmark = pytest.mark.faults

READERS = 60
SOON = timedelta(seconds=3)
MOST_DEATHS = {"commit": 14, "final dot": 6, "note": 6}
"""Enough to die at each commit of a start and of the first turns, and at the mails of a turn."""


def dies_again_and_again(
    service: Service, relay: RecordingRelay, point: str, kind: str = "reminder"
) -> int:
    """Workers that die at the first, second, third ... time of a point; tells how many died."""
    for number in count(1):
        program = ("tests.faults.failing_worker", point, str(number))
        worker = start_worker(service, relay.port, program=program)
        wait_until(
            lambda worker=worker: (
                worker.process.poll() is not None  # type: ignore[misc]
                or all_sent(service, READERS, kind)
            ),
            what=f"{point} {number}",
        )
        if worker.process.poll() is None:
            worker.end()
        assert worker.process.returncode in {0, STATUS}
        if all_sent(service, READERS, kind) or number == MOST_DEATHS[point.partition(" ")[2]]:
            break
    finisher = start_worker(service, relay.port)
    wait_until(lambda: all_sent(service, READERS, kind), what="the last worker sends the rest")
    finisher.end()
    return number


@pytest.mark.parametrize("point", ["before commit", "after commit"])
def test_a_sender_that_dies_at_any_commit_loses_nothing(installation: Service, point: str) -> None:
    everybody = crowd(installation, READERS)
    due_soon(installation, within=SOON)
    with recording() as relay:
        deaths = dies_again_and_again(installation, relay, point)
    assert deaths >= 3
    assert set(relay.taken) == everybody
    assert relay.message_ids_differ() == []
    assert relay.extra <= deaths * relay.most_connections // 2


@pytest.mark.parametrize(
    "point", ["before final dot", "after final dot", "before note", "after note"]
)
def test_a_sender_that_dies_at_a_mail_loses_none_and_repeats_what_was_on_its_way_at_most(
    installation: Service, point: str
) -> None:
    everybody = crowd(installation, READERS)
    due_soon(installation, within=SOON)
    with recording() as relay:
        deaths = dies_again_and_again(installation, relay, point)
    assert deaths >= 3
    assert set(relay.taken) == everybody
    assert relay.message_ids_differ() == []
    assert relay.extra <= deaths * relay.most_connections // 2
    if point == "before note":  # the relay has said 250, and nobody knows
        assert relay.extra >= deaths - 1


@pytest.mark.parametrize(
    "point", ["before commit", "after commit", "after final dot", "before note"]
)
def test_a_sender_that_dies_while_a_change_is_told_leaves_nobody_untold_and_repeats_as_little(
    installation: Service, point: str
) -> None:
    everybody = crowd(installation, READERS)
    begins_soon(installation)
    cancel_event(installation, "briefing", "The speaker is ill.")
    with recording() as relay:
        deaths = dies_again_and_again(installation, relay, point, kind="notice")
    assert deaths >= 3
    assert set(relay.taken) == everybody
    assert relay.message_ids_differ() == []
    assert relay.extra <= deaths * relay.most_connections // 2
