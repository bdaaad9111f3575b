"""What other people's pages show of ours."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from flask.testing import FlaskClient

from tests.web.reading import Element, links, page_of

ORIGIN = "http://127.0.0.1:8000"


def titles(page: Element) -> list[str]:
    return [one.one("span", class_="title").text for one in page.one("ol").all("li")]


def test_a_frame_shows_what_runs_and_what_comes(client: FlaskClient) -> None:
    page = page_of(client.get("/embed/nato?lang=en"))
    assert titles(page) == ["talks", "meeting", "called-off", "Summit in Ankara", "someday"]
    assert "Cancelled" in page.one("li", class_="cancelled").text
    assert titles(page_of(client.get("/embed/summits?lang=en"))) == ["Summit in Ankara"]
    assert titles(page_of(client.get("/embed/custom?place=ankara&lang=en"))) == ["Summit in Ankara"]
    assert not page.all("script")


@pytest.mark.parametrize(
    "address", ["/embed/nato", "/embed/custom?topic=summit", "/embed/nothing", "/embed/custom"]
)
def test_anybody_may_frame_it_and_nothing_else_is_allowed(
    client: FlaskClient, address: str
) -> None:
    policy = client.get(address).headers["Content-Security-Policy"]
    assert "frame-ancestors *" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "script-src" not in policy
    assert "frame-ancestors 'none'" in client.get("/").headers["Content-Security-Policy"]


def test_its_links_open_outside_of_the_frame(client: FlaskClient) -> None:
    page = page_of(client.get("/embed/nato?lang=en"))
    assert links(page)
    for link in page.all("a"):
        assert (link.attrs["target"], link.attrs["rel"]) == ("_blank", "noopener")
        assert client.get(link.attrs["href"].removeprefix(ORIGIN)).status_code == 200


def test_it_wears_the_colours_of_the_page_around_it(client: FlaskClient) -> None:
    page = page_of(client.get("/embed/nato?theme=dark&accent=%23AA0000&paper=fff"))
    assert page.one("html").attrs["data-theme"] == "dark"
    sheets = [one.attrs["href"] for one in page.all("link", rel="stylesheet")]
    assert sheets[1:] == ["/embed.css?accent=aa0000&paper=fff"]
    assert client.get(sheets[1]).text == ":root:root{--accent:#aa0000;--paper:#fff;}\n"
    assert client.get(sheets[1]).mimetype == "text/css"
    plain = page_of(client.get("/embed/nato?theme=neon&accent=}body{x:y"))
    assert "data-theme" not in plain.one("html").attrs
    assert len(plain.all("link", rel="stylesheet")) == 1


@pytest.mark.parametrize(
    ("limit", "shown"), [("2", 2), ("0", 1), ("999", 5), ("-1", 5), ("x", 5), ("", 5), ("²", 5)]
)
def test_it_is_as_long_as_wished(client: FlaskClient, limit: str, shown: int) -> None:
    assert len(titles(page_of(client.get(f"/embed/nato?limit={limit}")))) == shown


@pytest.mark.parametrize(
    "wrong",
    ["limit=0", "limit=21", "limit=x", "theme=neon", "accent=red", "ink=12345", "paper=%3Cb"],
)
def test_an_option_that_means_nothing_is_told_in_the_frame_with_all_else_as_it_was_asked(
    client: FlaskClient, wrong: str
) -> None:
    answer = client.get(f"/embed/nato?lang=en&{wrong}&topic=x&past=3")
    assert answer.status_code == 400
    page = page_of(answer)
    told = page.one(role="alert").text
    assert f"“{unquote(wrong)}” means nothing here." in told
    assert "a limit is a number from 1 to 20" in told
    assert len(titles(page)) in {1, 5}
    assert len(page.all("p", role="status")) == 2


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("colour=red", "This page has no option “colour”"),
        ("lang=xx", "“xx”"),
        ("limit=2&limit=3", "“limit” is in the address twice. The first one counts."),
    ],
)
def test_an_option_that_no_frame_has_is_told_in_it(
    client: FlaskClient, query: str, words: str
) -> None:
    answer = client.get(f"/embed/nato?{query}", headers={"Accept-Language": "en"})
    assert answer.status_code == 200
    assert words in page_of(answer).one(role="status").text


def test_what_is_looked_for_in_vain_or_not_at_all_is_told_in_the_frame(client: FlaskClient) -> None:
    answer = client.get("/embed/custom?lang=en&topic=summit&past=-1&zone=Mars/Olympus")
    assert answer.status_code == 400
    told = page_of(answer).one(role="alert").text
    assert "“-1” is no number of days." in told
    assert "No time zone is called “Mars/Olympus”." in told
    marks = "utm_source=x&fbclid=y&zone=Asia/Tokyo&theme=&limit="
    fine = client.get(f"/embed/custom?lang=en&topic=summit&past=30&{marks}")
    assert fine.status_code == 200
    assert not page_of(fine).all(role="status")
    assert not page_of(fine).all(role="alert")


def test_a_frame_of_nothing_is_not_found(client: FlaskClient) -> None:
    for address in ("/embed/nothing", "/embed/custom", "/embed/"):
        assert client.get(address).status_code == 404
    assert "Nothing is announced" in client.get("/embed/custom?lang=en&text=zzz").text


def test_the_code_to_paste_stands_on_the_feeds_page(client: FlaskClient) -> None:
    page = page_of(client.get("/feeds/nato?lang=en"))
    code = page.one("textarea").text
    assert code.startswith(f'<iframe src="{ORIGIN}/embed/nato?lang=en" title="NATO"')
    selection = page_of(client.get("/feeds/custom?lang=en&topic=summit"))
    address = selection.one("textarea").text.split('"')[1].replace("&amp;", "&")
    assert titles(page_of(client.get(address.removeprefix(ORIGIN)))) == ["Summit in Ankara"]
