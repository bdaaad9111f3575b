"""Talks to a Mozilla application over Marionette, its remote control: JSON over TCP.

A message is its length in decimal, a colon and a JSON list: `[0, id, command, parameters]` there,
`[1, id, error, result]` back.
"""

from __future__ import annotations

import json
import socket
from typing import Any

PATIENCE = 60.0

_RUN = """
const done = arguments[arguments.length - 1];
%(source)s
%(function)s(...Array.from(arguments).slice(0, -1)).then(
  (value) => done({ value }), (error) => done({ error: `${error}\\n${error.stack}` }));
"""


class MarionetteError(AssertionError):
    """The application refused a command, or a script in it failed."""


class Marionette:
    """A session with an application, in whose main window scripts run."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self._answers = self._socket.makefile("rb")
        self._asked = 0
        self._read()  # it greets first
        self.ask("WebDriver:NewSession", capabilities={})
        self.ask("WebDriver:SetTimeouts", script=int(PATIENCE * 1000))
        self.ask("Marionette:SetContext", value="chrome")

    def ask(self, command: str, **parameters: Any) -> Any:
        """The result of one command; raises MarionetteError with what the application says."""
        self._asked += 1
        message = json.dumps([0, self._asked, command, parameters]).encode()
        self._socket.sendall(b"%d:%s" % (len(message), message))
        _, _, error, result = self._read()
        if error:
            raise MarionetteError(f"{command}: {error['error']}: {error['message']}")
        return result

    def run(self, source: str, function: str, *arguments: Any) -> Any:
        """What an async function of a script gives, run with the application's own rights."""
        script = _RUN % {"source": source, "function": function}
        asked = {"script": script, "args": list(arguments), "sandbox": "system"}
        given = self.ask("WebDriver:ExecuteAsyncScript", **asked)["value"]
        if "error" in given:
            raise MarionetteError(f"{function}: {given['error']}")
        return given.get("value")

    def quit(self) -> None:
        self.ask("Marionette:Quit", flags=["eForceQuit"])
        self._answers.close()
        self._socket.close()

    def _read(self) -> Any:
        length = b""
        while (byte := self._answers.read(1)) != b":":
            if not byte:
                raise MarionetteError("the application has gone")
            length += byte
        return json.loads(self._answers.read(int(length)))
