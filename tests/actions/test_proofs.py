"""Proofs of work: asked for under pressure, good once, and made by somebody else's library."""

from __future__ import annotations

import json
import subprocess
from base64 import b64decode, b64encode
from collections.abc import Mapping
from pathlib import Path
from shutil import which
from typing import Any

import altcha
import pytest

from calendar_service.actions import limits, proofs
from calendar_service.actions.proofs import GOOD_FOR, challenge, is_solved
from calendar_service.actions.service import Service
from calendar_service.clock import SetClock
from calendar_service.web import app
from tests.actions.test_limits import ask
from tests.calendars_at_work import NATO, load_feeds
from tests.stores import WINTER

IP = "192.0.2.1"


@pytest.fixture(autouse=True)
def _little_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proofs, "COST", 1)


@pytest.fixture
def pressed(sqlite_service: Service) -> Service:
    load_feeds(sqlite_service, NATO)
    for number in range(limits.NETWORK.size):
        ask(sqlite_service, f"reader{number}@example.org", ip=IP)
    return sqlite_service


def solved(asked: Mapping[str, Any] | None) -> str:
    assert asked is not None
    found = altcha.Challenge.from_dict(dict(asked))
    solution = altcha.solve_challenge(found)
    assert solution is not None
    return altcha.Payload(found, solution).to_base64()


def written(told: object) -> str:
    return b64encode(json.dumps(told).encode()).decode()


def test_work_is_asked_for_under_pressure_alone(pressed: Service) -> None:
    assert challenge(pressed, IP) is not None
    assert challenge(pressed, "203.0.113.1") is None
    assert challenge(pressed, "") is None


def test_a_solution_is_good_once_and_for_its_network(pressed: Service) -> None:
    solution = solved(challenge(pressed, IP))
    assert not is_solved(pressed, solution, "203.0.113.1")
    assert is_solved(pressed, solution, "192.0.2.99")
    assert not is_solved(pressed, solution, "192.0.2.99")


def test_a_solution_is_good_for_some_minutes(pressed: Service, clock: SetClock) -> None:
    solution = solved(challenge(pressed, IP))
    clock.set(WINTER + GOOD_FOR)
    assert not is_solved(pressed, solution, IP)


def test_what_is_changed_or_made_up_is_none(pressed: Service) -> None:
    solution = solved(challenge(pressed, IP))
    told = json.loads(b64decode(solution))
    told["challenge"]["parameters"]["cost"] = 10**9
    other = altcha.create_challenge("SHA-256", 1, hmac_secret=b"theirs")
    changed = json.loads(b64decode(solution))
    changed["solution"]["counter"] += 1
    wrong = [
        *("", "x", "é", "a" * 5000, solution[:-9], b64encode(b"[]").decode()),
        *map(written, (told, changed, {}, [1], None)),
        solved(other.to_dict()),
    ]
    assert [one for one in wrong if is_solved(pressed, one, IP)] == []


@pytest.mark.skipif(which("node") is None, reason="needs Node.js to run the browser's script")
def test_the_browsers_script_solves_it(pressed: Service, tmp_path: Path) -> None:
    script = Path(app.__file__).parent / "static" / "proof.js"
    runner = tmp_path / "run.cjs"
    asked = json.dumps(challenge(pressed, IP))
    runner.write_text(f"{script.read_text()}\nsolve({asked}).then((one) => console.log(one));\n")
    done = subprocess.run(["node", runner], capture_output=True, text=True, check=True, timeout=60)
    assert is_solved(pressed, done.stdout.strip(), IP)


@pytest.mark.skipif(which("node") is None, reason="needs Node.js to run the browser's script")
@pytest.mark.parametrize("other", ["/feeds/nato/reminders", None])
def test_the_browsers_script_sends_a_form_to_where_its_button_says(
    tmp_path: Path, other: str | None
) -> None:
    script = Path(app.__file__).parent / "static" / "proof.js"
    runner = tmp_path / "run.cjs"
    runner.write_text(
        script.read_text()
        + f"""
globalThis.crypto ??= require("node:crypto").webcrypto;
globalThis.fetch = async () => ({{ json: async () => ({{ challenge: null }}) }});
const form = {{ action: "own", dataset: {{}}, elements: {{ proof: {{}} }}, setAttribute() {{}} }};
form.submit = () => console.log(form.action);
const submitter = {{ getAttribute: () => {json.dumps(other)} }};
send({{ target: form, submitter, preventDefault() {{}} }});
"""
    )
    done = subprocess.run(["node", runner], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == (other or "own")
