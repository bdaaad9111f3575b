"""An editor sees which events no feed can show, and why."""

from __future__ import annotations

import json
from typing import Any

import pytest

from calendar_service.actions.service import open_service
from calendar_service.config import settings_here
from calendar_service.domain.events import Revision
from calendar_service.ical import calendars
from calendar_service.ical.events import Piece, UnrenderableError, render_event
from tests.actions.test_rendering import store_as_an_older_release_did
from tests.cli.conftest import Run


def fail_to_write_worse(revision: Revision, **how: Any) -> Piece:
    """An event that can be read and not written."""
    if revision.event.uid == "worse":
        raise UnrenderableError("it has no title")
    return render_event(revision, **how)


def test_what_is_in_no_feed_is_listed_counted_and_shown_as_it_is_stored(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    added = ("events", "add", "--language", "en", "--start", "2027-05-03", "--title")
    for title in ("Good", "Bad", "Worse"):
        run(*added, title, "--uid", title.lower())
    service = open_service(settings_here())
    store_as_an_older_release_did(service, "bad", title={})
    monkeypatch.setattr(calendars, "render_event", fail_to_write_worse)
    store_as_an_older_release_did(service, "worse", color="navy")
    service.database.close()
    listed = run("events", "list").output
    assert "In no feed, until they are mended: 2\n  bad: " in listed
    by_uid = {one["uid"]: one for one in json.loads(run("events", "list", "--json").stdout)}
    assert "left_out" not in by_uid["good"]
    assert "title" in by_uid["bad"]["left_out"]
    assert by_uid["worse"]["left_out"] == "it has no title"
    shown = json.loads(run("events", "show", "bad").stdout)
    assert (shown["start"], shown["title"]) == ("2027-05-03", {})
    assert "In no feed, until it is mended" in run("events", "show", "worse").stderr
