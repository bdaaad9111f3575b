"""Seals are what everybody else calls HMAC-SHA256."""

from __future__ import annotations

import hmac

from hypothesis import given
from hypothesis import strategies as st

from calendar_service.sealing import seal


@given(st.binary(max_size=150), st.binary(max_size=30), st.binary(max_size=200))
def test_a_seal_is_an_hmac_over_purpose_and_message(
    secret: bytes, purpose: bytes, told: bytes
) -> None:
    assert seal(secret, purpose, told) == hmac.digest(secret, purpose + told, "sha256")
