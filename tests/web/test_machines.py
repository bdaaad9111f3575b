"""What robots, phones and search engines ask for by themselves."""

from __future__ import annotations

import json
from xml.etree import ElementTree as ET

import pytest
from flask.testing import FlaskClient

from calendar_service.language.catalogues import LANGUAGES
from tests.web.reading import page_of

ORIGIN = "http://127.0.0.1:8000"
NAMES = {
    "map": "http://www.sitemaps.org/schemas/sitemap/0.9",
    "xhtml": "http://www.w3.org/1999/xhtml",
}


def test_the_site_map_has_every_page_of_what_is_published(client: FlaskClient) -> None:
    answer = client.get("/sitemap.xml")
    assert answer.mimetype == "application/xml"
    root = ET.fromstring(answer.data)
    found = [one.text or "" for one in root.findall("map:url/map:loc", NAMES)]
    assert f"{ORIGIN}/" in found
    assert f"{ORIGIN}/feeds/nato" in found
    assert f"{ORIGIN}/events/ankara" in found
    assert f"{ORIGIN}/events/planned-in-secret" not in found
    for address in found:
        assert client.get(address.removeprefix(ORIGIN)).status_code == 200
    first = root.findall("map:url", NAMES)[0]
    others = [one.attrib["hreflang"] for one in first.findall("xhtml:link", NAMES)]
    assert others == list(LANGUAGES)


def test_robots_are_told_where_the_site_map_is(client: FlaskClient) -> None:
    lines = client.get("/robots.txt").text.splitlines()
    assert f"Sitemap: {ORIGIN}/sitemap.xml" in lines


def test_a_phone_finds_name_and_icons(client: FlaskClient) -> None:
    page = page_of(client.get("/?lang=sq"))
    answer = client.get(page.one("link", rel="manifest").attrs["href"])
    assert answer.mimetype == "application/manifest+json"
    manifest = json.loads(answer.data)
    assert manifest["name"] == "Kalendari"
    assert manifest["lang"] == "sq"
    for icon in manifest["icons"]:
        assert client.get(icon["src"]).mimetype == icon["type"]
    touch = client.get(page.one("link", rel="apple-touch-icon").attrs["href"])
    assert touch.mimetype == "image/png"
    assert client.get("/favicon.ico", follow_redirects=True).mimetype == "image/svg+xml"


@pytest.mark.parametrize(
    "address", ["/robots.txt", "/sitemap.xml", "/site.webmanifest", "/embed.css?accent=a00"]
)
def test_what_machines_ask_for_is_304_for_who_has_it(client: FlaskClient, address: str) -> None:
    first = client.get(address)
    assert "max-age=" in first.headers["Cache-Control"]
    again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["Cache-Control"] == first.headers["Cache-Control"]


def test_a_large_site_map_is_compressed_for_who_asks(client: FlaskClient) -> None:
    answer = client.get("/sitemap.xml", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"


def test_the_icon_is_not_asked_for_at_every_page(client: FlaskClient) -> None:
    assert "max-age=" in client.get("/favicon.ico").headers["Cache-Control"]
