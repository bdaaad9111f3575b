"""The colours of the mails, by day and by night. Text keeps a contrast of 4.5:1 (WCAG 1.4.3)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Palette:
    """`page` lies behind `paper`; `ink`, `muted` and `link` are written on both.

    `on_accent` is written on `accent`, and `warning` on `warning_paper`.
    """

    page: str
    paper: str
    ink: str
    muted: str
    link: str
    line: str
    accent: str
    on_accent: str
    warning: str
    warning_paper: str


LIGHT = Palette(
    page="#eef1f5",
    paper="#ffffff",
    ink="#17212e",
    muted="#4f5b6b",
    link="#0a558f",
    line="#d5dbe3",
    accent="#0b4f8a",
    on_accent="#ffffff",
    warning="#5a3d00",
    warning_paper="#fff3d1",
)

DARK = Palette(
    page="#0f141b",
    paper="#1a212b",
    ink="#eef2f7",
    muted="#aab6c5",
    link="#8cc4f5",
    line="#344050",
    accent="#8cc4f5",
    on_accent="#0c1a28",
    warning="#ffe0a3",
    warning_paper="#3b2e0d",
)
