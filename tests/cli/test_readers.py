"""What an operator types to take readers over, to list, to give out and to forget them."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from calendar_service.cli import main
from calendar_service.clock import SystemClock
from calendar_service.language.catalogues import LANGUAGES
from tests.cli.conftest import Run

pytestmark = pytest.mark.thorough

RunJson = Callable[..., Any]
HEADER = "email,feed,offsets,language,zone,consent"
WORDS = "I want to be reminded by email."
ONE = f"one@example.org,nato,P7D P1D,sq,Europe/Tirane,{WORDS}"
TWO = f"two@example.org,western-balkans,P1D,en,Europe/London,{WORDS}"


@pytest.fixture
def readers_csv(seeded: None, run: Run, tmp_path: Path) -> Path:
    """A file with two readers, of an installation with content."""
    file = tmp_path / "readers.csv"
    file.write_text(f"{HEADER}\n{ONE}\n{TWO}\n", encoding="utf-8")
    return file


def test_readers_are_imported_once_and_again_changes_nothing(run: Run, readers_csv: Path) -> None:
    said = run("readers", "import", str(readers_csv)).output
    assert "readers.csv: 2 rows" in said
    assert "2 loaded" in said
    said = run("readers", "import", str(readers_csv)).output
    assert "2 were like that already" in said
    assert "Nothing changed." in said


def test_a_bad_row_is_named_with_file_line_column_and_remedy_and_the_status_is_1(
    run: Run, readers_csv: Path
) -> None:
    readers_csv.write_text(f"{HEADER}\n{ONE}\nnobody,nato,P1D,en,Europe/Tirana,yes\n{TWO}\n")
    said = run("readers", "import", str(readers_csv), status=1)
    assert "readers.csv, line 3, email: 'nobody' is no mail address" in said.stderr
    assert "readers.csv, line 3, zone: " in said.stderr
    assert "Did you mean 'Europe/Tirane'?" in said.stderr
    assert "2 loaded" in said.stdout
    assert "1 refused" in said.stdout


def test_an_import_tells_scripts_all_of_it_as_json(run: Run, readers_csv: Path) -> None:
    readers_csv.write_text(f"{HEADER},id\n{ONE},7\n{ONE},8\n,nato,P1D,en,UTC,yes,9\n")
    told = json.loads(run("readers", "import", str(readers_csv), "--json", status=1).stdout)
    assert (told["rows"], told["loaded"], told["repeated"], told["refused"]) == (3, 1, 1, 1)
    assert told["unused_columns"] == ["id"]
    assert [(one["line"], one["column"]) for one in told["problems"]] == [(4, "email")]
    assert "reader@example.org" in told["problems"][0]["message"]


def test_a_dry_run_writes_nothing(run: Run, run_json: RunJson, readers_csv: Path) -> None:
    said = run("readers", "import", str(readers_csv), "--dry-run").output
    assert "2 loaded" in said
    assert "dry run" in said
    assert run_json("readers", "list") == []


def test_what_stays_as_it_is_is_told_with_its_lines_and_the_option(
    run: Run, run_json: RunJson, readers_csv: Path
) -> None:
    run("readers", "import", str(readers_csv))
    readers_csv.write_text(f"{HEADER}\n{ONE.replace('P7D P1D', 'P0D')}\n{TWO}\n")
    said = run("readers", "import", str(readers_csv)).output
    assert "1 follow already with other choices, which stay; --update replaces" in said
    assert "(line 2)" in said
    said = run("readers", "import", str(readers_csv), "--update").output
    assert "1 updated" in said
    assert run_json("readers", "list")[0]["offsets"] == ["P0D"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"name,mail\n", "no column email"),
        (f"{HEADER}\n".encode("utf-16"), "UTF-16"),
        (f"{HEADER}\n{ONE} \xe9\n".encode("latin-1"), "line 2, character 79"),
        (b"", "no column email"),
    ],
)
def test_a_file_that_is_none_of_readers_is_refused_in_words(
    run: Run, readers_csv: Path, content: bytes, words: str
) -> None:
    readers_csv.write_bytes(content)
    said = run("readers", "import", str(readers_csv), status=1).output
    assert words in said
    assert "Traceback" not in said


def test_import_and_export_work_through_pipes(
    run: Run, run_json: RunJson, readers_csv: Path
) -> None:
    def piped(*arguments: str, given: bytes = b"") -> bytes:
        command = [sys.executable, "-m", "calendar_service", "readers", *arguments]
        return subprocess.run(command, input=given, capture_output=True, check=True).stdout

    assert b"standard input: 2 rows" in piped("import", "-", given=readers_csv.read_bytes())
    text = piped("export")
    assert text.decode().splitlines()[1].startswith("one@example.org,nato,,,P7D P1D,sq,Europe/Tir")
    assert b"2 were like that already" in piped("import", "-", given=text)
    lines = [json.loads(line) for line in piped("export", "--json").splitlines()]
    assert [line["email"] for line in lines] == ["one@example.org", "two@example.org"]
    assert lines[0]["consent"] == WORDS


def test_what_a_reader_is_sent_is_changed_for_them_and_told(
    run: Run, run_json: RunJson, readers_csv: Path
) -> None:
    run("readers", "import", str(readers_csv))
    changing = ("readers", "change", "one@example.org")
    said = run(*changing, "--lang", "fr", "--offsets", "PT24H P7D", "--digest", "weekly").stdout
    line = said.splitlines()[1].split()
    assert line[:2] + line[4:] == ["feed", "nato", "fr", "Europe/Tirane", "08:00", "yes", "weekly"]
    assert said.endswith("A mail tells them how it is now.\n")
    (changed,) = run_json(*changing, "--no-notices", "--hour", "18:30", "--digest", "none")
    assert changed["offsets"] == ["P7D", "PT24H"]
    assert (changed["hour"], changed["notices"], changed["digest"]) == ("18:30", False, None)
    listed = run_json("readers", "list")[0]
    assert changed.items() <= listed.items()
    said = run(*changing, "--no-notices", "--silent").stdout
    assert said == "Nothing changed: it is so already.\n"


def test_a_reader_is_paused_and_goes_on(run: Run, run_json: RunJson, readers_csv: Path) -> None:
    run("readers", "import", str(readers_csv))
    changing = ("readers", "change", "one@example.org")
    (changed,) = run_json(*changing, "--pause-until", "resumed", "--lang", "fr")
    assert (changed["paused_until"], changed["language"]) == ("resumed", "fr")
    assert changed.items() <= run_json("readers", "list")[0].items()
    said = run(*changing, "--pause-until", "2190-01-01").stdout
    assert said.splitlines()[1].endswith("2189-12-31T23:00:00+00:00")
    (changed,) = run_json(*changing, "--resume")
    assert changed["paused_until"] is None
    assert run(*changing, "--resume").stdout == "Nothing changed: it is so already.\n"


@pytest.mark.parametrize(
    ("typed", "status", "words"),
    [
        (("--pause-until", "soon"), 2, "write it like 2026-09-01, or resumed"),
        (("--pause-until", "2001-01-01"), 1, "has begun already"),
        (("--pause-until", "resumed", "--resume"), 2, "not both"),
        ((), 2, "Name what to change, like --lang sq"),
        (("--lang", "xx"), 2, f"write one of {', '.join(LANGUAGES)}"),
        (("--zone", "Europe/Tirana"), 2, "Did you mean 'Europe/Tirane'?"),
        (("--hour", "noon"), 2, "write it like 08:00"),
        (("--offsets", ""), 2, "write one or more"),
        (("--digest", "often"), 2, "write daily or weekly"),
        (("--lang", "sq", "--feed", "x", "--event", "x"), 2, "a feed, an event or a search"),
        (("--lang", "sq", "--feed", "western-balkans"), 1, "does not follow the feed"),
    ],
)
def test_a_change_that_cannot_be_made_is_refused_with_a_remedy(
    run: Run, readers_csv: Path, typed: tuple[str, ...], status: int, words: str
) -> None:
    run("readers", "import", str(readers_csv))
    said = run("readers", "change", "one@example.org", *typed, status=status).output
    assert words in " ".join(said.split())


def test_an_export_into_a_file_is_for_its_owner_alone(
    run: Run, readers_csv: Path, tmp_path: Path
) -> None:
    run("readers", "import", str(readers_csv))
    before = {file.name for file in tmp_path.iterdir()}
    file = tmp_path / "out.csv"
    assert "2 rows" in run("readers", "export", str(file)).output
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(file.read_text().splitlines()) == 3
    assert {file.name for file in tmp_path.iterdir()} - before == {"out.csv"}
    said = run("readers", "export", str(tmp_path / "nowhere" / "out.csv"), status=1).output
    assert "cannot be written" in said


def test_readers_are_listed_by_feed_and_by_event(
    run: Run, run_json: RunJson, readers_csv: Path
) -> None:
    run("readers", "import", str(readers_csv))
    listed = run("readers", "list").output.splitlines()
    headings = "ADDRESS FOLLOWS OFFSETS LANGUAGE ZONE NOTICES DIGEST NOT WRITTEN TO"
    assert " ".join(listed[0].split()) == headings
    of_one = "one@example.org feed nato P7D P1D sq Europe/Tirane yes none"
    assert " ".join(listed[1].split()) == of_one
    assert len(listed) == 3

    def of(*choice: str) -> list[str]:
        return [one["address"] for one in run_json("readers", "list", *choice)]

    assert of() == ["one@example.org", "two@example.org"]
    assert of("--feed", "western-balkans") == ["two@example.org"]
    # Every event is in the feed `nato`, and the summit in none of the western Balkans.
    assert of("--event", "nato-summit-ankara-2026") == ["one@example.org"]
    assert "feeds list" in run("readers", "list", "--feed", "none", status=1).output
    assert "events list" in run("readers", "list", "--event", "none", status=1).output
    assert "Nobody" in run("readers", "list", "--feed", "nato-summits").output


def test_many_readers_are_listed_in_columns_and_as_one_json_array(
    run: Run, run_json: RunJson, readers_csv: Path
) -> None:
    rows = [ONE.replace("one@", f"reader{number}@") for number in range(1200)]
    readers_csv.write_text("\n".join([HEADER, *rows]))
    run("readers", "import", str(readers_csv))
    lines = run("readers", "list").output.splitlines()
    assert len(lines) == 1201
    assert len({line.index("feed nato") for line in lines[1:500]}) == 1
    assert len(run_json("readers", "list")) == 1200


def test_erasing_asks_first_and_tells_what_is_here(
    run: Run, run_json: RunJson, readers_csv: Path
) -> None:
    run("readers", "import", str(readers_csv))
    asked = CliRunner().invoke(main, ["readers", "erase", "one@example.org"], input="n\n")
    assert asked.exit_code == 1
    assert "feed nato" in asked.output
    assert len(run_json("readers", "list")) == 2
    asked = CliRunner().invoke(main, ["readers", "erase", "one@example.org"], input="y\n")
    assert asked.exit_code == 0
    assert "erased" in asked.output
    assert [one["address"] for one in run_json("readers", "list")] == ["two@example.org"]


def test_erasing_can_be_scripted_and_an_unknown_address_has_status_1(
    run: Run, run_json: RunJson, readers_csv: Path
) -> None:
    run("readers", "import", str(readers_csv))
    assert run_json("readers", "erase", "TWO@example.org", "--yes") == {
        "follows": ["feed western-balkans"],
        "consents": 1,
        "signups": 0,
        "deliveries": {},
    }
    said = run("readers", "erase", "two@example.org", "--yes", status=1).output
    assert "Nothing is held about 'two@example.org'" in said


def test_an_address_is_never_written_to_again_until_the_operator_says_so(run: Run) -> None:
    run("readers", "allow", "reader@example.org", status=1)
    assert "any more" in run("readers", "suppress", "reader@example.org").output
    assert "before" in run("readers", "suppress", "Reader@Example.org").output
    doctor = run("doctor").output
    assert "1 address is not written to: 1 for operator" in doctor
    assert run("readers", "allow", "reader@example.org").output.endswith(": operator.\n")


def test_who_is_not_written_to_is_listed_with_why_and_alone_if_asked(
    run: Run, run_json: RunJson, readers_csv: Path
) -> None:
    run("readers", "import", str(readers_csv))
    assert run("readers", "list", "--suppressed").output == "Nobody.\n"
    run("readers", "suppress", "ONE@example.org")
    today = SystemClock().now().date()
    one, two = run("readers", "list").output.splitlines()[1:]
    assert one.endswith(f"none    operator, {today}")
    assert two.endswith("none")
    (listed,) = run_json("readers", "list", "--suppressed")
    assert listed["address"] == "one@example.org"
    assert listed["suppressed"].items() >= {"why": "operator", "status": ""}.items()
    assert listed["suppressed"]["since"].startswith(str(today))
    assert [one["suppressed"] is None for one in run_json("readers", "list")] == [False, True]
    assert len(run("readers", "list", "--suppressed").output.splitlines()) == 2
