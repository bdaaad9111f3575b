"""An event as a picture, for whoever shares its page: title, date and place on the site's paper."""

from __future__ import annotations

import io
from dataclasses import astuple, dataclass
from functools import cache
from importlib import resources

from PIL import Image, ImageDraw, ImageFont

from calendar_service.domain.plain_text import one_line

WIDTH, HEIGHT = 1200, 630
"""What every network shows whole (Open Graph asks for 1.91:1)."""

_PAPER, _INK, _QUIET, _LINE, _ALARM = "#fbfaf7", "#1a1d21", "#595f69", "#dcd8cf", "#a3211b"
_MARGIN, _BLOCK, _GAP = 72, 190, 48
_TITLE_SIZES = (68, 60, 52, 46)
_MOST_LINES = 4
_SERIF, _SANS = "NotoSerif-Bold.ttf", "NotoSans-Regular.ttf"

_DRAWN = str.maketrans({"\N{MODIFIER LETTER APOSTROPHE}": "’", "\N{MINUS SIGN}": "–"})
"""What is drawn for signs that these fonts have not."""

Font = ImageFont.FreeTypeFont


@dataclass(frozen=True, slots=True)
class Poster:
    """What a picture says. `day` is short, as in an agenda's block; `mark` may be empty."""

    title: str
    weekday: str
    day: str
    month: str
    when: str
    place: str
    mark: str
    publisher: str


def draw(poster: Poster) -> bytes:
    """The picture as PNG; the same words give the same octets."""
    poster = Poster(*(words.translate(_DRAWN) for words in astuple(poster)))
    picture = Image.new("RGB", (WIDTH, HEIGHT), _PAPER)
    pen = ImageDraw.Draw(picture)
    _draw_masthead(pen, poster.publisher)
    _draw_day(pen, poster)
    left = _MARGIN + _BLOCK + _GAP
    top = _draw_mark(pen, poster.mark, left, 158)
    most = _MOST_LINES - bool(poster.mark)
    font, lines = _fitted(pen, one_line(poster.title), WIDTH - _MARGIN - left, most)
    for line in lines:
        pen.text((left, top), line, _INK, font)
        top += round(font.size * 1.22)
    top += 22
    for words, colour in ((poster.when, _INK), (poster.place, _QUIET)):
        for line in _wrapped(pen, one_line(words), _font(_SANS, 33), WIDTH - _MARGIN - left)[:2]:
            pen.text((left, top), line, colour, _font(_SANS, 33))
            top += 46
    written = io.BytesIO()
    picture.quantize(64, Image.Quantize.FASTOCTREE).save(written, "PNG")
    return written.getvalue()


def _draw_masthead(pen: ImageDraw.ImageDraw, publisher: str) -> None:
    name = _wrapped(pen, one_line(publisher), _font(_SERIF, 38), WIDTH - 2 * _MARGIN)[:1]
    pen.text((_MARGIN, 44), "".join(name), _INK, _font(_SERIF, 38))
    for y, width in ((112, 2), (118, 2)):
        pen.line((_MARGIN, y, WIDTH - _MARGIN, y), _INK, width)


def _draw_day(pen: ImageDraw.ImageDraw, poster: Poster) -> None:
    top, bottom, right = 166, 166 + 214, _MARGIN + _BLOCK
    pen.rounded_rectangle((_MARGIN, top, right, bottom), 12, "#ffffff", _LINE, 3)
    pen.rectangle((_MARGIN, top, right, top + 12), _QUIET if poster.mark else _ALARM)
    middle = _MARGIN + _BLOCK / 2
    number = _font(_SERIF, 84 if len(poster.day) < 3 else 54)
    for words, y, font, colour in (
        (poster.weekday, top + 44, _font(_SANS, 28), _QUIET),
        (poster.day, top + 112, number, _INK),
    ):
        pen.text((middle, y), words, colour, font, anchor="mm")
    _draw_month(pen, poster.month, middle, top + 180)


def _draw_month(pen: ImageDraw.ImageDraw, month: str, middle: float, y: int) -> None:
    """A month; one with its year is too long for a line, and has two of smaller letters."""
    font, most = _font(_SANS, 28), _BLOCK - 16
    if pen.textlength(month, font) <= most:
        pen.text((middle, y), month, _QUIET, font, anchor="mm")
        return
    small = _font(_SANS, 22)
    for number, line in enumerate(_wrapped(pen, month, small, most)[:2]):
        pen.text((middle, y - 14 + 27 * number), line, _QUIET, small, anchor="mm")


def _draw_mark(pen: ImageDraw.ImageDraw, mark: str, left: int, top: int) -> int:
    """The word for what does not take place, in a frame; where the title begins below it."""
    if not mark:
        return top
    words, font = mark.upper(), _font(_SANS, 32)
    width = pen.textlength(words, font)
    pen.rounded_rectangle((left, top + 8, left + width + 36, top + 64), 8, None, _ALARM, 4)
    pen.text((left + 18, top + 36), words, _ALARM, font, anchor="lm")
    return top + 84


def _fitted(pen: ImageDraw.ImageDraw, title: str, width: int, most: int) -> tuple[Font, list[str]]:
    """The largest letters in which a title has few lines; of a longer one, its beginning."""
    for size in _TITLE_SIZES:
        font = _font(_SERIF, size)
        lines = _wrapped(pen, title, font, width)
        if len(lines) <= (min(3, most) if size > _TITLE_SIZES[-1] else most):
            return font, lines
    kept = lines[:most]
    return font, [*kept[:-1], f"{kept[-1].rstrip()}…"]


def _wrapped(pen: ImageDraw.ImageDraw, text: str, font: Font, width: int) -> list[str]:
    """Lines of whole words; a word that is longer than a line is cut."""
    lines: list[str] = []
    for word in text.split(" "):
        joined = f"{lines[-1]} {word}" if lines else word
        if lines and pen.textlength(joined, font) <= width:
            lines[-1] = joined
            continue
        lines += _cut(pen, word, font, width)
    return lines


def _cut(pen: ImageDraw.ImageDraw, word: str, font: Font, width: int) -> list[str]:
    parts = [""]
    for letter in word:
        if parts[-1] and pen.textlength(parts[-1] + letter, font) > width:
            parts.append("")
        parts[-1] += letter
    return parts


@cache
def _font(name: str, size: int) -> Font:
    file = resources.files("calendar_service.syndication").joinpath("fonts", name)
    return ImageFont.truetype(io.BytesIO(file.read_bytes()), size)
