"""Whatever an event says, each format stays what it is, and tells just that."""

from __future__ import annotations

import csv
import io
import json

import feedparser
from hypothesis import given, settings

from calendar_service.catalog.spreadsheets import guard, unguard, write_records
from calendar_service.domain.events import Event
from calendar_service.domain.plain_text import one_line
from calendar_service.syndication.atom import write_atom
from calendar_service.syndication.items import Item
from calendar_service.syndication.json_feed import write_json_feed
from calendar_service.syndication.json_ld import json_ld_for_page
from calendar_service.syndication.records import COLUMNS, records
from tests.builders import revision
from tests.domain.strategies import events
from tests.syndication.samples import HEADING, ORIGIN


def item_of(event: Event) -> Item:
    return Item(revision(event), "en", ORIGIN)


@settings(max_examples=40, deadline=None)
@given(events())
def test_atom_is_read_without_complaint_and_says_the_title(event: Event) -> None:
    read = feedparser.parse(write_atom(HEADING, [item_of(event)]), sanitize_html=False)
    assert not read.bozo, read.get("bozo_exception")
    (entry,) = read.entries
    assert entry.id
    assert entry.link.startswith(f"{ORIGIN}/events/")
    assert one_line(entry.title) == one_line(item_of(event).title).strip()


@settings(max_examples=40, deadline=None)
@given(events())
def test_json_says_the_title_and_nothing_ends_its_script(event: Event) -> None:
    item = item_of(event)
    (read,) = json.loads(write_json_feed(HEADING, [item]))["items"]
    assert read["title"] == item.title
    script = json_ld_for_page(item)
    assert "<" not in script
    assert json.loads(script)["name"] == event.title_in("en")


@settings(max_examples=40, deadline=None)
@given(events())
def test_a_spreadsheet_has_every_cell_and_no_formula(event: Event) -> None:
    written = "".join(write_records(records([item_of(event)])))
    header, row = csv.reader(io.StringIO(written, newline=""), strict=True)
    assert tuple(header) == COLUMNS
    assert not [cell for cell in row if cell[:1] in {"=", "+", "-", "@"}]
    assert unguard(row[COLUMNS.index("title")]) == event.title_in("en")
    assert row[COLUMNS.index("uid")] == guard(event.uid)
