"""What an operator types to see reminders, to hold them back and to let them go."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, update

from calendar_service.actions.service import Service
from calendar_service.cli.context import ready_service
from calendar_service.clock import SystemClock
from calendar_service.delivery.fanout import fan_out
from calendar_service.language.catalogues import LANGUAGES
from calendar_service.store.rows import DeliveryRow, DueRow, State
from tests.cli.conftest import Run
from tests.delivery.mailings import deliver

pytestmark = pytest.mark.thorough

RunJson = Callable[..., Any]
EVENT = "press-briefing"
HEADER = "email,feed,offsets,language,zone,consent"


@pytest.fixture
def at_work(
    seeded: None, run: Run, tmp_path: Path
) -> Callable[[Callable[[Service], object]], object]:
    """An event in 25 hours, of which two readers want to be reminded a day before.

    Does something with that installation's service, as a worker would.
    """
    begin = SystemClock().now() + timedelta(hours=25)
    run(
        *("events", "add", "--title", "Press briefing", "--start", f"{begin:%Y-%m-%d %H:%M}"),
        *("--zone", "UTC", "--topic", "nato", "--language", "en", "--uid", "briefing-1"),
    )
    rows = [f"{name}@example.org,nato,PT24H,en,UTC,I agree." for name in ("one", "two")]
    (tmp_path / "readers.csv").write_text("\n".join([HEADER, *rows]))
    run("readers", "import", "readers.csv")

    def work(does: Callable[[Service], object]) -> object:
        with ready_service() as service:
            return does(service)

    return work


AtWork = Callable[[Callable[[Service], object]], object]


def due_now(service: Service) -> None:
    """The reminders are owed already, as if an hour had passed."""
    with service.database.write() as session:
        now = service.clock.now()
        session.execute(
            update(DueRow)
            .where(DueRow.offset == "PT24H")
            .values(instant=now - timedelta(minutes=1))
        )
    fan_out(service)


def numbers(run_json: RunJson) -> list[str]:
    return [str(one["number"]) for one in run_json("reminders", "list", "--each")]


def test_what_is_due_next_and_what_waits_is_listed(
    run: Run, run_json: RunJson, at_work: AtWork
) -> None:
    (planned,) = run_json("reminders", "list", "--due")
    assert (planned["state"], planned["mails"], planned["offset"]) == ("planned", 2, "PT24H")
    assert (planned["about"]["uid"], planned["about"]["slug"]) == ("briefing-1", EVENT)
    said = run("reminders", "list", "--due", "--within", "90m").output
    assert "planned" in said
    assert EVENT in said
    assert "Nothing." in run("reminders", "list", "--due", "--within", "1m").output
    assert "Nothing." in run("reminders", "list").output
    at_work(due_now)
    assert [one["state"] for one in run_json("reminders", "list", "--due")] == ["queued"]
    assert run_json("reminders", "list", "--due", "--state", "held") == []
    at_work(deliver)
    assert run_json("reminders", "list", "--due") == []
    assert [one["state"] for one in run_json("reminders", "list")] == ["sent"]


def test_mails_are_listed_one_by_one_and_one_tells_its_history(
    run: Run, run_json: RunJson, at_work: AtWork
) -> None:
    at_work(due_now)
    listed = run("reminders", "list", "--each").output
    assert "one@example.org" in listed
    assert "queued" in listed
    (mail,) = run_json("reminders", "list", "--reader", "ONE@example.org")
    at_work(deliver)
    shown = run("reminders", "show", str(mail["number"])).output
    for words in (
        "one@example.org",
        "Press briefing",
        "24 hours before",
        "feed nato",
        "try 1, sent",
    ):
        assert words in shown
    history = run_json("reminders", "show", str(mail["number"]))
    assert (history["state"], history["because"]) == ("sent", ["feed nato"])
    assert len(run_json("reminders", "list", "--event", EVENT, "--state", "sent")) == 2


def test_a_mail_an_event_and_everything_are_held_and_released(
    run: Run, run_json: RunJson, at_work: AtWork
) -> None:
    at_work(due_now)
    first, _ = numbers(run_json)
    assert f"reminders release {first}`" in run("reminders", "hold", first, "--why", "ask").output
    assert "operator: ask" in run("reminders", "show", first).output
    assert "Press briefing" in run("reminders", "hold", EVENT).output
    assert "Sending is stopped." in run("reminders", "hold", "--all", "--why", "moving").output
    assert at_work(deliver) == 0
    said = run("reminders", "release").output
    assert "An operator holds all mail: moving" in said
    assert "1 single mails are still held" in said
    assert at_work(deliver) == 0
    assert "2 had been held" in run("reminders", "release", EVENT).output
    assert at_work(deliver) == 2
    assert "not stopped" in run("reminders", "release").output


def test_everything_is_released_at_once_and_a_single_mail_alone(
    run: Run, run_json: RunJson, at_work: AtWork
) -> None:
    at_work(due_now)
    first, second = numbers(run_json)
    run("reminders", "hold", first)
    run("reminders", "hold", second)
    run("reminders", "release", second)
    assert at_work(deliver) == 1
    run("reminders", "hold", "--all")
    assert "1 held mails are released" in run("reminders", "release", "--all").output
    assert at_work(deliver) == 1


def test_refused_mails_are_tried_again(run: Run, run_json: RunJson, at_work: AtWork) -> None:
    at_work(due_now)
    first, _ = numbers(run_json)

    def refuse(service: Service) -> None:
        with service.database.write() as session:
            session.execute(update(DeliveryRow).values(state=str(State.FAILED)))

    at_work(refuse)
    assert "next turn" in run("reminders", "retry", first).output
    assert "1 mails are tried again" in run("reminders", "retry", "--failed").output
    assert at_work(deliver) == 2
    assert "0 mails" in run("reminders", "retry", "--unconfirmed").output
    assert "is sent and cannot be tried again" in run("reminders", "retry", first, status=1).output


def test_an_audit_finds_all_in_place_or_names_what_is_missing_with_status_1(
    run: Run, run_json: RunJson, at_work: AtWork
) -> None:
    assert "Nothing is missing." in run("reminders", "audit").output

    def lose(service: Service) -> None:
        with service.database.write() as session:
            session.execute(delete(DueRow))

    at_work(lose)
    said = run("reminders", "audit", status=1).output
    assert f"{EVENT}, " in said
    assert "2 readers: nothing is planned for it" in said
    assert "one@example.org, two@example.org" in said
    told = json.loads(run("reminders", "audit", "--json", status=1).stdout)
    assert [gap["readers"] for gap in told["gaps"]] == [2]
    assert "planned now" in run("reminders", "audit", "--mend").output
    assert run_json("reminders", "audit")["gaps"] == []


def test_a_preview_is_printed_and_written(run: Run, at_work: AtWork, tmp_path: Path) -> None:
    files = ("--html", "page.html", "--eml", "mail.eml")
    said = run("reminders", "preview", EVENT, "--lang", "fr", "--offset", "P7D", *files).output
    assert "Press briefing" in said
    assert "Subject: " in said
    assert "<html" in (tmp_path / "page.html").read_text()
    mail = message_from_bytes((tmp_path / "mail.eml").read_bytes(), policy=policy.default)
    assert f"Subject: {mail['Subject']}" in said
    assert mail["Content-Language"] == "fr"


@pytest.mark.parametrize("often", ["daily", "weekly"])
def test_a_digest_is_previewed_by_the_words_that_readers_change_takes(
    run: Run, at_work: AtWork, often: str
) -> None:
    assert "Subject: " in run("reminders", "preview", "nato", "--digest", often).output
    assert often in run("reminders", "preview", "--help").output


def test_the_doctor_tells_that_sending_is_stopped_and_why(
    run: Run, run_json: RunJson, at_work: AtWork
) -> None:
    run("reminders", "hold", "--all", "--why", "the relay is being moved")
    found = {one["subject"]: one for one in json.loads(run("doctor", "--json", status=1).stdout)}
    assert "the relay is being moved" in found["sending"]["words"]
    assert "reminders release" in found["sending"]["remedy"]
    assert found["lag"]["health"] == "ok"


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (("hold",), 2, "--all"),
        (("hold", "12", "--all"), 2, "--all"),
        (("release", "12", "--all"), 2, "not both"),
        (("retry",), 2, "--failed"),
        (("retry", "12", "--failed"), 2, "--failed"),
        (("hold", "12"), 1, "no delivery 12"),
        (("show", "12"), 1, "reminders list --each"),
        (("hold", "nothing"), 1, "events list"),
        (("list", "--due", "--each"), 2, "--due"),
        (("list", "--state", "planned"), 2, "--due"),
        (("list", "--due", "--within", "two days"), 2, "48h"),
        (("preview", "nothing"), 1, "events list"),
        (("preview", EVENT, "--lang", "xx"), 1, ", ".join(LANGUAGES)),
        (("preview", EVENT, "--zone", "Europe/Tirana"), 1, "Europe/Brussels"),
        (("preview", EVENT, "--offset", "soon"), 1, "P7D"),
        (("preview", "nato", "--digest", "often"), 2, "'weekly'"),
        (("preview", EVENT, "--html", "none/page.html"), 1, "cannot be written"),
    ],
)
def test_a_mistake_is_answered_in_words(
    run: Run, at_work: AtWork, arguments: tuple[str, ...], status: int, words: str
) -> None:
    said = run("reminders", *arguments, status=status).output
    assert words in said
    assert "Traceback" not in said
