"""When digests are due, of which days they tell, and what is news since the one before."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta
from itertools import islice

import pytest

from calendar_service.domain.digests import Digest, issue_of, issues_after, news_since
from calendar_service.domain.events import Event, Status
from calendar_service.domain.notices import Headline
from calendar_service.domain.stages import Stage
from tests.builders import all_day, event, utc

TIRANA = "Europe/Tirane"
EIGHT = time(8)
NOW = utc("2026-03-27 12:00")  # a Friday


def instants(digest: Digest, zone: str = TIRANA, hour: time = EIGHT, count: int = 3) -> list[str]:
    found = islice(issues_after(digest, zone, hour, NOW), count)
    return [f"{one.instant:%m-%d %H:%M}" for one in found]


def test_a_daily_digest_is_due_each_day_at_the_readers_hour_through_a_clock_change() -> None:
    assert instants(Digest.DAILY) == ["03-28 07:00", "03-29 06:00", "03-30 06:00"]
    assert instants(Digest.DAILY, hour=time(18)) == ["03-27 17:00", "03-28 17:00", "03-29 16:00"]


def test_a_weekly_digest_is_due_on_mondays() -> None:
    assert instants(Digest.WEEKLY) == ["03-30 06:00", "04-06 06:00", "04-13 06:00"]
    assert instants(Digest.WEEKLY, "Asia/Tokyo") == ["03-29 23:00", "04-05 23:00", "04-12 23:00"]


def test_one_that_is_due_right_now_is_not_to_come() -> None:
    due = utc("2026-03-28 07:00")
    assert next(issues_after(Digest.DAILY, TIRANA, EIGHT, due)).instant > due
    before = due - timedelta(seconds=1)
    assert next(issues_after(Digest.DAILY, TIRANA, EIGHT, before)).instant == due


@pytest.mark.parametrize(
    ("digest", "last", "before"),
    [
        (Digest.DAILY, "2026-04-05", "2026-03-29 06:00"),
        (Digest.WEEKLY, "2026-04-26", "2026-03-23 07:00"),
    ],
)
def test_a_digest_tells_of_a_week_or_of_four_and_of_news_since_the_one_before(
    digest: Digest, last: str, before: str
) -> None:
    issue = issue_of(digest, utc("2026-03-30 06:00"), TIRANA)
    assert (f"{issue.day}", f"{issue.last_day}") == ("2026-03-30", last)
    assert issue.before(TIRANA, EIGHT) == utc(before)


# --- News ---------------------------------------------------------------------------------------

MEETING = event("Meeting", all_day("2026-04-20"), language="en")
MOVED = replace(MEETING, when=all_day("2026-04-21"))


def stages(*told: tuple[str, Event]) -> list[Stage]:
    return [
        Stage(number, utc(f"2026-03-{at}"), silent=False, event=one)
        for number, (at, one) in enumerate(told)
    ]


def news(past: list[Stage], since: datetime = utc("2026-03-26 08:00")) -> Headline | str | None:  # noqa: B008
    found = news_since(past, since, "en", now=NOW, zone=TIRANA)
    if found is None:
        return None
    return found.notice.headline if found.notice else "new"


def test_what_was_published_since_is_new_however_often_it_changed() -> None:
    assert news(stages(("26 09:00", MEETING))) == "new"
    assert news(stages(("26 09:00", MEETING), ("26 10:00", MOVED))) == "new"


def test_what_changed_since_is_told_by_what_it_was_then() -> None:
    past = stages(("01 09:00", MEETING), ("25 09:00", MOVED), ("26 09:00", MEETING))
    assert news(past) is Headline.MOVED
    assert news(stages(("01 09:00", MEETING), ("26 09:00", MOVED), ("26 10:00", MEETING))) is None


@pytest.mark.parametrize(
    "past",
    [
        [],
        stages(("25 09:00", MEETING)),
        stages(("26 09:00", replace(MEETING, status=Status.CANCELLED))),
        stages(("26 09:00", replace(MEETING, when=all_day("2026-03-20")))),
    ],
)
def test_there_is_no_news_of_what_is_old_over_or_was_never_to_be(past: list[Stage]) -> None:
    assert news(past) is None
