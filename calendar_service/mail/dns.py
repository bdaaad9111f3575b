"""What the DNS says of a domain that sends: SPF (RFC 7208), DKIM (RFC 6376), DMARC (RFC 7489)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from dns.exception import DNSException
from dns.resolver import NXDOMAIN, NoAnswer, Resolver

from calendar_service.errors import CalendarError
from calendar_service.mail.dkim_keys import SigningKey

TIMEOUT = 5.0
"""Seconds for one look-up, all its tries included."""

_TAG = re.compile(r"\s*([a-z]+)\s*=\s*(.*?)\s*$", re.DOTALL)


class DnsError(CalendarError):
    """The DNS does not answer from here, so nothing can be said of it."""


@dataclass(frozen=True, slots=True)
class Look:
    """What one look-up came to: how it stands in words, and what to set where it is not right."""

    is_right: bool
    words: str
    remedy: str = ""


class Dns:
    """Looks TXT records up: at `servers` and `port` if they are given, else as the machine does."""

    def __init__(self, servers: Sequence[str] = (), port: int = 53) -> None:
        try:
            self._resolver = Resolver(configure=not servers)
        except DNSException as error:
            raise DnsError(f"no DNS server is configured here ({error})") from error
        if servers:
            self._resolver.nameservers, self._resolver.port = list(servers), port
        self._resolver.lifetime = TIMEOUT

    def texts(self, name: str) -> list[str]:
        """The TXT records of a name, each in one piece; none for a name that there is not."""
        try:
            answer = self._resolver.resolve(name, "TXT", search=False)
        except (NXDOMAIN, NoAnswer):
            return []
        except (DNSException, OSError) as error:
            raise DnsError(
                f"the DNS does not answer for {name} ({type(error).__name__})"
            ) from error
        return [b"".join(record.strings).decode("utf-8", "replace") for record in answer]


def look_at_spf(dns: Dns, domain: str) -> Look:
    """Whether the domain of the envelope says who may send for it: in one record, with an end."""
    found = [text for text in dns.texts(domain) if text.lower().split(" ")[0] == "v=spf1"]
    example = f'{domain}. IN TXT "v=spf1 mx ~all"'
    if not found:
        remedy = f"put {example} into the DNS, with your relay in place of mx."
        return Look(False, f"{domain} does not say who may send for it", remedy)
    if len(found) > 1:
        return Look(
            False, f"{domain} has {len(found)} SPF records", "leave one; two count as none."
        )
    terms = found[0].lower().split()
    if "+all" in terms or "all" in terms:
        return Look(False, f"{found[0]!r} lets anybody send", "end it with ~all or -all.")
    if not any(term.endswith("all") or term.startswith("redirect=") for term in terms):
        return Look(False, f"{found[0]!r} does not say who may not", "end it with ~all or -all.")
    return Look(True, f"{domain} says {found[0]!r}")


def look_at_dkim(dns: Dns, domain: str, key: SigningKey) -> Look:
    """Whether the DNS has the public half of a key."""
    name = key.name(domain)
    remedy = f'put {name}. IN TXT "{key.record}" into the DNS, in texts of 255 octets at most.'
    found = [_tags(text) for text in dns.texts(name)]
    keys = [
        tags["p"].replace(" ", "")
        for tags in found
        if tags.get("v", "DKIM1") == "DKIM1" and "p" in tags
    ]
    if not keys:
        return Look(False, f"{name} has no key, so our signatures are not believed", remedy)
    if keys != [key.public]:
        return Look(False, f"{name} has another key than mails are signed with", remedy)
    return Look(True, f"{name} has our {key.kind} key")


def look_at_dmarc(dns: Dns, domain: str) -> Look:
    """Whether the domain of From, or the one above it, says what to do with what is not its."""
    names = [f"_dmarc.{domain}"]
    if domain.count(".") > 1:
        names.append(f"_dmarc.{domain.partition('.')[2]}")
    for name in names:
        found = [text for text in dns.texts(name) if _tags(text).get("v") == "DMARC1"]
        if len(found) > 1:
            return Look(
                False, f"{name} has {len(found)} DMARC records", "leave one; two count as none."
            )
        if found and _tags(found[0]).get("p") in {"none", "quarantine", "reject"}:
            return Look(True, f"{name} says {found[0]!r}")
        if found:
            return Look(False, f"{name} says {found[0]!r}, without a policy", "add p=none or more.")
    remedy = (
        f'put {names[0]}. IN TXT "v=DMARC1; p=none; rua=mailto:postmaster@{domain}" into the DNS.'
    )
    return Look(False, f"{domain} has no DMARC policy, which Gmail and Yahoo ask for", remedy)


def _tags(text: str) -> dict[str, str]:
    """The tags of a record (RFC 6376 3.2)."""
    found = (_TAG.match(part) for part in text.split(";"))
    return {tag[1]: tag[2] for tag in found if tag}
