"""The content codings in which a feed can be sent (RFC 9110 8.4.1), the best one first."""

from __future__ import annotations

from collections.abc import Callable

import zstandard
from isal import igzip

IDENTITY = "identity"


def _zstd(content: bytes) -> bytes:
    return zstandard.ZstdCompressor(level=3).compress(content)


def _gzip(content: bytes) -> bytes:
    """Without a time in its header, so that equal content gives equal bytes."""
    return igzip.compress(content, compresslevel=2, mtime=0)


CODINGS: dict[str, Callable[[bytes], bytes]] = {"zstd": _zstd, "gzip": _gzip, IDENTITY: bytes}
"""Each coding with what makes it of the content; a new one is a line here."""
