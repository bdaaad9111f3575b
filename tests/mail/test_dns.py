"""What the DNS says of the domain that sends, and what to set."""

from __future__ import annotations

import socket
from collections.abc import Mapping, Sequence

import pytest

from calendar_service.actions.findings import Health
from calendar_service.actions.service import Service
from calendar_service.actions.standing_checkup import standing_checked
from calendar_service.mail import dns as looking
from calendar_service.mail.dkim_keys import SigningKey, load_keys, make_keys
from calendar_service.mail.dns import Dns, DnsError, Look, look_at_dkim, look_at_dmarc, look_at_spf
from tests.mail.nameserver import answering
from tests.stores import with_settings

DOMAIN = "example.org"


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> list[SigningKey]:
    return load_keys(make_keys(tmp_path_factory.mktemp("keys"), "calendar"))


def spf(*texts: str) -> Look:
    with answering({DOMAIN: texts}) as port:
        return look_at_spf(Dns(["127.0.0.1"], port), DOMAIN)


def dmarc(zone: Mapping[str, Sequence[str]], domain: str = DOMAIN) -> Look:
    with answering(zone) as port:
        return look_at_dmarc(Dns(["127.0.0.1"], port), domain)


@pytest.mark.parametrize(
    "text", ["v=spf1 mx ~all", "v=spf1 -all", "V=SPF1 include:x.org ?all", "v=spf1 redirect=x.org"]
)
def test_a_domain_that_says_who_sends_for_it_is_right(text: str) -> None:
    assert spf("google-site-verification=1", text).is_right


@pytest.mark.parametrize(
    ("texts", "remedy"),
    [
        ([], "v=spf1 mx ~all"),
        (["v=spf10 -all"], "v=spf1 mx ~all"),
        (["v=spf1 mx -all", "v=spf1 -all"], "two count as none"),
        (["v=spf1 +all"], "~all or -all"),
        (["v=spf1 mx"], "~all or -all"),
    ],
)
def test_what_is_missing_or_wrong_is_told_with_what_to_set(texts: list[str], remedy: str) -> None:
    look = spf(*texts)
    assert not look.is_right
    assert remedy in look.remedy


def test_a_key_is_right_where_the_dns_has_its_other_half(keys: list[SigningKey]) -> None:
    for key, other in zip(keys, reversed(keys), strict=True):
        for record, right in ((key.record, True), (other.record, False), ("v=DKIM1; p=", False)):
            with answering({key.name(DOMAIN): [record]}) as port:
                look = look_at_dkim(Dns(["127.0.0.1"], port), DOMAIN, key)
            assert look.is_right is right
            assert right or key.record in look.remedy
        with answering({}) as port:
            assert not look_at_dkim(Dns(["127.0.0.1"], port), DOMAIN, key).is_right


def test_the_policy_of_the_domain_or_the_one_above_it_counts() -> None:
    policy = {"_dmarc.example.org": ["v=DMARC1; p=quarantine; rua=mailto:a@example.org"]}
    assert dmarc(policy).is_right
    assert dmarc(policy, "mail.example.org").is_right
    assert not dmarc(policy, "example.net").is_right
    assert "p=none" in dmarc({}).remedy
    twice = dmarc({"_dmarc.example.org": ["v=DMARC1; p=none", "v=DMARC1; p=reject"]})
    assert "two count as none" in twice.remedy
    assert not dmarc({"_dmarc.example.org": ["v=DMARC1; rua=mailto:a@example.org"]}).is_right


def test_a_dns_that_does_not_answer_is_no_fault_of_the_domain(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(looking, "TIMEOUT", 0.2)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        with pytest.raises(DnsError, match=DOMAIN):
            look_at_spf(Dns(["127.0.0.1"], silent.getsockname()[1]), DOMAIN)


def test_the_doctor_tells_all_of_it_and_what_to_set(
    sqlite_service: Service, tmp_path_factory: pytest.TempPathFactory
) -> None:
    files = tuple(make_keys(tmp_path_factory.mktemp("keys"), "calendar"))
    rsa, edwards = load_keys(files)
    files[1].chmod(0o644)
    service = with_settings(
        sqlite_service,
        smtp_url="smtp://127.0.0.1:1",
        mail_from="Kalendari <calendar@example.org>",
        dkim_key=files,
        dkim_domain=DOMAIN,
        bounce_address="*@bounces.example.org",
    )
    zone = {
        "bounces.example.org": ["v=spf1 mx -all"],
        rsa.name(DOMAIN): [rsa.record],
        edwards.name(DOMAIN): [],
    }
    with answering(zone) as port:
        found = list(standing_checked(service, Dns(["127.0.0.1"], port)))
    assert [(one.subject, one.health) for one in found] == [
        ("DKIM", Health.BAD),
        ("bounces", Health.WARN),
        ("SPF", Health.GOOD),
        ("DKIM", Health.GOOD),
        ("DKIM", Health.WARN),
        ("DMARC", Health.WARN),
    ]
    assert "chmod 600" in found[0].remedy
    assert edwards.record in found[4].remedy


def test_on_a_laptop_nothing_is_looked_up(sqlite_service: Service) -> None:
    assert list(standing_checked(sqlite_service)) == []
