"""Mails that come back, each shaped as one mail server shapes them; written for these tests.

VERP stands for the envelope sender that ours left in.
"""

from __future__ import annotations

from base64 import encodebytes

VERP = "bounces+1267-aaaaaaaaaaaaaaaa@example.org"

_HEAD = """\
Return-Path: <>
Delivered-To: {verp}
From: {author}
To: {verp}
Subject: {subject}
Date: Thu, 12 Feb 2026 09:00:00 +0000
Message-ID: <bounce@mx.example.net>
"""

ORIGINAL = f"""\
Return-Path: <{VERP}>
Received: from relay.example.org by mx.example.net; Thu, 12 Feb 2026 08:00:00 +0000
From: Kalendari <calendar@example.org>
To: reader@example.net
Subject: Tomorrow: version 4.2.2 of the 5.1.1 rules
Message-ID: <0a1b@example.org>

Meeting 550 5.1.1 in hall 4.
"""


def head(author: str, subject: str, *more: str) -> str:
    """The headers of a mail that came to the envelope sender of ours."""
    return _HEAD.format(verp=VERP, author=author, subject=subject) + "".join(
        f"{line}\n" for line in more
    )


def dsn(
    author: str, subject: str, words: str, *fields: str, more: tuple[str, ...] = (), reporting: str
) -> str:
    """A delivery status notification (RFC 3464) with the fields of one recipient."""
    lines = "\n".join(["Final-Recipient: rfc822; reader@example.net", *fields])
    return (
        head(
            author,
            subject,
            *more,
            "MIME-Version: 1.0",
            'Content-Type: multipart/report; report-type=delivery-status; boundary="b1"',
        )
        + f"\n--b1\nContent-Type: text/plain; charset=utf-8\n\n{words}\n"
        + f"\n--b1\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; {reporting}\n"
        + f"\n{lines}\n\n--b1\nContent-Type: message/rfc822\n\n{ORIGINAL}\n--b1--\n"
    )


def complaint(kind: str, *, base64: bool = False) -> str:
    """A complaint as a mail provider passes it on (RFC 5965), to an address of its own."""
    report = f"Feedback-Type: {kind}\nUser-Agent: Feedback/1.0\nVersion: 1\n"
    report += f"Original-Mail-From: <{VERP}>\nArrival-Date: Thu, 12 Feb 2026 08:00:00 +0000\n"
    coding = ""
    if base64:
        report = encodebytes(report.encode()).decode()
        coding = "Content-Transfer-Encoding: base64\n"
    return (
        "From: Feedback <fbl@provider.example>\nTo: complaints@example.org\nSubject: FW: Tomorrow\n"
        "MIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=feedback-report; boundary="c"\n\n'
        "--c\nContent-Type: text/plain\n\nThis is an email abuse report.\n\n"
        f"--c\nContent-Type: message/feedback-report\n{coding}\n{report}\n"
        "--c\nContent-Type: text/rfc822-headers\n\nFrom: calendar@example.org\n"
        "Subject: Tomorrow\n\n--c--\n"
    )


GMAIL = "Mail Delivery Subsystem <mailer-daemon@googlemail.com>"
EXCHANGE = "Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@example.net>"
POSTFIX = "MAILER-DAEMON@mx.example.net (Mail Delivery System)"

GONE = {
    "gmail": dsn(
        GMAIL,
        "Delivery Status Notification (Failure)",
        "** Address not found **\n\nYour message wasn't delivered to reader@example.net.",
        "Action: failed",
        "Status: 5.1.1",
        "Remote-MTA: dns; gmail-smtp-in.l.google.com. (2a00:1450:400c:c0c::1a, port 25)",
        "Diagnostic-Code: smtp; 550-5.1.1 The email account that you tried to reach does not\n"
        " exist. 550 5.1.1  https://support.google.com/mail/?p=NoSuchUser - gsmtp",
        more=("X-Failed-Recipients: reader@example.net", "Auto-Submitted: auto-replied"),
        reporting="googlemail.com",
    ),
    "exchange": dsn(
        EXCHANGE,
        "Undeliverable: Tomorrow",
        "Your message to reader@example.net couldn't be delivered.",
        "Action: failed",
        "Status: 5.1.1",
        "Diagnostic-Code: smtp;550 5.1.1 RESOLVER.ADR.RecipNotFound; not found",
        reporting="AM0PR01.eurprd01.prod.exchangelabs.com",
    ),
    "postfix": dsn(
        POSTFIX,
        "Undelivered Mail Returned to Sender",
        "This is the mail system at host mx.example.net.\n\n<reader@example.net>: User unknown",
        "Original-Recipient: rfc822;reader@example.net",
        "Action: failed",
        "Status: 5.1.1",
        "Diagnostic-Code: smtp; 550 5.1.1 <reader@example.net>: Recipient address rejected",
        more=("Auto-Submitted: auto-replied",),
        reporting="mx.example.net",
    ),
    "sendmail": dsn(
        "Mail Delivery Subsystem <MAILER-DAEMON@mx.example.net>",
        "Returned mail: see transcript for details",
        "   ----- The following addresses had permanent fatal errors -----\n<reader@example.net>",
        "Action: failed",
        "Status: 5.1.1",
        "Diagnostic-Code: SMTP; 550 5.1.1 <reader@example.net>... User unknown",
        more=("Auto-Submitted: auto-generated (failure)",),
        reporting="mx.example.net",
    ),
    "a server whose own code says nothing, about one that says it all": dsn(
        POSTFIX,
        "Undelivered Mail Returned to Sender",
        "It could not be delivered.",
        "Action: failed",
        "Status: 5.0.0",
        "Diagnostic-Code: X-Unix; 550 mailbox unavailable (5.2.1 account is closed)",
        reporting="mx.example.net",
    ),
    "qmail": head("MAILER-DAEMON@mx.example.net", "failure notice")
    + "\nHi. This is the qmail-send program at mx.example.net.\n"
    "I'm afraid I wasn't able to deliver your message to the following addresses.\n"
    "This is a permanent error; I've given up. Sorry it didn't work out.\n\n"
    "<reader@example.net>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n"
    f"--- Below this line is a copy of the message.\n\n{ORIGINAL}",
    "exim": head(
        "Mail Delivery System <Mailer-Daemon@mx.example.net>",
        "Mail delivery failed: returning message to sender",
        "X-Failed-Recipients: reader@example.net",
        "Auto-Submitted: auto-replied",
    )
    + "\nThis message was created automatically by mail delivery software.\n\n"
    "  reader@example.net\n    host mx.example.net [192.0.2.25]\n"
    "    SMTP error from remote mail server after RCPT TO:<reader@example.net>:\n"
    "    550 5.1.1 Unknown user\n\n------ This is a copy of the message, including all the headers."
    f" ------\n\n{ORIGINAL}",
    "a server that writes German": head("mailer-daemon@mx.example.net", "Unzustellbar: Morgen")
    + f"\n550 5.1.1 Empfänger unbekannt\n\n------ Original message\n\n{ORIGINAL}",
    "a server that writes French": head(
        "MAILER-DAEMON@mx.example.net", "=?utf-8?q?=C3=89chec_de_la_remise?="
    )
    + f"\n550 5.1.1 Adresse inconnue\n\n------ Original message\n\n{ORIGINAL}",
    "a remark behind the action": dsn(
        "Mail Delivery Subsystem <mailer-daemon@mx.example.net>",
        "Delivery Report",
        "<reader@example.net> (failed: no such mailbox)",
        "Action: failed (no such mailbox)",
        "Status: 5.1.1",
        reporting="mx.example.net",
    ),
}

REFUSED = {
    "opensmtpd, which calls it an error": dsn(
        "Mailer Daemon <MAILER-DAEMON@mx.example.net>",
        "Delivery status notification: error",
        "An error has occurred: reader@example.net: Domain does not exist",
        "Action: error",
        "Status: 5.0.0",
        reporting="mx.example.net",
    ),
    "mail.ru, whose subject is Russian and encoded": head(
        "Mail Delivery System <Mailer-Daemon@mx183.mail.ru>",
        "=?utf-8?b?0J3QtSDQtNC+0YHRgtCw0LLQu9C10L3Qvi4gTWFpbCBmYWlsdXJlLg==?=",
        "Auto-Submitted: auto-replied",
        "Content-Type: text/plain; charset=utf-8",
    )
    + "\nThe message was not accepted -- invalid mailbox.\n"
    f"------ This is a copy of your message, including all the headers.\n\n{ORIGINAL}",
    "yahoo, without a subject": head("MAILER-DAEMON@yahoo.com", "").replace("Subject: \n", "")
    + "\nI'm afraid I wasn't able to deliver the following message.\n"
    "This is a permanent error; I've given up. Sorry it didn't work out.\n\n"
    f"---Below this line is a copy of the message.\n\n{ORIGINAL}",
    "a notification of nobody, and words": dsn(
        "Mail Delivery System <postmaster@mx.example.net>",
        "Mail System Error - Returned Mail",
        "This message was undeliverable.",
        reporting="mx.example.net",
    ).replace("Final-Recipient: rfc822; reader@example.net\n", ""),
    "yahoo, in words": head(
        "MAILER-DAEMON@yahoo.com", "Failure Notice", "Content-Type: text/plain; charset=us-ascii"
    )
    + "\nSorry, we were unable to deliver your message to the following address.\n\n"
    "<reader@yahoo.example>:\n554: delivery error: dd This user doesn't have a yahoo.com account "
    "(reader@yahoo.example) [0] - mta1.mail.yahoo.example\n\n--- Below this line is a copy of the"
    f" message.\n\n{ORIGINAL}",
    "no code at all": head(
        "Mail Delivery System <Mailer-Daemon@mx.example.net>",
        "Mail delivery failed: returning message to sender",
        "X-Failed-Recipients: reader@example.net",
    )
    + "\nA message that you sent could not be delivered. Unrouteable address\n",
    "an address family that has no code": dsn(
        POSTFIX,
        "Undelivered Mail Returned to Sender",
        "Host not found",
        "Action: failed",
        "Status: 5.4.4",
        "Diagnostic-Code: X-Postfix; Host or domain name not found",
        reporting="mx.example.net",
    ),
}

FOR_NOW = {
    "full, and permanent by its code": dsn(
        GMAIL,
        "Delivery Status Notification (Failure)",
        "** Recipient inbox full **",
        "Action: failed",
        "Status: 5.2.2",
        "Diagnostic-Code: smtp; 552-5.2.2 The recipient's inbox is out of storage space.",
        reporting="googlemail.com",
    ),
    "postfix gave up after five days": dsn(
        POSTFIX,
        "Undelivered Mail Returned to Sender",
        "connect to mx.example.net[192.0.2.25]:25: Connection timed out",
        "Action: failed",
        "Status: 4.4.1",
        "Diagnostic-Code: X-Postfix; connect to mx.example.net: Connection timed out",
        reporting="mx.example.org",
    ),
    "their server is set up wrongly": dsn(
        POSTFIX,
        "Undelivered Mail Returned to Sender",
        "mail for example.net loops back to myself",
        "Action: failed",
        "Status: 5.4.6",
        "Diagnostic-Code: X-Postfix; mail for example.net loops back to myself",
        reporting="mx.example.net",
    ),
    "yahoo puts off until the end": dsn(
        "Mail Delivery System <mailer-daemon@yahoo.example>",
        "Failure Notice",
        "Mailbox is over quota",
        "Action: failed",
        "Status: 4.0.0",
        "Diagnostic-Code: smtp; 452 4.2.2 The email account that you tried to reach is over quota",
        reporting="yahoo.example",
    ),
    "qmail could not reach it": head("MAILER-DAEMON@mx.example.net", "failure notice")
    + "\nHi. This is the qmail-send program at mx.example.net.\n\n<reader@example.net>:\n"
    "I'm not going to try again; this message has been in the queue too long. (#4.4.1)\n",
    "full, in words alone": head(
        "Mail Delivery System <Mailer-Daemon@mx.example.net>",
        "Mail delivery failed: returning message to sender",
        "X-Failed-Recipients: reader@example.net",
    )
    + "\n  reader@example.net\n    mailbox is full (quota exceeded while writing to a file)\n",
    "full, and a code that does not say so": dsn(
        POSTFIX,
        "Undelivered Mail Returned to Sender",
        "It could not be delivered.",
        "Action: failed",
        "Status: 5.0.0",
        "Diagnostic-Code: smtp; 552 Requested action aborted: exceeded storage allocation",
        reporting="mx.example.net",
    ),
}

OURS = {
    "outlook.com blocks": dsn(
        "postmaster@outlook.com",
        "Delivery Status Notification (Failure)",
        "Unfortunately, messages from [192.0.2.1] weren't sent.",
        "Action: failed",
        "Status: 5.7.1",
        "Diagnostic-Code: smtp;550 5.7.1 part of their network is on our block list (S3140)",
        reporting="outlook.com",
    ),
    "a problem, in AOL's words": head(
        "Mail Delivery Subsystem <MAILER-DAEMON@aol.example>", "Mail Delivery Problem"
    )
    + "\nYour mail could not be delivered because they are not accepting mail from you.\n",
    "gmail, where SPF and DKIM are broken": dsn(
        GMAIL,
        "Delivery Status Notification (Failure)",
        "** Message blocked **",
        "Action: failed",
        "Status: 5.7.26",
        "Diagnostic-Code: smtp; 550-5.7.26 Your email has been blocked because the sender is\n"
        " unauthenticated. 550-5.7.26 SPF [example.org] with ip: [192.0.2.1] = Did not pass",
        reporting="googlemail.com",
    ),
    "gmail put it off until the relay gave up": dsn(
        POSTFIX,
        "Undelivered Mail Returned to Sender",
        "It could not be delivered.",
        "Action: failed",
        "Status: 4.7.28",
        "Diagnostic-Code: smtp; 421-4.7.28 Gmail has detected an unusual rate of mail",
        reporting="mx.example.org",
    ),
    "a blocklist, in words alone": head(
        "Mail Delivery System <Mailer-Daemon@mx.example.net>",
        "Mail delivery failed: returning message to sender",
        "X-Failed-Recipients: reader@example.net",
    )
    + "\n  reader@example.net\n    550 192.0.2.1 is blocked using zen.spamhaus.org\n",
    "a policy that has no code": dsn(
        POSTFIX,
        "Undelivered Mail Returned to Sender",
        "It could not be delivered.",
        "Action: failed",
        "Status: 5.0.0",
        "Diagnostic-Code: smtp; 554 Message not accepted: DMARC policy of the domain",
        reporting="mx.example.net",
    ),
    "it is too large for them": dsn(
        POSTFIX,
        "Undelivered Mail Returned to Sender",
        "It could not be delivered.",
        "Action: failed",
        "Status: 5.3.4",
        "Diagnostic-Code: smtp; 552 5.3.4 Message size exceeds fixed limit",
        reporting="mx.example.net",
    ),
}

COMPLAINTS = {
    "abuse": complaint("abuse"),
    "abuse, encoded": complaint("abuse", base64=True),
    "fraud": complaint("fraud"),
    "opt-out": complaint("opt-out"),
    "outlook.com": "From: staff@hotmail.com\nTo: complaints@example.org\n"
    "Subject: complaint about message from 192.0.2.1\nMIME-Version: 1.0\n"
    'Content-Type: multipart/mixed; boundary="m"\n\n--m\nContent-Type: message/rfc822\n\n'
    f"X-HmXmrOriginalRecipient: reader@hotmail.example\n{ORIGINAL}\n--m--\n",
}

NOTHING = {
    "postfix is still trying": dsn(
        POSTFIX,
        "Delayed Mail (still being retried)",
        "# THIS IS A WARNING ONLY.  YOU DO NOT NEED TO RESEND YOUR MESSAGE. #",
        "Action: delayed",
        "Status: 4.4.1",
        "Diagnostic-Code: X-Postfix; connect to mx.example.net: Connection timed out",
        reporting="mx.example.net",
    ),
    "sendmail is still trying": dsn(
        "Mail Delivery Subsystem <MAILER-DAEMON@mx.example.net>",
        "Warning: could not send message for past 4 hours",
        "** THIS IS A WARNING MESSAGE ONLY **",
        "Action: delayed",
        "Status: 4.4.7",
        reporting="mx.example.net",
    ),
    "exim is still trying": head(
        "Mail Delivery System <Mailer-Daemon@mx.example.net>",
        "Warning: message 1abc delayed 24 hours: delivery failed so far",
        "Auto-Submitted: auto-replied",
    )
    + "\nA message that you sent has not yet been delivered. 451 4.7.1 greylisted\n",
    "gmail is still trying, in words": head(GMAIL, "Delivery Status Notification (Delay)")
    + "\nTHIS IS A WARNING MESSAGE ONLY.\n\nDelivery to the following recipient has been delayed:\n"
    f"\n     reader@example.net\n\nMessage will be retried for 2 more day(s)\n\n{ORIGINAL}",
    "opensmtpd is still trying": dsn(
        "Mailer Daemon <MAILER-DAEMON@mx.example.net>",
        "Delivery status notification: delayed",
        "A message is delayed for more than 4 hours.",
        "Action: delayed",
        "Status: 4.0.0",
        reporting="mx.example.net",
    ),
    "it was delivered": dsn(
        POSTFIX,
        "Successful Mail Delivery Report",
        "Your message was delivered.",
        "Action: delivered",
        "Status: 2.0.0",
        reporting="mx.example.net",
    ),
    "out of office": head(
        "Reader <reader@example.net>",
        "Automatic reply: Tomorrow",
        "Auto-Submitted: auto-replied",
        "X-Auto-Response-Suppress: All",
    )
    + "\nI am away until 5.1.1. Undeliverable mail returned to sender: see 550 5.1.1\n",
    "vacation": head("reader@example.net", "Re: Tomorrow", "Precedence: bulk", "X-Autoreply: yes")
    + "\nOn leave. 550 no.\n",
    "somebody writes": head("Reader <reader@example.net>", "Re: Tomorrow")
    + "\nThank you! Room 5.1.1?\n",
    "not spam": complaint("not-spam"),
    "a report on authentication": complaint("auth-failure"),
    "nothing at all": "",
    "only a line": "550 5.1.1",
}
