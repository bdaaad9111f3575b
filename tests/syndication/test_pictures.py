"""The picture that stands for an event where its page is shared."""

from __future__ import annotations

import io
from dataclasses import replace
from importlib import resources

import pytest
from PIL import Image, ImageFont

from calendar_service.syndication.pictures import HEIGHT, WIDTH, Poster, draw

POSTER = Poster(
    title="Takimi i ministrave të Mbrojtjes",
    weekday="Thu",
    day="12",
    month="Feb",
    when="Thursday, 12 February 2026",
    place="Brussels",
    mark="",
    publisher="Kalendari",
)
PAPER = (251, 250, 247)


def pixels(poster: Poster) -> Image.Image:
    return Image.open(io.BytesIO(draw(poster))).convert("RGB")


@pytest.mark.parametrize(
    "poster",
    [
        POSTER,
        replace(POSTER, mark="Cancelled"),
        replace(
            POSTER, title="A very long title of an event " * 20, mark="Postponed", when="w " * 90
        ),
        replace(POSTER, title="Ж" * 400, place="x" * 400, publisher="y" * 400),
        replace(POSTER, title="", when="", place="", day="?", month="September 2026"),
        replace(POSTER, title="مؤتمر 会议 🕊", day="30–2"),
    ],
)
def test_it_has_the_size_that_networks_ask_for_and_nothing_runs_out_of_it(poster: Poster) -> None:
    picture = pixels(poster)
    assert picture.size == (WIDTH, HEIGHT)
    margin = [picture.getpixel((x, y)) for x in (20, WIDTH - 20) for y in range(0, HEIGHT, 9)]
    margin += [picture.getpixel((x, HEIGHT - 6)) for x in range(0, WIDTH, 9)]
    assert all(
        abs(one - paper) < 12
        for point in margin
        for one, paper in zip(point, PAPER, strict=True)  # type: ignore[arg-type]
    )


def test_a_sign_that_the_fonts_have_not_leaves_no_gap() -> None:
    drawn = draw(replace(POSTER, title="Пʼятниця", when="UTC−4"))
    assert drawn == draw(replace(POSTER, title="П’ятниця", when="UTC–4"))


def test_the_same_words_give_the_same_octets_and_others_do_not() -> None:
    assert draw(POSTER) == draw(POSTER)
    assert draw(POSTER) != draw(replace(POSTER, place="Ankara"))
    assert draw(POSTER) != draw(replace(POSTER, mark="Cancelled"))


@pytest.mark.parametrize("name", ["NotoSerif-Bold.ttf", "NotoSans-Regular.ttf"])
def test_the_letters_of_our_readers_languages_are_there(name: str) -> None:
    file = resources.files("calendar_service.syndication").joinpath("fonts", name)
    font = ImageFont.truetype(io.BytesIO(file.read_bytes()), 40)
    missing = font.getmask("\ue000").getbbox(), bytes(font.getmask("\ue000"))
    for letter in "ËëÇçÉéÀàÎîŒœŞşĞğİıĆćŠšĐđŽžЉљЊњЏџЃѓЌќЅѕЇїЄєҐґІіЖжäöüß–—’“”«»…€":
        mask = font.getmask(letter)
        assert (mask.getbbox(), bytes(mask)) != missing, letter


def test_the_fonts_carry_their_licence() -> None:
    folder = resources.files("calendar_service.syndication").joinpath("fonts")
    assert "SIL OPEN FONT LICENSE" in folder.joinpath("OFL.txt").read_text("utf-8")
