"""Mails that come back, picked up from Dovecot as an operator has it."""

from __future__ import annotations

import imaplib
import os
import pwd
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from shutil import rmtree, which
from tempfile import mkdtemp

import pytest

from calendar_service.actions.returned import collect_returned
from calendar_service.actions.service import Service
from calendar_service.actions.standing import why_suppressed
from calendar_service.clock import SetClock
from calendar_service.mail.mailboxes import MailboxError, open_mailbox
from tests.actions.returned_mails import after_sending
from tests.actions.test_returned import about
from tests.clients.reading import need
from tests.journeys.running_service import free_port
from tests.mail.returned_samples import GONE, NOTHING
from tests.stores import with_settings

pytestmark = pytest.mark.clients

DOVECOT = which("dovecot", path=f"{os.environ['PATH']}:/usr/sbin")
PATIENCE = 20.0

CONFIGURATION = """
base_dir = {folder}/run
log_path = {folder}/log
protocols = imap
ssl = no
disable_plaintext_auth = no
mail_location = maildir:{folder}/mail
first_valid_uid = 0
mail_uid = {user}
mail_gid = {group}
{as_nobody_else}
passdb {{
  driver = static
  args = password=p@ss/word
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    address = 127.0.0.1
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
"""


AS_ONE = "default_internal_user = {user}\ndefault_login_user = {user}"


@pytest.fixture
def imap() -> Iterator[int]:
    """The port of an IMAP server whose folders are in `mail`."""
    need("dovecot", DOVECOT is not None)
    assert DOVECOT is not None
    port, folder = free_port(), Path(mkdtemp(prefix="dovecot"))
    folder.chmod(0o755)  # its processes run as several users where root starts it
    user = pwd.getpwnam("nobody") if os.getuid() == 0 else pwd.getpwuid(os.getuid())
    os.chown(folder, user.pw_uid, user.pw_gid)
    settings = {"as_nobody_else": "" if os.getuid() == 0 else AS_ONE.format(user=user.pw_name)}
    settings |= {"folder": str(folder), "user": str(user.pw_uid), "group": str(user.pw_gid)}
    file = folder / "dovecot.conf"
    file.write_text(CONFIGURATION.format(port=port, **settings))
    server = subprocess.Popen([DOVECOT, "-F", "-c", file], stderr=subprocess.STDOUT)
    try:
        _wait_for(port)
        yield port
    finally:
        server.terminate()
        server.wait(20)
        rmtree(folder)


def _wait_for(port: int) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    pytest.fail("dovecot does not start")


def put(port: int, folder: str, *mails: bytes) -> imaplib.IMAP4:
    """Somebody else's mails in a folder."""
    client = imaplib.IMAP4("127.0.0.1", port)
    client.login("bounces", "p@ss/word")
    if folder != "INBOX":
        client.create(f'"{folder}"')
    for mail in mails:
        date = imaplib.Time2Internaldate(0)
        client.append(f'"{folder}"', "", date, mail.replace(b"\n", b"\r\n"))
    return client


@pytest.mark.parametrize("folder", ["INBOX", "What came back"])
def test_what_lies_in_a_folder_is_counted_once_and_marked(
    sqlite_service: Service, clock: SetClock, imap: int, folder: str
) -> None:
    service = after_sending(sqlite_service, clock)
    mails = [about(service, text) for text in (NOTHING["out of office"], GONE["gmail"])]
    client = put(imap, folder, *mails)
    path = folder.replace(" ", "%20")
    url = f"imap://bounces:p%40ss%2Fword@127.0.0.1:{imap}/{path}"
    collecting = with_settings(service, bounces=url)
    assert collect_returned(collecting) == 1
    assert collect_returned(collecting) == 0
    assert why_suppressed(service, "one@example.org") is not None
    client.select(f'"{folder}"')
    assert client.search(None, "UNSEEN")[1] == [b""]
    assert client.search(None, "ALL")[1] == [b"1 2"]
    client.logout()


@pytest.mark.parametrize(
    "what",
    ["bounces:wrong@127.0.0.1:{port}/INBOX", "bounces:p%40ss%2Fword@127.0.0.1:{port}/None"],
)
def test_who_is_not_let_in_is_told(imap: int, what: str) -> None:
    with pytest.raises(MailboxError, match="does not let us read"):
        open_mailbox("imap://" + what.format(port=imap))
