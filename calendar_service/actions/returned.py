"""Takes in mails that come back, wherever they are picked up."""

from __future__ import annotations

import logging
from enum import StrEnum

from calendar_service.actions.service import Service
from calendar_service.actions.standing import count_returned
from calendar_service.domain.standing import REMEMBERED
from calendar_service.mail.mailboxes import Mailbox, open_mailbox
from calendar_service.mail.returned import find_returned, read_report
from calendar_service.mail.verp import BounceAddress
from calendar_service.store.queries.standing import forget_bounces

_log = logging.getLogger(__name__)


class Taken(StrEnum):
    """What came of a mail that came in."""

    COUNTED = "counted"
    NO_REPORT = "no report"
    NOT_OURS = "not ours"


def take_returned(service: Service, octets: bytes) -> Taken:
    """Counts what a mail says came back, if it is one of ours that did leave of late."""
    report = read_report(octets)
    if report is None:
        return Taken.NO_REPORT
    if not service.settings.bounce_address:
        return Taken.NOT_OURS
    bounces = BounceAddress.parse(service.settings.bounce_address)
    for returned in find_returned(octets, bounces):
        if count_returned(service, returned, report.weight, report.status):
            return Taken.COUNTED
    return Taken.NOT_OURS


def collect_returned(service: Service) -> int:
    """Takes in what lies in the mailbox of the settings; tells how many mails counted.

    A mail is marked once what it says is kept, so that none is lost; one that comes twice counts
    once. Raises MailboxError where the mailbox cannot be read.
    """
    if not service.settings.bounces:
        return 0
    mailbox = open_mailbox(service.settings.bounces)
    try:
        return _collect(service, mailbox)
    finally:
        mailbox.close()


def forget_returned(service: Service) -> None:
    """Forgets bounces that count no more."""
    now = service.clock.now()
    with service.database.write() as session:
        forget_bounces(session, before=now - REMEMBERED)


def _collect(service: Service, mailbox: Mailbox) -> int:
    counted = 0
    for name, octets in mailbox.unread():
        taken = take_returned(service, octets)
        _log.info("the mail %s that came in: %s", name, taken)
        counted += taken is Taken.COUNTED
        mailbox.mark(name)
    return counted
