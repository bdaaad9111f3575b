"""Draws lines over a logarithmic axis as an SVG, small enough to be read as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from math import log10

Line = Sequence[tuple[float, float]]

WIDTH, HEIGHT = 720, 400
LEFT, RIGHT, TOP, BOTTOM = 60, 40, 72, 50
COLORS = ("#0b6e99", "#c4470a", "#4a7c1f", "#7b3fa0", "#8a6d00")


def svg(title: str, across: str, up: str, lines: Mapping[str, Line]) -> str:
    """A picture of named lines; both axes name their unit, the upright one begins at nothing."""
    xs = sorted({x for line in lines.values() for x, _ in line})
    highest = max(y for line in lines.values() for _, y in line) * 1.15

    def at(x: float, y: float) -> tuple[float, float]:
        share = log10(x / xs[0]) / log10(xs[-1] / xs[0])
        return (
            LEFT + share * (WIDTH - LEFT - RIGHT),
            HEIGHT - BOTTOM - y / highest * (HEIGHT - TOP - BOTTOM),
        )

    parts = [_text(LEFT, 20, title, weight="bold"), _text(LEFT, HEIGHT - 8, across)]
    parts.append(_text(4, TOP - 6, up))
    for y in _ticks(highest):
        _, down = at(xs[0], y)
        parts.append(f'<path d="M{LEFT} {down:.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>')
        parts.append(_text(LEFT - 6, down + 4, f"{y:g}", anchor="end"))
    under = HEIGHT - BOTTOM + 18
    parts += [_text(at(x, 0)[0], under, f"{x:,.0f}", anchor="middle") for x in xs]
    for number, (name, line) in enumerate(lines.items()):
        color = COLORS[number % len(COLORS)]
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in (at(*point) for point in line))
        parts.append(f'<polyline points="{points}" fill="none" stroke="{color}" stroke-width="2"/>')
        place = LEFT + number * (WIDTH - LEFT) / len(lines)
        parts.append(_text(place, 42, name, color=color))
    return "\n".join([_opening(), *parts, "</svg>", ""])


def _opening() -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'font-family="sans-serif" font-size="13">\n'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>'
    )


def _text(
    x: float,
    y: float,
    words: str,
    *,
    anchor: str = "start",
    color: str = "#333",
    weight: str = "normal",
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{color}" '
        f'font-weight="{weight}">{escape(words)}</text>'
    )


def _ticks(highest: float) -> list[float]:
    """Round numbers up to the highest, about five."""
    unit = 10 ** int(log10(highest / 5) // 1)
    step = next(unit * of for of in (1, 2, 5, 10) if highest / (unit * of) <= 6)
    return [step * number for number in range(int(highest / step) + 1)]
