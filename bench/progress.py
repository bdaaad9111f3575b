"""Tells on a terminal what is being measured just now."""

from __future__ import annotations

import sys


def progress(words: str) -> None:
    """Shows what is done, in place of what was shown before; nothing where nobody looks."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{words}", end="", file=sys.stderr, flush=True)
