"""Several things asked for with one address: nothing is lost, and no more mails leave for it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from email.message import EmailMessage

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import NoResultFound

from calendar_service.actions.choices import TypedChoices
from calendar_service.actions.confirming import (
    AskedAnewError,
    confirm,
    confirm_token,
    pending,
)
from calendar_service.actions.erasing import UnknownReaderError, erase_reader
from calendar_service.actions.limits import NETWORK, Asker
from calendar_service.actions.listing import subscriptions
from calendar_service.actions.preference_page import ask_for_link, reader_page
from calendar_service.actions.saved_searches import target_of_search
from calendar_service.actions.service import Service
from calendar_service.actions.signup import (
    CONFIRM_WITHIN,
    MOST_WAITING,
    SignupRequest,
    request_subscription,
)
from calendar_service.actions.standing import never_again, never_token, why_suppressed
from calendar_service.actions.tokens import LinkError
from calendar_service.clock import SetClock
from calendar_service.domain.readers import Target, TargetKind
from calendar_service.domain.search import Search
from calendar_service.store.rows import DeliveryRow, SignupRow
from tests.calendars_at_work import NATO, SUMMITS, confirmed, load_feeds, publish_event
from tests.delivery.mailings import arrived, body_of, deliver
from tests.stores import WINTER

ANNA = "anna@example.org"
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
OF_NATO, OF_SUMMITS = (Target(TargetKind.FEED, name) for name in ("nato", "summits"))
OF_BRIEFING = Target(TargetKind.EVENT, "briefing")


@pytest.fixture
def site(service: Service) -> Service:
    load_feeds(service, NATO, SUMMITS)
    publish_event(service, "briefing", "2026-05-01")
    return service


def ask(
    service: Service,
    target: Target = OF_NATO,
    address: str = ANNA,
    *,
    offset: str = "P1D",
    language: str = "en",
    ip: str = "",
) -> str:
    """Signs up as the form does; the key of the sign-up."""
    choices = TypedChoices((offset,), language, "Europe/Tirane")
    request_subscription(
        service,
        SignupRequest(target, address, choices, consent=True, shown_in="en", asker=Asker(ip)),
    )
    with service.database.read() as session:
        newest = select(SignupRow.key).order_by(SignupRow.id.desc()).limit(1)
        return session.scalars(newest).one()


def mails(service: Service) -> list[EmailMessage]:
    """What has come since the last look."""
    deliver(service)
    return arrived(service)


def subjects(service: Service) -> list[str]:
    return [str(mail["Subject"]) for mail in mails(service)]


def link_in(mail: EmailMessage) -> str:
    """The token of a confirmation's link."""
    return body_of(mail).partition("/confirm/")[2].split()[0]


def shown(service: Service, token: str) -> list[str]:
    """The titles on a link's page."""
    return [str(one.title["en"]) for one in pending(service, token).waiting]


def keys(service: Service, token: str) -> dict[str, str]:
    return {str(one.title["en"]): one.key for one in pending(service, token).waiting}


def follows(service: Service) -> list[str]:
    return sorted(one.target.name for one in subscriptions(service))


def test_three_sign_ups_in_an_hour_are_two_mails_and_the_second_asks_for_all(
    site: Service, clock: SetClock
) -> None:
    ask(site)
    (first,) = mails(site)
    ask(site, OF_SUMMITS)
    ask(site, OF_BRIEFING)
    assert mails(site) == []
    clock.set(WINTER + HOUR)
    (second,) = mails(site)
    assert second["Subject"] == "Please confirm your reminders: Summits"
    assert "Asked for too, and to be confirmed on the same page: “briefing” and “NATO”" in body_of(
        second
    )
    assert "works for 48 hours" in body_of(second)
    for mail in (first, second):
        assert shown(site, link_in(mail)) == ["briefing", "Summits", "NATO"]
    clock.set(WINTER + DAY)
    assert mails(site) == []


def test_the_first_mails_page_confirms_what_was_asked_for_since_and_calls_the_next_mail_back(
    site: Service, clock: SetClock
) -> None:
    ask(site)
    (first,) = mails(site)
    ask(site, OF_SUMMITS)
    token = link_in(first)
    confirm(site, token, list(keys(site, token).values()))
    assert follows(site) == ["nato", "summits"]
    clock.set(WINTER + 10 * MINUTE)
    ask(site, OF_BRIEFING)
    clock.set(WINTER + HOUR)
    assert subjects(site) == ["Please confirm your reminders: briefing"], "its turn came back"


def test_what_is_left_unconfirmed_is_asked_for_as_ever(site: Service, clock: SetClock) -> None:
    ask(site)
    (first,) = mails(site)
    ask(site, OF_SUMMITS)
    ask(site, OF_BRIEFING)
    token = link_in(first)
    confirm(site, token, [keys(site, token)["briefing"]])
    clock.set(WINTER + HOUR)
    (second,) = mails(site)
    assert second["Subject"] == "Please confirm your reminders: Summits"
    assert "“NATO”" in body_of(second)
    assert "briefing" not in body_of(second)


def test_a_mail_and_its_page_speak_the_language_of_what_it_is_owed_for_while_that_waits(
    site: Service, clock: SetClock
) -> None:
    ask(site, language="sq")
    (first,) = mails(site)
    ask(site, OF_SUMMITS, language="fr")
    ask(site, OF_BRIEFING, language="tr")
    assert pending(site, link_in(first)).language == "sq"
    clock.set(WINTER + HOUR)
    (second,) = mails(site)
    assert second["Content-Language"] == pending(site, link_in(second)).language == "fr"
    confirm(site, link_in(second))
    assert follows(site) == ["summits"]
    assert pending(site, link_in(second)).language == "fr"


def test_nobody_is_asked_again_for_what_an_earlier_mail_asked_for(
    site: Service, clock: SetClock
) -> None:
    ask(site)
    (first,) = mails(site)
    ask(site, OF_SUMMITS)
    token = link_in(first)
    confirm(site, token, [keys(site, token)["Summits"]])
    clock.set(WINTER + HOUR)
    assert mails(site) == []
    assert shown(site, token) == ["NATO"]


def test_a_sign_up_while_a_sender_has_the_mail_is_owed_one_of_its_own(
    site: Service, clock: SetClock
) -> None:
    ask(site)
    with site.database.write() as session:
        session.execute(update(DeliveryRow).values(state="sending"))
    ask(site, OF_SUMMITS)
    clock.set(WINTER + HOUR)
    assert subjects(site) == ["Please confirm your reminders: Summits"]


def test_a_mail_that_a_relay_may_have_had_asks_for_nothing_more(
    site: Service, clock: SetClock
) -> None:
    ask(site)
    with site.database.write() as session:
        again = WINTER + 2 * HOUR
        session.execute(update(DeliveryRow).values(unanswered=1, tries=1, not_before=again))
    ask(site, OF_SUMMITS)
    clock.set(WINTER + HOUR)
    assert subjects(site) == ["Please confirm your reminders: Summits"]


def test_the_newest_sign_up_to_the_same_replaces_the_others_and_their_links_lead_to_it(
    site: Service, clock: SetClock
) -> None:
    old = ask(site, offset="P7D")
    (first,) = mails(site)
    ask(site, offset="P3D")
    new = ask(site, offset="P1D")
    (one,) = pending(site, link_in(first)).waiting
    assert (one.key, [str(offset) for offset in one.preferences.offsets]) == (new, ["P1D"])
    with pytest.raises(AskedAnewError):
        confirm(site, link_in(first), [old])
    assert follows(site) == []
    confirm(site, link_in(first), [new])
    (followed,) = subscriptions(site)
    assert [str(offset) for offset in followed.preferences.offsets] == ["P1D"]
    assert pending(site, link_in(first)).waiting == ()
    assert pending(site, link_in(first)).confirmed
    clock.set(WINTER + HOUR)
    assert mails(site) == []


def test_a_key_of_another_address_or_of_nothing_confirms_nothing(site: Service) -> None:
    token, other = confirm_token(site, ask(site)), ask(site, OF_SUMMITS, "other@example.org")
    for strange in ("", "nothing", other):
        with pytest.raises(AskedAnewError):
            confirm(site, token, [*keys(site, token).values(), strange])
    assert follows(site) == []


def test_confirming_again_changes_nothing_not_even_for_who_said_never_again(
    site: Service,
) -> None:
    token = confirm_token(site, ask(site))
    named = list(keys(site, token).values())
    before = confirm(site, token, named)
    never_again(site, never_token(site, ANNA, "en"))
    assert confirm(site, token, named) == confirm(site, token) == before
    assert why_suppressed(site, ANNA) is not None


def test_what_the_days_mails_have_no_room_for_is_asked_for_the_next_day(
    site: Service, clock: SetClock
) -> None:
    sent = []
    for number, target in enumerate((OF_NATO, OF_SUMMITS, OF_BRIEFING)):
        clock.set(WINTER + number * HOUR)
        ask(site, target)
        sent += subjects(site)
    assert len(sent) == 2
    clock.set(WINTER + DAY - MINUTE)
    assert mails(site) == []
    clock.set(WINTER + DAY)
    (third,) = mails(site)
    assert third["Subject"] == "Please confirm your reminders: briefing"
    clock.set(WINTER + DAY + CONFIRM_WITHIN - MINUTE)
    assert shown(site, link_in(third)) == ["briefing"], "48 hours from its mail"


def test_who_fills_the_form_with_ever_other_searches_fills_no_store_and_drives_nothing_out(
    site: Service,
) -> None:
    ask(site)
    (first,) = mails(site)
    ask(site, OF_SUMMITS)
    for number in range(3 * MOST_WAITING):
        ask(site, target_of_search(Search(text=(f"word {number}",))))
    titles = shown(site, link_in(first))
    assert len(titles) == MOST_WAITING + 2
    assert titles[0] == f"Selected events: “word {3 * MOST_WAITING - 1}”"
    assert titles[-2:] == ["Summits", "NATO"], "those that mails were owed for"


def test_the_hour_between_two_mails_counts_from_when_the_first_may_leave(
    site: Service, clock: SetClock
) -> None:
    for number in range(NETWORK.size + 30):
        ask(site, address=f"reader{number}@example.org", ip="192.0.2.1")
    ask(site, ip="192.0.2.1")
    clock.set(WINTER + 31 * MINUTE)
    assert ANNA in [mail["To"] for mail in mails(site)]
    ask(site, OF_SUMMITS)
    clock.set(WINTER + 90 * MINUTE)
    assert mails(site) == []
    clock.set(WINTER + 91 * MINUTE)
    assert subjects(site) == ["Please confirm your reminders: Summits"]


def test_a_link_asked_for_while_a_confirmation_waits_comes_once_the_limits_allow(
    site: Service, clock: SetClock
) -> None:
    confirmed(site, ANNA)
    clock.set(WINTER + 3 * DAY)
    ask(site, OF_SUMMITS)
    assert len(mails(site)) == 1
    ask(site, OF_BRIEFING)
    for _ in range(3):
        ask_for_link(site, ANNA, Asker(), "en")
    clock.set(WINTER + 3 * DAY + HOUR)
    assert subjects(site) == ["Please confirm your reminders: briefing"]
    clock.set(WINTER + 4 * DAY)
    assert subjects(site) == ["Your choices, as they are now"]
    clock.set(WINTER + 5 * DAY)
    assert mails(site) == []


def test_a_readers_confirmation_has_the_link_to_their_choices_and_no_strangers_has(
    site: Service, clock: SetClock
) -> None:
    confirmed(site, ANNA)
    clock.set(WINTER + 3 * DAY)
    ask(site, OF_SUMMITS)
    ask(site, OF_SUMMITS, "new@example.org")
    to_anna, to_a_stranger = mails(site)
    for kind in ("plain", "html"):
        assert "/preferences/" in body_of(to_anna, kind)
        assert "/preferences/" not in body_of(to_a_stranger, kind)
    token = body_of(to_anna).partition("/preferences/")[2].split()[0]
    assert [str(one.title["en"]) for one in reader_page(site, token).choices] == ["NATO"]


def test_a_link_takes_the_turn_of_a_confirmation_that_is_called_back(
    site: Service, clock: SetClock
) -> None:
    confirmed(site, ANNA)
    clock.set(WINTER + 3 * DAY)
    ask(site, OF_SUMMITS)
    (first,) = mails(site)
    ask(site, OF_BRIEFING)
    ask_for_link(site, ANNA, Asker(), "en")
    confirm(site, link_in(first), list(keys(site, link_in(first)).values()))
    clock.set(WINTER + 3 * DAY + HOUR - MINUTE)
    assert mails(site) == []
    clock.set(WINTER + 3 * DAY + HOUR)
    assert subjects(site) == ["Your choices, as they are now"]
    ask(site)
    clock.set(WINTER + 4 * DAY - MINUTE)
    assert mails(site) == [], "two have left in these 24 hours"
    clock.set(WINTER + 4 * DAY)
    assert subjects(site) == ["Please confirm your reminders: NATO"]


def test_who_is_sent_no_link_has_their_turn_left_for_a_confirmation(site: Service) -> None:
    for _ in range(3):
        ask_for_link(site, ANNA, Asker(), "en")
    ask(site)
    assert subjects(site) == ["Please confirm your reminders: NATO"]


@pytest.mark.thorough
@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_whatever_is_done_with_an_address_at_once_is_done(site: Service) -> None:
    """Each locks the address before anything of it, or the server would give one of them up."""
    worked = Asker(has_worked=True)

    def sign_up_and_confirm(target: Target) -> None:
        with suppress(AskedAnewError, LinkError, NoResultFound):  # it was erased meanwhile
            token = confirm_token(site, ask(site, target))
            confirm(site, token, list(keys(site, token).values()))

    def erase(_: Target) -> None:
        with suppress(UnknownReaderError):
            erase_reader(site, ANNA)

    deeds = (
        *(sign_up_and_confirm, sign_up_and_confirm, sign_up_and_confirm, erase),
        lambda _: ask_for_link(site, ANNA, worked, "en"),
    )
    with ThreadPoolExecutor(len(deeds)) as pool:
        targets = (OF_NATO, OF_SUMMITS, OF_BRIEFING)
        done = [
            pool.submit(deed, target) for _ in range(12) for deed in deeds for target in targets
        ]
        for one in done:
            one.result()
    assert len(mails(site)) <= 1
