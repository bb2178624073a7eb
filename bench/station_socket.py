"""A charging station reduced to a socket: a client that costs next to nothing.

It speaks just enough of RFC 6455 to be answered: the upgrade, unfragmented text frames
without compression, ping and close. What it is for is to leave the processor to the
server that is measured.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Callable
from typing import Any

from frames import text_frame

_UPGRADE = (
    "GET /{identity} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
    "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: ocpp{version}\r\n\r\n"
)
_COMMAND_ANSWERS: dict[str, dict[str, Any]] = {
    "GetConfiguration": {
        "configurationKey": [
            {
                "key": "ChargingScheduleAllowedChargingRateUnit",
                "readonly": True,
                "value": "Power",
            }
        ]
    },
    "GetBaseReport": {"status": "NotSupported"},
    "GetCompositeSchedule": {"status": "Rejected"},
    "SetChargingProfile": {"status": "Accepted"},
}
_UNKNOWN = {"attributeStatus": "UnknownVariable"}
_TEXT, _CLOSE, _PING = 0x1, 0x8, 0x9


class StationSocket(asyncio.Protocol):
    """One station; ``on_answer(station)`` runs for every CALLRESULT."""

    __slots__ = (
        "_buffer",
        "_upgraded",
        "calls",
        "errors",
        "identity",
        "lost",
        "next_id",
        "on_answer",
        "on_command",
        "opened",
        "port",
        "sent",
        "step",
        "transport",
        "version",
    )

    def __init__(self, identity: str, port: int, version: str = "1.6") -> None:
        self.identity = identity
        self.port = port
        self.version = version
        self.transport: asyncio.Transport | None = None
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.on_answer: Callable[[StationSocket], None] | None = None
        self.on_command: Callable[[StationSocket, bytes], None] | None = None
        self.next_id = 0
        self.step = 0
        self.sent: deque[float] = deque()
        self.errors = 0
        self.calls = 0
        self.lost = False
        self._buffer = b""
        self._upgraded = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]
        upgrade = _UPGRADE.format(
            identity=self.identity, port=self.port, version=self.version
        )
        self.transport.write(upgrade.encode())

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost = True
        if not self.opened.done():
            self.opened.set_exception(ConnectionError(f"{self.identity}: {exc}"))

    def data_received(self, data: bytes) -> None:
        if self._buffer:
            data = self._buffer + data
            self._buffer = b""
        elif data[0] == 0x81 and len(data) == data[1] + 2 and self._upgraded:
            self._text(data[2:])  # one short frame, the usual answer
            return
        if not self._upgraded and b"\r\n\r\n" not in data:
            self._buffer = data
            return
        if not self._upgraded:
            data = self._take_upgrade(data)
        self._buffer = self._take_frames(data)

    def _take_upgrade(self, data: bytes) -> bytes:
        head, _, rest = data.partition(b"\r\n\r\n")
        self._upgraded = True
        if b" 101 " in head.split(b"\r\n", 1)[0]:
            self.opened.set_result(None)
        else:
            self.opened.set_exception(ConnectionError(head.decode()))
        return rest

    def _take_frames(self, data: bytes) -> bytes:
        """Handle every whole frame; returns what is left."""
        start = 0
        while len(data) - start >= 2:
            length, header = data[start + 1], 2
            if length == 126:
                length, header = int.from_bytes(data[start + 2 : start + 4], "big"), 4
            elif length == 127:
                length, header = int.from_bytes(data[start + 2 : start + 10], "big"), 10
            end = start + header + length
            if len(data) < end or len(data) < start + header:
                break
            self._frame(data[start] & 0x0F, data[start + header : end])
            start = end
        return data[start:]

    def _frame(self, opcode: int, payload: bytes) -> None:
        if opcode == _TEXT:
            self._text(payload)
        elif opcode == _PING and self.transport is not None:
            header = bytes((0x8A, 0x80 | len(payload))) + bytes(4)
            self.transport.write(header + payload)
        elif opcode == _CLOSE and self.transport is not None:
            self.transport.close()

    def _text(self, payload: bytes) -> None:
        kind = payload[1:2]
        if kind == b"3":
            if self.on_answer is not None:
                self.on_answer(self)
        elif kind == b"2":
            self._command(payload)
        else:
            self.errors += 1
            if self.on_answer is not None:
                self.on_answer(self)

    def _command(self, payload: bytes) -> None:
        """A call of the central system: note when it came, and agree."""
        if self.on_command is not None:
            self.on_command(self, payload)
        self.calls += 1
        _, unique_id, action, call = json.loads(payload)
        answer = _variables(action, call) or _COMMAND_ANSWERS.get(
            action, {"status": "Accepted"}
        )
        text = json.dumps([3, unique_id, answer], separators=(",", ":"))
        self.write(text_frame(text.encode()))

    def write(self, frame: bytes) -> None:
        if self.transport is not None and not self.lost:
            self.transport.write(frame)

    def close(self) -> None:
        if self.transport is not None:
            self.transport.close()

    def abort(self) -> None:
        """The line breaks: no close handshake."""
        if self.transport is not None:
            self.transport.abort()


def _variables(action: str, call: dict[str, Any]) -> dict[str, Any] | None:
    """The answer to GetVariables or SetVariables (2.x): it has none of them."""
    names = {"GetVariables": "getVariable", "SetVariables": "setVariable"}
    name = names.get(action)
    if name is None:
        return None
    kept = ("component", "variable")
    results = [{k: item[k] for k in kept} | _UNKNOWN for item in call[f"{name}Data"]]
    return {f"{name}Result": results}
