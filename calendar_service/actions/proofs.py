"""Proofs of work (ALTCHA) for sign-ups under pressure: a browser's second, and no third party.

A challenge is signed, bound to the network that asked for it, good for some minutes, and once.
"""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import altcha

from calendar_service.actions.limits import is_under_pressure, network_of
from calendar_service.actions.service import Service
from calendar_service.sealing import seal
from calendar_service.store.queries.buckets import add_once

ALGORITHM = "PBKDF2/SHA-256"
COST = 2_000
"""Iterations of a try, of which 256 are needed on average."""

GOOD_FOR = timedelta(minutes=20)
LONGEST = 4_000
"""Characters of a solution; ours have some 700."""


def challenge(service: Service, address: str) -> Mapping[str, Any] | None:
    """A challenge for a sign-up from an IP address, to be solved; None while none is needed."""
    if not is_under_pressure(service, address):
        return None
    until = int((service.clock.now() + GOOD_FOR).timestamp())
    made = altcha.create_challenge(
        ALGORITHM,
        COST,
        data={"until": until, "network": _network(service, address)},
        hmac_secret=_secret(service),
    )
    found: Mapping[str, Any] = made.to_dict()
    return found


def is_solved(service: Service, solution: str, address: str) -> bool:
    """Whether a text solves a challenge of ours for that IP address, in time, and the first time.

    The work of telling is bounded: what is not signed by us is not reckoned.
    """
    if not solution or len(solution) > LONGEST or not solution.isascii():
        return False
    try:
        if not altcha.verify_solution(solution, _secret(service)).verified:
            return False
        parameters = _parameters(solution)
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        return False
    data, now = parameters.data or {}, service.clock.now()
    if now.timestamp() >= data["until"] or data["network"] != _network(service, address):
        return False
    with service.database.write() as session:
        return add_once(session, f"solved {parameters.nonce}", now=now)


def _parameters(solution: str) -> altcha.ChallengeParameters:
    return altcha.Payload.from_dict(json.loads(b64decode(solution))).challenge.parameters


def _secret(service: Service) -> bytes:
    return seal(service.secret, b"proof of work\0", b"")


def _network(service: Service, address: str) -> str:
    return seal(service.secret, b"challenge\0", network_of(address).encode())[:8].hex()
