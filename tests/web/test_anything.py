"""Whatever anybody sends, the answer is ours: it says what is wrong, and keeps what was typed."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from calendar_service.domain.search import NAMES
from tests.web.reading import page_of
from tests.web.sites import PAGES

anything = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
thoroughly = settings(
    max_examples=600, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

WORDS = [
    *("", " ", "\0", "\r\nX-Evil: 1", "%00", "%FF", "'--", "<script>", "{{7*7}}", "%(x)s"),
    *("\ud83d", "💥", "\u202e", "ﷺ", "a" * 300, "0", "-1", "1e9", "²", "٣"),
    *("2026-07-07", "2026-02-30", "9999-12-31", "0001-01-01", "P1D", "PT99999H", "hide"),
    *("summit", "ankara", "Europe/Tirane", "../../etc/passwd", "Asia/../UTC", "en", "sq-AL"),
    *("*", "dark", "ff0000"),
]
OTHERS = (
    "lang",
    "zone",
    "from",
    "until",
    "cancelled",
    "alarm",
    "theme",
    "accent",
    "limit",
    "v",
    "",
)
texts = st.sampled_from(WORDS) | st.text(max_size=40)
names = st.sampled_from([*NAMES, *OTHERS]) | st.text(max_size=8)
pairs = st.lists(st.tuples(names, texts), max_size=6)
raw_queries = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=60)
ADDRESSES = (
    *PAGES,
    "/calendar/2026/07",
    "/hours",
    "/embed/nato",
    "/embed/custom",
    "/embed.css",
    "/feeds/custom",
    "/feeds/nato.ics",
    "/feeds/custom.ics",
    "/feeds/custom.atom",
    "/feeds/nato.json",
    "/feeds/nato.csv",
    "/feeds/nato.jsonld",
    "/events/ankara.ics",
    "/events/ankara.png",
    "/sitemap.xml",
    "/site.webmanifest",
    "/confirm/x",
    "/unsubscribe/x",
)
addresses = st.sampled_from(ADDRESSES)


def written(query: list[tuple[str, str]]) -> str:
    return urlencode(query, errors="surrogatepass")


def check(answer: TestResponse) -> None:
    """An answer of ours: not a failure, nothing smuggled in, and a page that is one."""
    assert answer.status_code < 500, answer.text[:300]
    assert "X-Evil" not in answer.headers
    assert "frame-ancestors" in answer.headers["Content-Security-Policy"]
    if answer.mimetype == "text/html" and answer.data and answer.status_code not in {301, 302, 308}:
        page = page_of(answer)
        assert page.one("h1").text
        scripts = [one for one in page.all("script") if "src" not in one.attrs]
        assert all(one.attrs["type"] == "application/ld+json" for one in scripts)
    if answer.status_code == 400 and answer.mimetype == "text/plain":
        assert len(answer.text.splitlines()) > 1  # whoever set it up reads why


def ask(client: FlaskClient, address: str, query: str) -> TestResponse:
    answer = client.get(f"{address}?{query}")
    if answer.status_code == 302:
        answer = client.get(answer.headers["Location"])
        assert answer.status_code != 302
    return answer


@anything
@given(address=addresses, query=pairs)
def test_any_query_is_answered(
    client: FlaskClient, address: str, query: list[tuple[str, str]]
) -> None:
    check(ask(client, address, written(query)))


@anything
@given(address=addresses, query=raw_queries)
def test_any_letters_behind_a_question_mark_are_answered(
    client: FlaskClient, address: str, query: str
) -> None:
    check(ask(client, address, query))


@pytest.mark.thorough
@pytest.mark.parametrize("name", [*NAMES, *OTHERS])
def test_each_odd_word_under_each_name_is_answered(client: FlaskClient, name: str) -> None:
    """On the agenda, and on one of the others by turns."""
    others = ("/calendar/2026/07", "/feeds/nato", "/feeds/custom.csv", "/embed/nato")
    for number, word in enumerate(WORDS, start=len(name)):
        for address in ("/", others[number % len(others)]):
            check(ask(client, address, written([(name, word)])))


@pytest.mark.thorough
@thoroughly
@given(address=addresses, query=pairs | raw_queries)
def test_very_many_queries_are_answered(
    client: FlaskClient, address: str, query: list[tuple[str, str]] | str
) -> None:
    check(ask(client, address, query if isinstance(query, str) else written(query)))


@anything
@given(
    parts=st.lists(texts, max_size=4), ending=st.sampled_from(["", ".ics", ".atom", ".csv", ".png"])
)
def test_any_path_is_answered(client: FlaskClient, parts: list[str], ending: str) -> None:
    for beginning in ("/", "/events/", "/feeds/", "/embed/", "/calendar/", "/confirm/", "/static/"):
        path = beginning + "/".join(parts) + ending
        asked = path.encode("utf-8", "surrogatepass").decode("latin-1")  # as PEP 3333 has it
        check(client.get("/", environ_overrides={"PATH_INFO": asked}))


header_values = st.text(
    st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=60
)
HEADERS = (
    "Accept",
    "Accept-Encoding",
    "Accept-Language",
    "Authorization",
    "Cookie",
    "Host",
    "If-Match",
    "If-Modified-Since",
    "If-None-Match",
    "If-Range",
    "If-Unmodified-Since",
    "Range",
    "Referer",
    "User-Agent",
    "X-Forwarded-For",
    "X-Forwarded-Proto",
)


@anything
@given(
    address=addresses, headers=st.dictionaries(st.sampled_from(HEADERS), header_values, max_size=5)
)
def test_any_headers_are_answered(
    client: FlaskClient, address: str, headers: dict[str, str]
) -> None:
    plain = {**headers, "Accept-Encoding": "identity"}
    check(client.get(address, headers=plain))
    assert client.get(address, headers=headers).status_code < 500


@anything
@given(
    address=addresses,
    method=st.sampled_from(["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND", "HEAD", "X"]),
    body=st.binary(max_size=200),
    kind=st.sampled_from(
        ["application/x-www-form-urlencoded", "multipart/form-data", "text/x", ""]
    ),
)
def test_any_method_and_body_is_answered(
    client: FlaskClient, address: str, method: str, body: bytes, kind: str
) -> None:
    answer = client.open(address, method=method, data=body, headers={"Content-Type": kind})
    assert answer.status_code < 500


typed = st.fixed_dictionaries(
    {},
    optional={
        "address": texts,
        "offsets": st.lists(texts, max_size=4),
        "language": texts,
        "zone": texts,
        "consent": st.sampled_from(["yes", ""]),
        "proof": texts,
    },
)


@anything
@given(path=st.sampled_from(["/feeds/nato/reminders", "/events/ankara/reminders"]), form=typed)
def test_a_form_keeps_whatever_was_typed_and_says_what_is_wrong(
    client: FlaskClient, path: str, form: dict[str, str | list[str]]
) -> None:
    body = urlencode(form, doseq=True, errors="surrogatepass")
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = client.post(path, data=body, headers=headers)
    assert answer.status_code in {303, 413, 422, 429}
    if answer.status_code != 422:
        return
    page = page_of(answer)
    assert page.one("div", class_="problems").all("li")
    kept = page.one("input", id="field-address").attrs["value"]
    sent = str(form.get("address", ""))
    if sent.isprintable():
        assert kept == sent


@anything
@given(text=st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=150))
def test_a_search_keeps_what_was_typed(client: FlaskClient, text: str) -> None:
    page = page_of(ask(client, "/", urlencode({"text": text, "lang": "en"})))
    assert page.one("input", id="field-text").attrs["value"].strip() == text.strip()
    if text.strip():
        assert page.one("ul", class_="criteria").all("a")
