"""What an editor and an operator type, and what they read."""

from __future__ import annotations

import json
from collections.abc import Callable
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import Result
from sqlalchemy import select

from calendar_service.cli import main
from calendar_service.cli.context import ready_service
from calendar_service.config import SETTINGS
from calendar_service.store.rows import DueRow, RevisionRow
from tests.cli.conftest import Run
from tests.mail.samples import a_confirmation, composed

RunJson = Callable[..., Any]
SUMMIT = "nato-summit-ankara-2026"


def commands(
    group: click.Group = main, path: tuple[str, ...] = ()
) -> list[tuple[tuple[str, ...], click.Command]]:
    found: list[tuple[tuple[str, ...], click.Command]] = []
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        found.append(((*path, name), command))
        if isinstance(command, click.Group):
            found += commands(command, (*path, name))
    return found


@pytest.mark.parametrize("path", [path for path, _ in commands()])
def test_every_command_explains_itself_and_each_of_its_options(
    run: Run, path: tuple[str, ...]
) -> None:
    command = dict(commands())[path]
    assert command.help
    assert command.help.split("\n")[0].endswith(".")
    assert not command.get_short_help_str(60).endswith("..."), "what the list shows is cut off"
    options = [one for one in command.params if isinstance(one, click.Option) and not one.hidden]
    assert all(option.help for option in options)
    assert command.help.split("\n")[0].split()[0] in run(*path, "--help").output


def test_help_shows_where_to_start(run: Run) -> None:
    said = run("--help").output
    for words in ("calendar-service up", "rehearse --from", "doctor"):
        assert words in said


def test_a_seed_is_loaded_once_and_again_changes_nothing(run: Run, run_json: RunJson) -> None:
    assert "4 added" in run("seed").output
    again = run_json("seed")
    assert (len(again["unchanged"]), again["added"], again["conflicts"]) == (4, [], [])


def test_events_are_listed_with_their_days_and_uids(
    seeded: None, run: Run, run_json: RunJson
) -> None:
    listed = run("events", "list").output
    assert "7–8 July 2026" in listed
    assert "Samiti i NATO-s në Ankara" in listed
    events = {event["slug"]: event for event in run_json("events", "list")}
    assert len(events) == 4
    assert events[SUMMIT]["uid"] in listed
    assert (events[SUMMIT]["start"], events[SUMMIT]["end"]) == ("2026-07-07", "2026-07-08")


def test_an_event_is_added_moved_and_cancelled(run: Run, run_json: RunJson) -> None:
    added = run_json(
        *("events", "add", "--title", "Talks", "--start", "2027-05-03 10:00"),
        *("--end", "2027-05-03 12:30", "--zone", "Europe/Brussels", "--place", "Brussels"),
        *("--new-topic", "nato", "--new-topic", "talks", "--language", "en", "--uid", "talks-1"),
    )
    assert added["title"] == {"en": "Talks"}
    assert added["topics"] == ["nato", "talks"]
    assert added["place"] == {"name": {"en": "Brussels"}, "zone": "Europe/Brussels"}
    moved = run_json("events", "move", "talks-1", "--start", "2027-05-04 14:00")
    assert (moved["start"], moved["end"]) == ("2027-05-04T14:00:00", "2027-05-04T16:30:00")
    assert (moved["uid"], moved["sequence"], moved["zone"]) == ("talks-1", 1, "Europe/Brussels")
    cancelled = run_json("events", "cancel", "talks", "--reason", "Snow.")
    assert (cancelled["status"], cancelled["reason"]) == ("cancelled", {"en": "Snow."})
    shown = run("events", "show", "talks-1").output
    assert "cancelled (Snow.)" in shown
    history = run_json("events", "show", "talks-1")["history"]
    assert [past["changed"] for past in history] == [[], ["end", "start"], ["reason", "status"]]
    assert history[-1]["published_at"] == cancelled["published_at"]
    assert [line.split()[1] for line in shown.splitlines() if line.startswith("sequence")] == [
        "0",
        "1",
        "2",
    ]


def test_an_event_is_postponed_to_a_month_and_changes_can_be_silent(
    run: Run, run_json: RunJson
) -> None:
    talks = ("events", "add", "--title", "Talks", "--start", "2027-05-03", "--language", "en")
    run_json(*talks, "--uid", "talks-1")
    moved = run_json("events", "move", "talks", "--start", "2027-05-04", "--silent")
    assert moved["start"] == "2027-05-04"
    postponed = run_json("events", "postpone", "talks", "--until", "2027-09", "--reason", "Snow.")
    assert (postponed["status"], postponed["month"]) == ("postponed", "2027-09")
    for day in ("2027-09-01", "next autumn"):
        told = run("events", "postpone", "talks", "--until", day, status=2).output
        assert "takes a month" in told
    with ready_service() as service, service.database.read() as session:
        silent = session.scalars(select(RevisionRow.silent).order_by(RevisionRow.sequence)).all()
        planned = session.scalars(select(DueRow.time_rev).where(DueRow.kind == "notice")).all()
    assert silent == [False, True, False]
    assert planned == [2]


def test_a_date_alone_means_all_day_and_the_end_is_included(run_json: RunJson) -> None:
    added = run_json(
        *("events", "add", "--title", "Fair", "--start", "2027-06-03", "--end", "2027-06-06")
    )
    assert (added["start"], added["end"]) == ("2027-06-03", "2027-06-06")
    moved = run_json("events", "move", "fair", "--start", "2027-07-01")
    assert (moved["start"], moved["end"]) == ("2027-07-01", "2027-07-04")
    month = run_json("events", "move", "fair", "--start", "2027-09")
    assert month["month"] == "2027-09"


def test_an_editor_is_told_of_what_is_over_as_soon_as_it_is_published(run: Run) -> None:
    fair = ("events", "add", "--title", "Fair", "--language", "en", "--start")
    told = run(*fair, "2020-06-03")
    assert "It is over already" in told.stderr
    assert "events move fair --start" in told.stderr
    assert "over already" not in run("events", "move", "fair", "--start", "2099-06-03").output
    assert "over already" in run("events", "move", "fair", "--start", "2020-06-03").stderr
    assert "over already" not in run("events", "postpone", "fair").output
    assert "over already" in run("events", "postpone", "fair", "--until", "2020-07").stderr
    assert "over already" not in run("events", "cancel", "fair").output


def test_an_editor_is_told_that_feeds_have_no_day_for_what_is_moved_to_a_month(run: Run) -> None:
    def moved(start: str) -> Result:
        return run("events", "move", "fair", "--start", start)

    run("events", "add", "--title", "Fair", "--start", "2027-06-03", "--language", "en")
    assert "feed" not in moved("2027-07-01").output
    told = moved("2027-09")
    assert "no feed has it on a day any more" in told.stderr
    assert "events postpone fair --until 2027-09" in told.stderr
    assert "feed" not in moved("2027-09").output
    assert "feed" not in moved("2027-10").output
    assert "feed" not in moved("2027-10-05").output
    run("events", "postpone", "fair")
    assert "feed" not in moved("2027-11").output  # it stays on its old day, marked


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("events", "add", "--title", "x", "--start", "7 July"), ("start", "2026-07-07")),
        (("events", "add", "--title", "x", "--start", "2027-05-03 10:00"), ("zone", "Europe/")),
        (
            ("events", "add", "--title", "x", "--start", "2027-05-03", "--end", "2027-05-01"),
            ("before the start",),
        ),
        (("events", "move", "nothing", "--start", "2027-05-03"), ("nothing", "events list")),
        (("events", "show", "nothing"), ("events list",)),
        (("seed", "--content", "."), ("feeds",)),
        (("mail", "test", "nobody"), ("nobody",)),
        (("rehearse", "--from", "2026-07-09", "--to", "2026-02-01"), ("--to",)),
    ],
)
def test_a_mistake_is_answered_in_words_without_a_traceback(
    run: Run, arguments: tuple[str, ...], words: tuple[str, ...]
) -> None:
    said = run(*arguments, status=1).output
    assert all(word in said for word in words), said
    assert "Traceback" not in said


def test_all_mistakes_of_a_new_event_are_named_at_once(run: Run, run_json: RunJson) -> None:
    said = run(
        *("events", "add", "--title", "", "--start", "7 July", "--end", "8 July"),
        *("--topic", "Press Room", "--slug", "A B", "--language", "albanian!"),
        status=1,
    ).output
    for field in ("start", "end", "title", "topics", "slug", "language"):
        assert f"new event: {field}" in said, said
    assert run_json("events", "list") == []


def test_a_topic_that_nothing_has_is_refused_with_those_that_there_are(
    seeded: None, run: Run, run_json: RunJson
) -> None:
    talks = ("events", "add", "--title", "Talks", "--start", "2027-05-03", "--language", "en")
    told = run(*talks, "--topic", "sumit", "--topic", "nato", "--topic", "x-y", status=1).output
    assert "new event: topics: no feed selects by 'sumit', and no event has it." in told
    assert "Did you mean 'summit'? To begin it, write --new-topic sumit." in told
    assert "no feed selects by 'x-y', and no event has it. There are defence-spending," in told
    assert "'nato'" not in told
    told = run(*talks[:-1], "albanian!", "--topic", "sumit", status=1).output
    assert "language" in told
    assert "'sumit'" in told
    added = run_json(*talks, "--topic", "summit", "--new-topic", "peace-talks")
    assert added["topics"] == ["summit", "peace-talks"]
    again = run_json(*talks, "--topic", "peace-talks")
    assert again["topics"] == ["peace-talks"]


def test_where_there_is_no_topic_yet_the_first_is_a_new_one(run: Run, run_json: RunJson) -> None:
    talks = ("events", "add", "--title", "Talks", "--start", "2027-05-03", "--language", "en")
    told = run(*talks, "--topic", "nato", status=1).output
    assert "no event has it. To begin it, write --new-topic nato." in told
    assert run_json(*talks, "--new-topic", "nato")["topics"] == ["nato"]


def test_a_conflict_is_told_with_both_sides_and_what_to_do(run: Run, tmp_path: Path) -> None:
    content = tmp_path / "content"
    (content / "feeds").mkdir(parents=True)
    (content / "seeds").mkdir()
    (content / "feeds" / "all.toml").write_text(
        'color = "navy"\nlanguages = ["en"]\ntitle = { en = "All" }\n[select]\neverything = true\n'
    )
    seed = content / "seeds" / "one.toml"
    text = (
        '[[event]]\nuid = "one"\nslug = "one"\nlanguage = "en"\nstart = 2027-05-03\n'
        'title = { en = "One" }\n'
    )
    seed.write_text(text)
    run("seed", "--content", str(content))
    run("events", "move", "one", "--start", "2027-05-10")
    seed.write_text(text.replace("05-03", "05-17"))
    said = run("seed", "--content", str(content), status=1).output
    for words in ("seeds/one.toml", "one", "2027-05-10", "2027-05-17", "--conflicts"):
        assert words in said
    run("seed", "--content", str(content), "--conflicts", "seed")
    assert "17 May 2027" in run("events", "list").output


def test_what_a_mistake_quotes_does_not_steer_the_terminal(run: Run) -> None:
    options = ("--start", "2027-03-28", "--language", "en", "--topic", "\x1b[31m")
    said = run("events", "add", "--title", "Talks", *options, status=1).output
    assert "\x1b" not in said
    assert r"\x1b[31m" in said


def test_feeds_are_listed_with_their_addresses(seeded: None, run: Run, run_json: RunJson) -> None:
    assert "http://127.0.0.1:8000/feeds/nato.ics" in run("feeds", "list").output
    assert {feed["slug"]: feed["events"] for feed in run_json("feeds", "list")} == {
        "nato": 4,
        "nato-summits": 2,
        "nato-ministerials": 2,
        "western-balkans": 1,
    }


def test_readers_are_listed(run: Run, run_json: RunJson) -> None:
    assert "Nobody" in run("readers", "list").output
    assert run_json("readers", "list") == []


def test_a_test_mail_goes_where_mails_go(run: Run, tmp_path: Path) -> None:
    assert "No relay" in run("mail", "test", "editor@example.org").output
    (file,) = (tmp_path / "var" / "mail" / "new").iterdir()
    mail = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert mail["To"] == "editor@example.org"
    assert mail.get_content() == "The calendar at http://127.0.0.1:8000 can send mail.\n"


def test_a_test_mail_has_the_headers_of_every_mail(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What other servers make of it tells what they will make of the others."""
    monkeypatch.setenv("CALENDAR_NAME", "Календар")
    run("mail", "test", "editor@example.org")
    (file,) = (tmp_path / "var" / "mail" / "new").iterdir()
    mail = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert mail["Subject"] == "Календар: this mail arrived"
    assert mail["Auto-Submitted"] == "auto-generated"
    others = composed(a_confirmation())
    of_lists = {"List-Id", "List-Unsubscribe", "List-Unsubscribe-Post"}
    of_this_one = {"Return-Path", "Delivered-To", "Content-Transfer-Encoding"}
    assert set(mail.keys()) - of_this_one == set(others.keys()) - of_lists


def test_the_database_is_upgraded_once(run_bare: Run) -> None:
    assert "from empty to" in run_bare("db", "upgrade").output
    assert "newest form" in run_bare("db", "upgrade").output


def test_the_doctor_finds_a_fresh_folder_without_tables_and_says_the_remedy(run_bare: Run) -> None:
    found = json.loads(run_bare("doctor", "--json", status=1).stdout)
    wrong = [(one["subject"], one["remedy"]) for one in found if one["health"] == "wrong"]
    assert wrong == [("database", "run `calendar-service db upgrade`.")]
    assert "mail" in {one["subject"] for one in found}


def test_the_doctor_tells_all_that_it_looked_at(seeded: None, run: Run, run_json: RunJson) -> None:
    found = {one["subject"]: one for one in run_json("doctor")}
    for subject in ("settings", "secret", "SQLite", "database", "content", "mail", "clock"):
        assert subject in found
    assert "CALENDAR_SMTP_URL" in found["mail"]["remedy"]
    assert "never seen" in found["worker"]["words"]


def test_the_doctor_names_a_secret_that_others_can_read_and_a_dead_relay(
    seeded: None, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "var" / "secret").chmod(0o644)
    monkeypatch.setenv("CALENDAR_SMTP_URL", "smtp://127.0.0.1:9")
    said = run("doctor", status=1).output
    assert "chmod 600" in said
    assert "127.0.0.1:9" in said


def test_the_doctors_help_lists_every_setting(run: Run) -> None:
    said = run("doctor", "--help").output
    assert all(setting.variable in said for setting in SETTINGS)
    assert "CALENDAR_CONFIG" in said


def test_a_wrong_setting_is_named_by_every_command(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALENDAR_ZONE", "Europe/Tirana")
    for arguments in (("events", "list"), ("doctor",), ("up",)):
        said = run(*arguments, status=1).output
        assert "CALENDAR_ZONE" in said
        assert "Europe/Brussels" in said


def test_a_rehearsal_shows_what_a_sample_reader_would_get_and_changes_nothing(
    seeded: None, run: Run, run_json: RunJson, tmp_path: Path
) -> None:
    dates = ("--from", "2026-02-01", "--to", "2026-07-09")
    said = run("rehearse", *dates).output
    assert "a sample reader" in said
    assert "Tuesday, 7 July 2026" in said
    assert "10 mails to 1 reader" in said
    assert len(list((tmp_path / "var" / "rehearsal" / "new").iterdir())) == 10
    mails = run_json("rehearse", *dates)
    assert [mail["local"] for mail in mails][-1] == "2026-07-07T08:00:00"
    assert run_json("readers", "list") == []


@pytest.mark.parametrize("day", ["2026-02-30", "1 February", "2026-02"])
def test_a_rehearsal_says_how_a_day_is_written(run: Run, day: str) -> None:
    said = run("rehearse", "--from", day, "--to", "2026-07-09", status=2).output
    assert f"{day!r} is no day; write it like 2026-02-01." in said


def test_a_rehearsal_leaves_a_folder_with_other_things_alone(
    seeded: None, run: Run, tmp_path: Path
) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter").write_text("kept")
    dates = ("--from", "2026-02-01", "--to", "2026-02-02")
    run("rehearse", *dates, "--maildir", str(tmp_path / "mine"), status=1)
    assert (tmp_path / "mine" / "letter").read_text() == "kept"


def test_a_rehearsal_leaves_the_mails_of_a_maildir_alone(run: Run, tmp_path: Path) -> None:
    run("mail", "test", "editor@example.org")
    (kept,) = (tmp_path / "var" / "mail" / "new").iterdir()
    dates = ("--from", "2026-02-01", "--to", "2026-02-02")
    said = run("rehearse", *dates, "--maildir", "var/mail", status=1).output
    assert "name an empty folder" in said
    assert kept.exists()


def test_a_rehearsal_takes_the_place_of_an_earlier_one(
    seeded: None, run: Run, tmp_path: Path
) -> None:
    for _ in range(2):
        run("rehearse", "--from", "2026-02-01", "--to", "2026-02-02", "--maildir", "mine")
    assert len(list((tmp_path / "mine" / "new").iterdir())) == 1


def test_feeds_are_exported_as_files_and_again_nothing_is_written(
    seeded: None, run: Run, run_json: RunJson, tmp_path: Path
) -> None:
    assert "out: 48 files written, 0 unchanged, 0 removed." in run("feeds", "export", "out").output
    assert (tmp_path / "out" / "feeds" / "nato.en.ics").read_bytes().startswith(b"BEGIN:VCALENDAR")
    assert run_json("feeds", "export", "out") == {"written": 0, "unchanged": 48, "removed": 0}


def test_a_folder_that_feeds_cannot_be_exported_to_is_named_with_the_remedy(
    seeded: None, run: Run
) -> None:
    said = run("feeds", "export", "missing/out", status=1).output
    assert "missing/out" in said
    assert "Make the folder above it first." in said
    assert "name a folder" in run("feeds", "export", "", status=2).output


def test_with_a_folder_to_publish_in_each_change_is_there_and_doctor_tells(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALENDAR_PUBLISH", "out")
    run("seed")
    run("events", "move", SUMMIT, "--start", "2026-07-09")
    feed = tmp_path / "out" / "feeds" / "nato.ics"
    assert b"20260709" in feed.read_bytes()
    assert "up to date in" in run("doctor").output
    feed.unlink()
    said = run("doctor", status=1).output
    assert "not as they should be in" in said
    assert "feeds export" in said
