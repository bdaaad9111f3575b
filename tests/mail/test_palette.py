"""The colours of the mails can be told apart, by day and by night."""

from __future__ import annotations

import pytest

from calendar_service.mail.palette import DARK, LIGHT, Palette


def luminance(color: str) -> float:
    """WCAG's relative luminance."""
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_text_keeps_a_contrast_of_four_and_a_half_to_one(palette: Palette) -> None:
    pairs = [
        (ink, ground)
        for ink in (palette.ink, palette.muted, palette.link)
        for ground in (palette.page, palette.paper)
    ]
    pairs += [(palette.on_accent, palette.accent), (palette.warning, palette.warning_paper)]
    for ink, ground in pairs:
        assert contrast(ink, ground) >= 4.5
