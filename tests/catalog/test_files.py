from __future__ import annotations

from pathlib import Path

import pytest

from calendar_service.catalog.files import load_content
from calendar_service.domain.feeds import Selection
from tests.builders import all_day, event, feed
from tests.catalog.folders import FEED, a_relation, an_event, content, mistakes


def test_feeds_and_seeds_become_values_of_the_domain(tmp_path: Path) -> None:
    loaded = load_content(content(tmp_path, seeds_a=an_event()))
    assert loaded.feeds == (
        feed(
            "summits",
            languages=["sq", "en"],
            title={"sq": "Samitet", "en": "Summits"},
            color="teal",
            selection=Selection(topics=("summit",)),
            position=100,
        ),
    )
    (seed,) = loaded.seeds
    assert seed.place == "seeds/a.toml"
    assert seed.event == event(
        "Samiti", all_day("2026-07-07", "2026-07-08"), uid="uid-1", topics=("summit",)
    )


def test_feeds_come_by_position_and_seeds_in_the_order_of_their_files(tmp_path: Path) -> None:
    folder = content(
        tmp_path,
        feeds_a="position = 2" + FEED,
        feeds_b="position = 1" + FEED,
        seeds_b=an_event("3", "c"),
        seeds_a=an_event("1", "a") + an_event("2", "b"),
    )
    loaded = load_content(folder)
    assert [one.slug for one in loaded.feeds] == ["b", "a", "summits"]
    assert [one.event.uid for one in loaded.seeds] == ["1", "2", "3"]


def test_a_folder_may_have_no_seeds_at_all(tmp_path: Path) -> None:
    assert load_content(content(tmp_path)).seeds == ()


def test_other_files_beside_the_toml_ones_are_let_be(tmp_path: Path) -> None:
    folder = content(tmp_path, seeds_a=an_event())
    (folder / "feeds" / "README.md").write_text("About feeds")
    (folder / "seeds" / ".#a.toml").write_text("an editor's lock")
    assert len(load_content(folder).seeds) == 1


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(tmp_path: Path) -> None:
    text = b"\xef\xbb\xbf" + an_event().replace("\n", "\r\n").encode()
    assert len(load_content(content(tmp_path, seeds_a=text)).seeds) == 1


def test_a_feed_may_choose_an_event_or_a_topic_that_no_seed_has(tmp_path: Path) -> None:
    chosen = FEED.replace('topics = ["summit"]', 'topics = ["kfor"]\nuids = ["made-by-hand"]')
    assert load_content(content(tmp_path, feeds_x=chosen)).feeds[-1].selection.uids


def test_a_folder_that_is_not_there_is_named_with_the_setting(tmp_path: Path) -> None:
    assert mistakes(tmp_path / "nowhere") == [
        (
            f"{tmp_path / 'nowhere'}: there is no such folder; make it, or set CALENDAR_CONTENT to "
            "the folder that holds feeds/ and seeds/."
        )
    ]


def test_an_empty_folder_lacks_both_of_its_folders(tmp_path: Path) -> None:
    remedy = "make it, or set CALENDAR_CONTENT to the folder that holds feeds/ and seeds/."
    assert mistakes(tmp_path) == [
        f"{tmp_path}: has no folder feeds/; {remedy}",
        f"{tmp_path}: has no folder seeds/; {remedy}",
    ]


def test_a_folder_without_a_feed_is_refused(tmp_path: Path) -> None:
    folder = content(tmp_path)
    (folder / "feeds" / "summits.toml").unlink()
    assert mistakes(folder) == [
        (
            "feeds/: holds no feed: write one, such as feeds/nato.toml, "
            "or readers have nothing to subscribe to."
        )
    ]


def test_an_unknown_field_is_named_with_what_was_meant(tmp_path: Path) -> None:
    folder = content(
        tmp_path,
        feeds_x="colour = 'teal'" + FEED,
        seeds_a=an_event().replace("topics", "topic"),
        seeds_b=an_event("2", "b").replace("[[event]]", "[[event]]\nstat = 2026-01-01"),
    )
    assert mistakes(folder) == [
        "feeds/x.toml: colour: is not a known field. Did you mean 'color'?",
        "seeds/a.toml: event[1].topic: is not a known field. Did you mean 'topics'?",
        "seeds/b.toml: event[1].stat: is not a known field. Did you mean 'start'?",
    ]


def test_a_seed_file_holds_events_and_nothing_else(tmp_path: Path) -> None:
    folder = content(tmp_path, seeds_a="[[events]]\nuid = '1'", seeds_b="[event]\nuid = '1'")
    assert mistakes(folder) == [
        "seeds/a.toml: event: is missing; write events under [[event]], or delete the file.",
        "seeds/a.toml: events: is not a known field. Did you mean 'event'?",
        "seeds/b.toml: event: must be a list of tables: [[event]].",
    ]


def test_a_uid_that_two_files_use_is_named_in_both(tmp_path: Path) -> None:
    both = an_event("uid-1", "a"), an_event("uid-0", "b") + an_event("uid-1", "c")
    assert mistakes(content(tmp_path, seeds_a=both[0], seeds_b=both[1])) == [
        (
            "seeds/b.toml: event[2].uid: 'uid-1' belongs to event[1] of seeds/a.toml already; "
            "give one of them another."
        )
    ]


def test_a_slug_that_two_events_use_is_named_in_both(tmp_path: Path) -> None:
    folder = content(tmp_path, seeds_a=an_event("1") + an_event("2") + an_event("3"))
    assert mistakes(folder) == [
        f"seeds/a.toml: event[{number}].slug: 'samiti' belongs to event[1] of seeds/a.toml "
        "already; give one of them another."
        for number in (2, 3)
    ]


def test_missing_uids_and_slugs_are_not_taken_for_equal_ones(tmp_path: Path) -> None:
    folder = content(tmp_path, seeds_a=an_event("", "") * 2)
    assert [line.rpartition(": ")[2] for line in mistakes(folder)] == [
        "is empty; every entry needs it."
    ] * 4


def test_a_relation_to_an_event_that_no_seed_has_proposes_one_that_is_near(tmp_path: Path) -> None:
    first = an_event("uid-1234", "a") + a_relation("uid-1243") + a_relation("x")
    assert mistakes(content(tmp_path, seeds_a=first)) == [
        "seeds/a.toml: event[1].relations[1].uid: no seed is 'uid-1243'. Did you mean 'uid-1234'?",
        (
            "seeds/a.toml: event[1].relations[2].uid: no seed is 'x'. "
            "Write the UID of another [[event]]."
        ),
    ]


def test_a_relation_may_name_an_event_of_another_file(tmp_path: Path) -> None:
    seeds = {"seeds_a": an_event("1", "a") + a_relation("2"), "seeds_b": an_event("2", "b")}
    assert len(load_content(content(tmp_path, **seeds)).seeds) == 2


def test_a_relation_is_not_blamed_where_the_other_file_cannot_be_read(tmp_path: Path) -> None:
    seeds = {"seeds_a": an_event("1", "a") + a_relation("2"), "seeds_b": "[["}
    assert [line.split(":")[0] for line in mistakes(content(tmp_path, **seeds))] == ["seeds/b.toml"]


def test_a_relation_is_not_blamed_where_the_other_event_has_a_mistake(tmp_path: Path) -> None:
    broken = an_event("2", "b").replace("2026-07-07", "2027-07-07")
    seeds = {"seeds_a": an_event("1", "a") + a_relation("2"), "seeds_b": broken}
    assert mistakes(content(tmp_path, **seeds)) == [
        "seeds/b.toml: event[1].end: 2026-07-08 is before the start 2027-07-07; swap them."
    ]


@pytest.mark.parametrize(
    ("color", "hint"),
    [
        ("steelblu", "Did you mean 'steelblue'?"),
        ("SteelBlue", "Did you mean 'steelblue'?"),
        ("#4682b5", "The nearest is 'steelblue'."),
        ("#F00", "The nearest is 'red'."),
        ("rebeccapurple", "Did you mean 'purple'?"),
    ],
)
def test_a_colour_that_apps_do_not_know_proposes_one(tmp_path: Path, color: str, hint: str) -> None:
    folder = content(tmp_path, feeds_x=FEED.replace("teal", color))
    assert mistakes(folder) == [
        (
            f"feeds/x.toml: color: {color!r} is no CSS3 colour name, such as 'steelblue' or "
            f"'teal'. {hint}"
        )
    ]


def test_so_does_the_colour_of_an_event(tmp_path: Path) -> None:
    event = an_event().replace("[[event]]", '[[event]]\ncolor = "nave"')
    (found,) = mistakes(content(tmp_path, seeds_a=event))
    assert found.startswith("seeds/a.toml: event[1].color: 'nave' is no CSS3 colour name")
    assert "Did you mean 'navy'?" in found


def test_a_colour_that_is_like_none_gets_the_examples_alone(tmp_path: Path) -> None:
    (found,) = mistakes(content(tmp_path, feeds_x=FEED.replace("teal", "?!")))
    assert found.endswith("is no CSS3 colour name, such as 'steelblue' or 'teal'.")


def test_a_missing_colour_is_named_once(tmp_path: Path) -> None:
    folder = content(tmp_path, feeds_x=FEED.replace('color = "teal"', ""))
    assert mistakes(folder) == ["feeds/x.toml: color: is missing; every entry needs it."]


def test_a_feeds_file_is_named_as_its_address(tmp_path: Path) -> None:
    folder = content(tmp_path, **{"feeds_Samitet e NATO-s": FEED, "feeds_Київ": FEED})
    assert mistakes(folder) == [
        (
            "feeds/Samitet e NATO-s.toml: the file's name is the feed's address: "
            "name it like 'samitet-e-nato-s.toml'."
        ),
        "feeds/Київ.toml: the file's name is the feed's address: name it like 'feed.toml'.",
    ]


def test_a_feed_cannot_have_the_address_of_a_readers_own_selection(tmp_path: Path) -> None:
    assert mistakes(content(tmp_path, feeds_custom=FEED)) == [
        "feeds/custom.toml: the address /feeds/custom has another use; name the file differently."
    ]


def test_all_mistakes_in_all_files_are_named_at_once_and_nothing_is_loaded(tmp_path: Path) -> None:
    folder = content(
        tmp_path,
        feeds_bad=FEED.replace("[select]", "[selct]"),
        feeds_custom=FEED.replace("teal", "teel"),
        seeds_a=an_event("1", "a").replace("2026-07-07", "7 July"),
        seeds_b=an_event("2", "a") + an_event("", "b") + a_relation("9"),
        seeds_c=b'title = "K\xebshilli"',
    )
    assert [line.rpartition(": ")[0] for line in mistakes(folder)] == [
        "feeds/bad.toml: select",
        "feeds/bad.toml: selct",
        "feeds/custom.toml",
        "feeds/custom.toml: color",
        "seeds/a.toml: line 5, column 11: is no TOML",
        "seeds/b.toml: event[2].uid",
        "seeds/c.toml: line 1, column 11",
    ]
