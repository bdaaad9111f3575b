"""Taking over readers who were confirmed in another tool."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import select

from calendar_service.actions import reader_cells
from calendar_service.actions.enrolling import Choices, Outcome
from calendar_service.actions.importing import Imported, import_readers
from calendar_service.actions.publishing import move_event
from calendar_service.actions.reader_export import count_exported, export_readers
from calendar_service.actions.reader_files import COLUMNS
from calendar_service.actions.service import Service
from calendar_service.actions.unsubscribing import unsubscribe
from calendar_service.catalog.spreadsheets import write_records
from calendar_service.clock import SetClock
from calendar_service.delivery.housekeeping import FORGET_AFTER, keep_house
from calendar_service.domain.when_documents import parse_when
from calendar_service.errors import InvalidInputError
from calendar_service.language.catalogues import LANGUAGES
from calendar_service.mail.addresses import AddressError, parse_address
from calendar_service.store.rows import AuditRow, ConsentRow, ReaderRow, SubscriptionRow
from tests.actions.test_signup import follows, stop_link
from tests.calendars_at_work import (
    NATO,
    SUMMITS,
    confirmed,
    deliveries,
    load_feeds,
    planned,
    publish_event,
)
from tests.stores import WINTER

HEADER = "email,feed,offsets,language,zone,consent"
WORDS = "I want to be reminded by email."


def row(address: str = "reader@example.org", feed: str = "nato", **cells: str) -> str:
    """One row below HEADER."""
    chosen = {"offsets": "P1D", "language": "en", "zone": "Europe/Tirane", "consent": WORDS}
    return ",".join([address, feed, *(chosen | cells).values()])


def load(
    service: Service, *rows: str, header: str = HEADER, batch: int = 3, **choices: bool
) -> Imported:
    """Imports rows below a header, a few a batch."""
    content = "\n".join([header, *rows, ""]).encode()
    return import_readers(
        service, BytesIO(content), "readers.csv", choices=Choices(**choices), batch=batch
    )


def outcomes(result: Imported) -> dict[str, int]:
    return {str(outcome): number for outcome, number in result.rows.items() if number}


def consents(service: Service) -> list[ConsentRow]:
    with service.database.read() as session:
        return list(session.scalars(select(ConsentRow).order_by(ConsentRow.id)))


def told(result: Imported) -> list[tuple[int, str]]:
    return [(refusal.line, refusal.column) for refusal in result.refusals]


def test_imported_readers_follow_and_are_planned_for_like_any_others(service: Service) -> None:
    load_feeds(service, NATO, SUMMITS)
    publish_event(service, "ministers", "2026-02-12")
    result = load(
        service,
        row("one@example.org", offsets="P7D P1D"),
        row("two@example.org", zone="Asia/Tokyo"),
        row("two@example.org", "summits"),
    )
    assert outcomes(result) == {"loaded": 3}
    assert follows(service) == [
        ("one@example.org", "nato", "P7D P1D"),
        ("two@example.org", "nato", "P1D"),
        ("two@example.org", "summits", "P1D"),
    ]
    assert planned(service) == [
        ("2026-02-05 07:00", "P7D", "Europe/Tirane"),
        ("2026-02-10 23:00", "P1D", "Asia/Tokyo"),
        ("2026-02-11 07:00", "P1D", "Europe/Tirane"),
    ]
    assert deliveries(service, "confirmation") == []


def test_however_many_batches_an_audience_has_it_is_planned_for_once(service: Service) -> None:
    load_feeds(service, NATO)
    publish_event(service, "ministers", "2026-02-12")
    rows = [row(f"reader{number}@example.org") for number in range(10)]
    assert outcomes(load(service, *rows, batch=2)) == {"loaded": 10}
    assert planned(service) == [("2026-02-11 07:00", "P1D", "Europe/Tirane")]


def test_who_leaves_and_an_event_that_moves_between_two_batches_cost_nobody_a_reminder(
    service: Service,
) -> None:
    load_feeds(service, NATO)
    publish_event(service, "summit", "2026-07-07")

    def meanwhile(_position: int, _size: int) -> None:
        """After the first batch its one reader leaves, so that nobody is planned for."""
        if planned(service) == [("2026-07-06 06:00", "P1D", "Europe/Tirane")]:
            unsubscribe(service, stop_link(service, "summit", "one@example.org"))
            move_event(service, "summit", parse_when("2026-09-01", None, None, "test"))

    content = "\n".join([HEADER, row("one@example.org"), row("two@example.org")]).encode()
    import_readers(service, BytesIO(content), "readers.csv", progress=meanwhile, batch=1)
    assert planned(service) == [("2026-08-31 06:00", "P1D", "Europe/Tirane")]


def test_the_words_agreed_to_are_kept_as_they_are_and_when(service: Service) -> None:
    load_feeds(service, NATO)
    words = "Oui, je veux\nqu’on me rappelle; c’est dit."
    load(
        service,
        row(language="sq", consent=f'"{words}",fr,2024-05-01 10:30:00+02:00,2024-05-02'),
        header=f"{HEADER},consent_language,asked_at,agreed_at",
    )
    (consent,) = consents(service)
    assert (consent.words, consent.language) == (words, "fr")
    assert consent.asked_at == datetime(2024, 5, 1, 8, 30, tzinfo=UTC)
    assert consent.agreed_at == datetime(2024, 5, 2, tzinfo=UTC)


def test_without_a_column_for_it_the_moment_of_the_import_is_when_they_agreed(
    service: Service,
) -> None:
    load_feeds(service, NATO)
    load(service, row(language="sq"))
    (consent,) = consents(service)
    assert (consent.language, consent.asked_at, consent.agreed_at) == ("sq", WINTER, WINTER)


def test_consent_at_is_another_name_for_it_and_columns_stand_in_any_order(
    service: Service,
) -> None:
    load_feeds(service, NATO)
    result = load(
        service,
        f"2024-05-02T08:00:00Z;{WORDS};sq;7;9:30;Europe/Tirane;P0D  p7d;nato;Reader@Example.ORG",
        header="Consent_At;Consent;Language;id;Hour;Zone;Offsets;Feed;E-Mail",
    )
    assert (outcomes(result), result.unused) == ({"loaded": 1}, ("id",))
    assert follows(service) == [("Reader@example.org", "nato", "P7D P0D")]
    assert consents(service)[0].agreed_at == datetime(2024, 5, 2, 8, tzinfo=UTC)
    with service.database.read() as session:
        assert session.scalars(select(SubscriptionRow.hour)).one() == "09:30"


def test_one_event_can_be_followed_by_its_uid_or_its_slug(service: Service) -> None:
    load_feeds(service, NATO)
    publish_event(service, "talks-1", "2026-02-12", slug="ministers")
    publish_event(service, "secret", "2026-02-12", status="draft")
    header = HEADER.replace("feed", "event")
    result = load(
        service,
        row("one@example.org", "talks-1"),
        row("two@example.org", "ministers"),
        row("three@example.org", "secret"),
        header=header,
    )
    assert [name for _, name, _ in follows(service)] == ["talks-1", "talks-1"]
    assert told(result) == [(4, "event")]
    assert len(planned(service)) == 1


def test_loading_the_same_file_again_changes_nothing(service: Service) -> None:
    load_feeds(service, NATO)
    rows = [row(f"reader{number}@example.org") for number in range(5)]
    assert load(service, *rows).changed
    before = follows(service)
    again = load(service, *rows)
    assert (outcomes(again), again.changed) == ({"unchanged": 5}, False)
    assert follows(service) == before
    assert len(consents(service)) == 5


def test_who_follows_already_keeps_the_choices_made_here_unless_told_otherwise(
    service: Service,
) -> None:
    load_feeds(service, NATO)
    publish_event(service, "ministers", "2026-02-12")
    confirmed(service, offsets=("P7D",))
    new = row("READER@example.org", offsets="P1D P0D", zone="Asia/Tokyo")
    kept = load(service, new)
    assert (outcomes(kept), kept.lines[Outcome.KEPT], kept.changed) == ({"kept": 1}, [2], False)
    assert follows(service) == [("reader@example.org", "nato", "P7D")]
    assert outcomes(load(service, new, update=True)) == {"updated": 1}
    assert follows(service) == [("reader@example.org", "nato", "P1D P0D")]
    assert [offset for _, offset, zone in planned(service) if zone == "Asia/Tokyo"] == [
        "P1D",
        "P0D",
    ]
    assert len(consents(service)) == 2
    assert outcomes(load(service, new, update=True)) == {"unchanged": 1}


@pytest.mark.parametrize("everything", [False, True])
def test_who_has_unsubscribed_since_is_left_alone_unless_told_otherwise(
    service: Service, everything: bool
) -> None:
    load_feeds(service, NATO, SUMMITS)
    publish_event(service, "ministers", "2026-02-12")
    rows = row(), row("other@example.org")
    load(service, *rows)
    unsubscribe(service, stop_link(service, "ministers"), everything=everything)
    for update in (False, True):
        again = load(service, *rows, update=update)
        assert outcomes(again) == {"stopped": 1, "unchanged": 1}
        assert again.lines[Outcome.STOPPED] == [2]
    assert follows(service) == [("other@example.org", "nato", "P1D")]
    assert outcomes(load(service, *rows, resubscribe=True)) == {"resubscribed": 1, "unchanged": 1}
    assert len(follows(service)) == 2


def test_who_has_left_everything_is_not_brought_back_by_another_feed(
    service: Service, clock: SetClock
) -> None:
    load_feeds(service, NATO, SUMMITS)
    publish_event(service, "ministers", "2026-02-12")
    load(service, row())
    unsubscribe(service, stop_link(service, "ministers"))
    assert outcomes(load(service, row(feed="summits"))) == {"stopped": 1}
    assert outcomes(load(service, row(feed="summits"), resubscribe=True)) == {"resubscribed": 1}
    clock.set(WINTER + FORGET_AFTER + timedelta(days=1))
    keep_house(service)
    assert follows(service) == [("reader@example.org", "summits", "P1D")]


def test_who_has_stopped_one_feed_can_still_be_given_another(service: Service) -> None:
    load_feeds(service, NATO, SUMMITS)
    publish_event(service, "ministers", "2026-02-12")
    load(service, row())
    confirmed(service, feed="summits")
    unsubscribe(service, stop_link(service, "ministers"))
    header = HEADER.replace("feed", "event")
    assert outcomes(load(service, row())) == {"stopped": 1}
    assert outcomes(load(service, row(feed="ministers"), header=header)) == {"loaded": 1}


def test_a_row_that_says_the_same_twice_counts_once_and_one_that_contradicts_is_named(
    service: Service,
) -> None:
    load_feeds(service, NATO)
    result = load(
        service,
        row(),
        row("other@example.org"),
        row("Reader@Example.org"),
        row(offsets="P7D"),
        batch=1,
    )
    assert outcomes(result) == {"loaded": 2, "repeated": 1, "refused": 1}
    (refusal,) = result.refusals
    assert (refusal.line, refusal.column) == (5, "email")
    assert "line 2" in refusal.message
    assert follows(service)[0] == ("reader@example.org", "nato", "P1D")


@pytest.mark.parametrize(
    ("cells", "column", "words"),
    [
        ({"address": "nobody"}, "email", "reader@example.org"),
        ({"address": ""}, "email", "reader@example.org"),
        ({"address": "a b@example.org"}, "email", "reader@example.org"),
        ({"feed": "natto"}, "feed", "Did you mean 'nato'"),
        ({"feed": ""}, "feed", "nato"),
        ({"offsets": "P1D tomorrow"}, "offsets", "P7D"),
        ({"offsets": ""}, "offsets", "P7D P1D"),
        ({"offsets": " ".join(f"P{days}D" for days in range(11))}, "offsets", "10 are the most"),
        ({"language": "xx"}, "language", ", ".join(LANGUAGES)),
        ({"zone": "Europe/Tirana"}, "zone", "Did you mean 'Europe/Tirane'"),
        ({"consent": ""}, "consent", "agreed to"),
        ({"consent": "no"}, "consent", "no consent"),
        ({"consent": "yes\x00"}, "consent", "U+0000"),
        ({"consent": "yes,no"}, "", "in quotes"),
        ({"consent": '"yes'}, "", "twice"),
        ({"consent": "yes,2024-13-01"}, "agreed_at", "2026-02-12"),
        ({"consent": "yes,2026-01-06"}, "agreed_at", "still to come"),
        ({"consent": "yes,0001-01-01T00:00+14:00"}, "agreed_at", "2026-02-12"),
        ({"consent": "yes,,2024-05-01,xx"}, "consent_language", ", ".join(LANGUAGES)),
        ({"consent": "yes,,2026-05-01"}, "asked_at", "still to come"),
        ({"consent": "yes,,,,25:00"}, "hour", "08:00"),
        ({"consent": "yes,,,,,ministers"}, "event", "a row for each"),
    ],
)
def test_a_bad_row_is_named_with_its_remedy_and_the_others_are_loaded(
    sqlite_service: Service, cells: dict[str, str], column: str, words: str
) -> None:
    load_feeds(sqlite_service, NATO)
    more = ["agreed_at", "asked_at", "consent_language", "hour", "event"]
    extra = [] if "," not in cells.get("consent", "") else more
    extra = extra[: cells.get("consent", "").count(",")] if column else []
    rest = "," * len(extra)
    result = load(
        sqlite_service,
        row("first@example.org") + rest,
        row(**cells) + (rest if "," not in cells.get("consent", "") else ""),
        row("last@example.org") + rest,
        header=",".join([HEADER, *extra]),
    )
    assert [address for address, _, _ in follows(sqlite_service)] == [
        "first@example.org",
        "last@example.org",
    ]
    assert told(result) == [(3, column)]
    assert words in result.refusals[0].message


def test_all_that_is_wrong_with_a_row_is_told_at_once_in_the_order_of_the_columns(
    sqlite_service: Service,
) -> None:
    load_feeds(sqlite_service, NATO)
    bad = row("nobody", "none", offsets="x", language="x", zone="x", consent="")
    result = load(sqlite_service, bad, bad)
    columns = ["email", "feed", "offsets", "language", "zone", "consent"]
    assert told(result) == [(line, column) for line in (2, 3) for column in columns]
    assert outcomes(result) == {"refused": 2}


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("email,feed,offsets,language,zone", ("no column consent",)),
        ("email,feed,offset,language,zone,consent", ("no column offsets", "'offset'")),
        ("email,offsets,language,zone,consent", ("no column feed",)),
        ("email,feed,offsets,language,zone,consent,E-Mail", ("'email' is there twice",)),
        ("one@example.org,nato,P1D,en,UTC,yes", ("no column email", "any order")),
        ("", ("no column email",)),
    ],
)
def test_a_file_without_the_columns_it_needs_is_refused_before_anything_is_loaded(
    sqlite_service: Service, header: str, words: tuple[str, ...]
) -> None:
    load_feeds(sqlite_service, NATO)
    with pytest.raises(InvalidInputError, match="readers.csv: line 1") as caught:
        load(sqlite_service, row(), header=header) if header else import_readers(
            sqlite_service, BytesIO(b""), "readers.csv"
        )
    assert all(word in str(caught.value) for word in words), caught.value
    assert follows(sqlite_service) == []


def test_a_latin_1_file_is_refused_whole_with_the_line(sqlite_service: Service) -> None:
    load_feeds(sqlite_service, NATO)
    rows = [row(f"reader{number}@example.org") for number in range(20)]
    text = "\n".join([HEADER, *rows, row(consent="Oui, d'accord été")])
    with pytest.raises(InvalidInputError, match=r"line 22, character \d+: the byte 0xE9"):
        import_readers(sqlite_service, BytesIO(text.encode("latin-1")), "readers.csv", batch=2)
    assert follows(sqlite_service) == []


def test_a_dry_run_tells_the_same_and_writes_nothing(service: Service) -> None:
    load_feeds(service, NATO)
    publish_event(service, "ministers", "2026-02-12")
    confirmed(service, "here@example.org")
    rows = [
        row("here@example.org"),
        row("new@example.org"),
        row("nobody"),
        row("here@example.org", "none"),
    ]
    dry = load(service, *rows, dry_run=True)
    assert follows(service) == [("here@example.org", "nato", "P1D")]
    assert len(consents(service)) == 1
    assert (outcomes(dry), dry.refusals) == (
        {"unchanged": 1, "loaded": 1, "refused": 2},
        load(service, *rows).refusals,
    )


def test_what_comes_through_a_pipe_is_read_too(sqlite_service: Service) -> None:
    load_feeds(sqlite_service, NATO)
    reading, writing = os.pipe()
    with os.fdopen(writing, "wb") as pipe:
        pipe.write(f"{HEADER}\n{row()}\n".encode())
    with os.fdopen(reading, "rb") as pipe:
        assert outcomes(import_readers(sqlite_service, pipe, "-")) == {"loaded": 1}


def test_the_progress_ends_at_the_size_of_the_file(sqlite_service: Service) -> None:
    load_feeds(sqlite_service, NATO)
    rows = [row(f"reader{number}@example.org") for number in range(2000)]
    content = "\n".join([HEADER, *rows]).encode()
    steps: list[tuple[int, int]] = []
    import_readers(
        sqlite_service,
        BytesIO(content),
        "readers.csv",
        progress=lambda position, size: steps.append((position, size)),
        batch=500,
    )
    assert [size for _, size in steps] == [len(content)] * 4
    assert steps[0][0] < steps[-1][0] == len(content)


def test_the_audit_trail_tells_which_file_was_imported_and_names_no_reader(
    service: Service,
) -> None:
    load_feeds(service, NATO)
    load(service, row(), row("other@example.org"))
    load(service, row(), row("other@example.org"))
    with service.database.read() as session:
        lines = session.scalars(select(AuditRow).where(AuditRow.action == "reader.import")).all()
    assert [(line.actor, line.subject, line.detail["rows"]) for line in lines] == [
        ("operator", "readers.csv", 2)
    ]
    assert "@" not in str(lines[0].detail)


@pytest.mark.parametrize(
    "address",
    [
        "reader@example.org",
        "Reader+news@EXAMPLE.org",
        "first.last@bücher.example",
        "a..b@example.org",
        ".a@example.org",
        "a.@example.org",
        "a@b@example.org",
        "@example.org",
        "élira@example.org",
        f"{'a' * 64}@example.org",
        f"{'a' * 65}@example.org",
        f"{'a' * 60}@{'b' * 60}.{'c' * 60}.{'d' * 60}.example.org",
        "o'brien@example.org",
        "reader@localhost",
    ],
)
def test_an_address_is_read_alike_whether_its_domain_was_seen_before_or_not(
    sqlite_service: Service, address: str
) -> None:
    load_feeds(sqlite_service, NATO)
    domain = address.rpartition("@")[2]
    result = load(sqlite_service, row(f"seen.before@{domain}"), row(address))
    try:
        expected = [parse_address(address)]
    except AddressError:
        expected = []
        assert told(result)[-1] == (3, "email")
    found = [one for one, _, _ in follows(sqlite_service) if "seen.before" not in one]
    assert found == expected


def test_a_language_is_known_however_its_code_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader_cells, "LANGUAGES", ("sr", "sr-Latn"))
    for text in ("sr-Latn", "sr-latn", "SR_LATN"):
        assert reader_cells.read_language(text) == "sr-Latn"
    assert reader_cells.read_language("SR") == "sr"


def exported(service: Service) -> list[dict[str, str]]:
    return list(export_readers(service))


def as_csv(rows: Iterable[dict[str, str]]) -> str:
    return "".join(write_records([COLUMNS, *(row.values() for row in rows)]))


def test_what_is_exported_can_be_imported_elsewhere_and_nothing_is_lost(
    service: Service, clock: SetClock
) -> None:
    load_feeds(service, NATO, SUMMITS)
    publish_event(service, "talks", "2026-02-12")
    load(
        service,
        row(
            "=cmd@example.org",
            consent='"=A1(""x"")",fr,2024-05-01,2024-05-02 07:08:09.5,21:45',
        ),
        row("+355@example.org", consent="'=1 I agree,,,,"),
        row("-@example.org", "summits", consent='"I agree;\n\n  to ""this"", too",sq,,2024-05-02,'),
        header=f"{HEADER},consent_language,asked_at,agreed_at,hour",
    )
    clock.set(WINTER + timedelta(hours=1, microseconds=7))
    confirmed(service, "reader@example.org", language="fr", offsets=("P7D", "PT24H"))
    confirmed(service, "reader@example.org", event="talks", zone="Asia/Tokyo")
    confirmed(service, "left@example.org", feed="summits")
    confirmed(service, "reader@example.org", offsets=("P1D", "P0D"))  # agrees once more
    unsubscribe(service, stop_link(service, "talks", "left@example.org"), everything=True)
    rows, text = exported(service), as_csv(exported(service))
    assert count_exported(service) == len(rows) == 5
    assert rows[0]["consent"] == '=A1("x")'
    assert not any(line.startswith(("=", "+", "-", "@")) for line in text.splitlines())
    with service.database.write() as session:
        for reader in session.scalars(select(ReaderRow)):
            session.delete(reader)
    assert exported(service) == []
    again = import_readers(service, BytesIO(text.encode()), "readers.csv")
    assert outcomes(again) == {"loaded": 5}
    assert sorted(map(str, exported(service))) == sorted(map(str, rows))


def pauses(service: Service) -> dict[str, str]:
    """Until when each address is paused, as a file has it."""
    return {one["email"]: one["paused_until"] for one in exported(service)}


PAUSED = f"{HEADER},paused_until"


def test_a_pause_goes_out_and_comes_in_with_its_reader(service: Service, clock: SetClock) -> None:
    load_feeds(service, NATO)
    load(
        service,
        row("day@example.org", zone="Asia/Tokyo", consent=f"{WORDS},2026-03-01"),
        row("instant@example.org", consent=f"{WORDS},2026-03-01T08:00:00+02:00"),
        row("open@example.org", consent=f"{WORDS},Resumed"),
        row("over@example.org", consent=f"{WORDS},2026-01-01"),
        row("never@example.org", consent=f"{WORDS},"),
        header=PAUSED,
    )
    known = {
        "day@example.org": "2026-02-28T15:00:00+00:00",
        "instant@example.org": "2026-03-01T06:00:00+00:00",
        "open@example.org": "resumed",
        "over@example.org": "",
        "never@example.org": "",
    }
    assert pauses(service) == known
    text = as_csv(exported(service)).encode()
    assert outcomes(import_readers(service, BytesIO(text), "same.csv")) == {"unchanged": 5}
    with service.database.write() as session:
        for reader in session.scalars(select(ReaderRow)):
            session.delete(reader)
    assert outcomes(import_readers(service, BytesIO(text), "elsewhere.csv")) == {"loaded": 5}
    assert pauses(service) == known
    clock.set(datetime(2026, 3, 1, 6, 0, tzinfo=UTC))
    assert {one for one in pauses(service).values() if one} == {"resumed"}


def test_who_is_paused_here_stays_so_unless_a_file_says_until_when(service: Service) -> None:
    load_feeds(service, NATO)
    load(service, row(consent=f"{WORDS},2026-03-01"), header=PAUSED)
    before = pauses(service)
    assert outcomes(load(service, row(), update=True)) == {"unchanged": 1}
    assert outcomes(load(service, row(language="fr"), update=True)) == {"updated": 1}
    assert pauses(service) == before
    later = row(language="fr", consent=f"{WORDS},2026-04-01")
    assert outcomes(load(service, later, header=PAUSED)) == {"kept": 1}
    assert pauses(service) == before
    assert outcomes(load(service, later, header=PAUSED, update=True)) == {"updated": 1}
    assert pauses(service) == {"reader@example.org": "2026-03-31T22:00:00+00:00"}


def test_who_is_taken_back_is_paused_no_more(service: Service) -> None:
    load_feeds(service, NATO)
    publish_event(service, "summit", "2026-07-07")
    load(service, row(consent=f"{WORDS},resumed"), header=PAUSED)
    unsubscribe(service, stop_link(service, "summit"))
    assert outcomes(load(service, row(), resubscribe=True)) == {"resubscribed": 1}
    assert pauses(service) == {"reader@example.org": ""}


@pytest.mark.parametrize("cell", ["soon", "2026-13-01", "01.03.2026", "9999-01-01", "no"])
def test_a_pause_that_is_none_is_named_with_its_remedy(sqlite_service: Service, cell: str) -> None:
    load_feeds(sqlite_service, NATO)
    result = load(sqlite_service, row(consent=f"{WORDS},{cell}"), header=PAUSED)
    assert told(result) == [(2, "paused_until")]
    assert "resumed" in result.refusals[0].message


KILLED = """
import sys
from calendar_service.actions.importing import import_readers
from calendar_service.cli.context import ready_service

with ready_service() as service, open(sys.argv[1], "rb") as file:
    import_readers(service, file, "readers.csv", batch=50)
"""
ZONES = ("Europe/Tirane", "Asia/Tokyo", "America/New_York", "Europe/London", "UTC")


def count_readers(service: Service) -> int:
    with service.database.read() as session:
        return len(session.scalars(select(ReaderRow.id)).all())


def zones_followed(service: Service) -> set[str]:
    with service.database.read() as session:
        return set(session.scalars(select(SubscriptionRow.zone)))


def test_killed_in_the_middle_what_is_loaded_is_planned_and_loading_again_completes_it(
    service: Service, tmp_path: Path
) -> None:
    load_feeds(service, NATO)
    publish_event(service, "jubilee", "2099-07-07")
    rows = [
        row(f"reader{number}@example.org", zone=f"Etc/GMT{number // 200 - 12:+d}")
        for number in range(5000)
    ]
    file = tmp_path / "readers.csv"
    file.write_text("\n".join([HEADER, *rows]), encoding="utf-8")
    url = service.database.url.render_as_string(hide_password=False)
    child = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(file)],
        env=os.environ | {"CALENDAR_DATABASE_URL": url, "CALENDAR_VAR": str(service.settings.var)},
    )
    while count_readers(service) == 0 and child.poll() is None:
        time.sleep(0.005)
    child.kill()
    assert child.wait() == -signal.SIGKILL
    loaded = count_readers(service)
    assert 0 < loaded < 5000
    assert loaded % 50 == 0
    assert {zone for _, _, zone in planned(service)} == zones_followed(service)
    assert outcomes(load(service, *rows, batch=1000)) == {
        "unchanged": loaded,
        "loaded": 5000 - loaded,
    }
    assert {zone for _, _, zone in planned(service)} == zones_followed(service)
    assert len(zones_followed(service)) == 25
