"""How often the sign-up form may have mails sent: to one address, from one network, and in all.

Whoever is over a limit waits, without being told apart: the confirmation leaves later. Under
pressure, who has done some work (`proofs.py`) need not wait; who has not, takes the slower path.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from calendar_service.actions.service import Service
from calendar_service.domain.buckets import Bucket, Level, level_now, take
from calendar_service.errors import TooManyError
from calendar_service.mail.identity import address_mac
from calendar_service.sealing import seal
from calendar_service.store.queries.buckets import (
    forget_levels,
    lock_level,
    read_level,
    write_level,
)

HOURLY = Bucket(1, timedelta(hours=1), debt=2)
DAILY = Bucket(2, timedelta(days=1), debt=2)
"""Of each address: a mail an hour, and three in any day.

Two may wait for their turn, a confirmation and a link to one's choices: whoever owes one of a sort
while another one of it waits has that one do for both.
"""

NETWORK = Bucket(20, timedelta(minutes=1), debt=60)
"""Of each /24 and /56: twenty at once, then one a minute, of which sixty may wait their turn."""

WHOLE = Bucket(300, timedelta(seconds=2), debt=1800)
"""Of everybody: three hundred at once, then one every two seconds; 1800 may wait their turn."""

FORGOTTEN_AFTER = timedelta(days=3)
"""By then every bucket is full again."""

_WHOLE = "whole"
_PREFIXES = {4: 24, 6: 56}


@dataclass(frozen=True, slots=True)
class Asker:
    """Where a sign-up comes from; `address` is an IP address, or empty on this machine's own.

    `has_worked` says that a proof of work came with it.
    """

    address: str = ""
    has_worked: bool = False


OURSELVES = Asker()
"""Who asks on this machine, such as a rehearsal."""


Levels = Mapping[str, tuple[Bucket, Level]]
"""Buckets and what is in each, by their names."""


@dataclass(frozen=True, slots=True)
class AddressTurn:
    """When the next mail to an address may leave; `at` is None where enough of them wait."""

    at: datetime | None
    before: Mapping[str, Level]
    after: Mapping[str, Level]

    def settle(self, session: Session, *, taken: bool) -> None:
        """Counts the mail, or does not; and that takes as long."""
        for name, level in (self.after if taken else self.before).items():
            write_level(session, name, level)


def is_under_pressure(service: Service, address: str) -> bool:
    """Whether a sign-up from an IP address would have to wait now, unless work was done for it."""
    now = service.clock.now()
    with service.database.read() as session:
        return any(
            level_now(bucket, read_level(session, name), now=now).tokens < 1
            for name, bucket in _by_asker(service.secret, address)
        )


def turn_of_asker(session: Session, secret: bytes, asker: Asker, *, now: datetime) -> timedelta:
    """How long a sign-up has to wait by where it comes from; raises TooManyError beyond that."""
    if asker.has_worked:
        return timedelta()
    waits = [
        _take(session, name, bucket, now=now) for name, bucket in _by_asker(secret, asker.address)
    ]
    if None in waits:
        raise TooManyError
    return max(wait for wait in waits if wait is not None)


def turn_of_address(
    session: Session, secret: bytes, address_key: str, *, now: datetime
) -> AddressTurn:
    """When the next mail to an address may leave; nobody else takes that turn meanwhile."""
    waits, after = [], {}
    levels = lock_address(session, secret, address_key, now=now)
    for name, (bucket, level) in levels.items():
        found = take(bucket, level_now(bucket, level, now=now), now=now)
        after[name], wait = found or (level, None)
        waits.append(wait)
    before = {name: level for name, (_, level) in levels.items()}
    if None in waits:
        return AddressTurn(None, before, before)
    return AddressTurn(now + max(wait for wait in waits if wait is not None), before, after)


def lock_address(session: Session, secret: bytes, address_key: str, *, now: datetime) -> Levels:
    """What is in the buckets of an address, which nobody else takes from meanwhile.

    Whoever changes sign-ups or mails of the address locks these first, so that nobody waits for
    somebody who waits for them.
    """
    mac = address_mac(secret, address_key)
    buckets = {f"day {mac}": DAILY, f"hour {mac}": HOURLY}
    return {
        name: (bucket, lock_level(session, name, level_now(bucket, None, now=now)))
        for name, bucket in buckets.items()
    }


def give_back(session: Session, levels: Levels) -> None:
    """Counts a mail no more that was called back before it left."""
    for name, (bucket, level) in levels.items():
        write_level(session, name, Level(min(bucket.size, level.tokens + 1), level.at))


def forget_limits(service: Service) -> None:
    """Forgets who asked when, once it makes no difference."""
    now = service.clock.now()
    with service.database.write() as session:
        forget_levels(session, before=now - FORGOTTEN_AFTER)


def network_of(address: str) -> str:
    """The network that an IP address is counted in: /24, or /56 (RFC 6177), or the text itself."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address[:64]
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    return str(ipaddress.ip_network(f"{ip}/{_PREFIXES[ip.version]}", strict=False))


def _by_asker(secret: bytes, address: str) -> Iterator[tuple[str, Bucket]]:
    """The buckets by where a sign-up comes from, always in this order, as their locks want it.

    No network is kept, only an HMAC of it.
    """
    yield _WHOLE, WHOLE
    if address:
        network = seal(secret, b"network\0", network_of(address).encode())
        yield f"network {network[:16].hex()}", NETWORK


def _take(session: Session, name: str, bucket: Bucket, *, now: datetime) -> timedelta | None:
    level = lock_level(session, name, level_now(bucket, None, now=now))
    found = take(bucket, level_now(bucket, level, now=now), now=now)
    if found is None:
        return None
    write_level(session, name, found[0])
    return found[1]
