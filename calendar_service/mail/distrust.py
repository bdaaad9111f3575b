"""Words of servers that do not trust a sender and give no code for it (RFC 3463 3.8)."""

from __future__ import annotations

import re

_DISTRUSTED = re.compile(
    r"\b(?:spf|dkim|dmarc|dnsbl|spamhaus|unsolicited|reputation)\b|\bblock(?:ed using| ?list)"
    r"|\bblack ?list|\bspam\b|\bnot accepting mail from\b|\bpolicy\b|\breverse dns\b",
    re.IGNORECASE,
)


def tells_distrust(said: str) -> bool:
    """Whether a refusal speaks of who sends, or of what it takes for spam; not of its reader."""
    words = " ".join(word for word in said.split() if "@" not in word)
    return _DISTRUSTED.search(words) is not None
