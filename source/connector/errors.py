"""The exceptions of the connector, one tree for all rooms.

::

    ConnectorError
    ├── SettingsError              the environment or a configuration file is wrong
    ├── TransportError             the way to a peer
    │   ├── LinkClosed             it ended, before or while we waited
    │   └── LinkRefused            it was never opened
    ├── LocalProtocolError         our own message is invalid: nothing was sent
    │   └── UnsupportedAction      the peer's version has no such action
    ├── RemoteProtocolError        the peer's message is invalid; becomes a CALLERROR
    ├── CallErrorReceived          the peer answered our call with a CALLERROR
    ├── CommandRejected            the peer understood and said no
    ├── CommandTimeout             no answer in time, or never sent in time
    ├── OutboxFull                 too many calls are waiting for this peer
    ├── StationNotConnected        no link to this station
    ├── StoreError                 what must be kept could not be kept
    ├── TokenHeld                  what holds for an id token is set, and stays
    ├── RecordingError             a file that is no recording of a station
    ├── CertificateError
    └── PasswordError              a password cannot be kept, or not be checked

Every class carries its data; the text is made in ``__str__``.
"""

from __future__ import annotations

import logging
from typing import Any


class ConnectorError(Exception):
    """The root: catch it to catch everything that this project raises itself."""


class SettingsError(ConnectorError):
    """Settings that cannot be used; ``problems`` holds one line for each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(problems)
        self.problems = problems

    def __str__(self) -> str:
        return "\n".join(self.problems)


class TransportError(ConnectorError):
    """The way to a peer failed."""


class LinkClosed(TransportError):
    """The link ended (``code`` and ``reason`` as in RFC 6455 section 7.4)."""

    def __init__(self, code: int = 1006, reason: str = "") -> None:
        super().__init__(code, reason)
        self.code = code
        self.reason = reason

    def __str__(self) -> str:
        return f"link closed ({self.code}{', ' + self.reason if self.reason else ''})"


class LinkRefused(TransportError):
    """The peer did not let us in; ``status`` is the HTTP status where there is one."""

    def __init__(self, reason: str, status: int | None = None) -> None:
        super().__init__(reason, status)
        self.reason = reason
        self.status = status

    def __str__(self) -> str:
        return self.reason if self.status is None else f"{self.status}: {self.reason}"


class LocalProtocolError(ConnectorError):
    """A message of ours that does not fit its schema; it was not sent."""


class UnsupportedAction(LocalProtocolError):
    """The version of this session has no such action in this direction."""

    def __init__(self, action: str, version: str) -> None:
        super().__init__(action, version)
        self.action = action
        self.version = version

    def __str__(self) -> str:
        return f"OCPP {self.version} has no {self.action} to a charging station"


class RemoteProtocolError(ConnectorError):
    """A message of the peer that cannot be taken; ``code`` is the version's own."""

    def __init__(
        self, code: str, description: str = "", details: dict[str, Any] | None = None
    ) -> None:
        super().__init__(code, description, details)
        self.code = code
        self.description = description
        self.details = details or {}

    def __str__(self) -> str:
        return f"{self.code}: {self.description}"


class CallErrorReceived(ConnectorError):
    """The peer's CALLERROR to a call of ours."""

    def __init__(
        self, code: str, description: str = "", details: dict[str, Any] | None = None
    ) -> None:
        super().__init__(code, description, details)
        self.code = code
        self.description = description
        self.details = details or {}

    def __str__(self) -> str:
        return f"{self.code}: {self.description}" if self.description else self.code


class CommandRejected(ConnectorError):
    """The station answered, and its answer was no."""

    def __init__(self, status: str, response: dict[str, Any] | None = None) -> None:
        super().__init__(status, response)
        self.status = status
        self.response = response or {}

    def __str__(self) -> str:
        return self.status


class CommandTimeout(ConnectorError):
    """No answer within ``timeout_s``; ``sent`` tells whether the call ever went out."""

    def __init__(self, action: str, timeout_s: float, *, sent: bool) -> None:
        super().__init__(action, timeout_s, sent)
        self.action = action
        self.timeout_s = timeout_s
        self.sent = sent

    def __str__(self) -> str:
        what = "no answer" if self.sent else "not sent"
        return f"{self.action}: {what} within {self.timeout_s:g} s"


class OutboxFull(ConnectorError):
    """A call was not queued: ``limit`` calls are waiting already."""

    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self.limit = limit

    def __str__(self) -> str:
        return f"{self.limit} calls are waiting already"


class ReportIncomplete(ConnectorError):
    """A station agreed to report, and its parts stopped coming after ``parts``."""

    def __init__(self, parts: int) -> None:
        super().__init__(parts)
        self.parts = parts

    def __str__(self) -> str:
        if not self.parts:
            return "no report came"
        return f"the report is not complete: {self.parts} parts came"


class StationNotConnected(ConnectorError):
    """There is no link to this station."""

    def __init__(self, station: str) -> None:
        super().__init__(station)
        self.station = station

    def __str__(self) -> str:
        return f"station {self.station} is not connected"


class StoreError(ConnectorError):
    """The store could not keep or give what it was asked to.

    ``is_told``: it fails everybody, and the log has it already.
    """

    def __init__(self, text: str = "", *, is_told: bool = False) -> None:
        super().__init__(text)
        self.is_told = is_told

    @property
    def level(self) -> int:
        """The level at which it is worth a line of its own in the log."""
        return logging.DEBUG if self.is_told else logging.ERROR


class TokenHeld(ConnectorError):
    """What holds for an id token cannot be changed: the setting ``by`` says it."""

    def __init__(self, by: str) -> None:
        super().__init__(by)
        self.by = by

    def __str__(self) -> str:
        return f"{self.by} says what holds for this token: change it there"


class RecordingError(ConnectorError):
    """A line of a file is not what a recording has there; line 0 is the whole file."""

    def __init__(self, name: str, line: int, problem: str) -> None:
        super().__init__(name, line, problem)
        self.name = name
        self.line = line
        self.problem = problem

    def __str__(self) -> str:
        where = f"{self.name}, line {self.line}" if self.line else self.name
        return f"{where}: {self.problem}"


class CertificateError(ConnectorError):
    """A certificate cannot be used for what it was presented for."""


class PasswordError(ConnectorError):
    """A password cannot be kept or checked; the text says why, never which one."""
