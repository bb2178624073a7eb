"""Files for scenarios: firmware to download, and a place for logs, on this machine.

The stations are in this process, so that any central system may name these addresses.
"""

from __future__ import annotations

import asyncio
from types import TracebackType

_FIRMWARE = b"firmware of a simulated station\n" * 32
_NAME = "/firmware-2.0.1.bin"
_MOST_HEAD = 65_536


class FileServer:
    """Serves while the ``async with`` lasts; whatever is sent to it is thrown away."""

    def __init__(self) -> None:
        self._server: asyncio.Server | None = None
        self._port = 0
        self.uploaded = 0
        """Bytes so far."""

    async def __aenter__(self) -> FileServer:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self._port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._server is not None:
            self._server.close()

    @property
    def firmware_url(self) -> str:
        """Firmware of version 2.0.1."""
        return f"http://127.0.0.1:{self._port}{_NAME}"

    @property
    def upload_url(self) -> str:
        """Where logs may be sent."""
        return f"http://127.0.0.1:{self._port}/logs"

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            await self._answer(head, reader, writer)
            await writer.drain()
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, OSError):
            return
        finally:
            writer.close()

    async def _answer(
        self, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        method, path, *_ = head.decode("latin-1").split(" ")
        length = _length(head)
        if length:
            self.uploaded += len(await reader.readexactly(length))
        elif b"chunked" in head.lower():
            self.uploaded += len(await reader.readuntil(b"0\r\n\r\n"))
        is_there = method != "GET" or path == _NAME
        body = _FIRMWARE if method == "GET" and is_there else b""
        status = "200 OK" if is_there else "404 Not Found"
        lines = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n"
        writer.write(lines.encode() + b"Connection: close\r\n\r\n" + body)


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return min(int(line.partition(b":")[2]), 1 << 30)
    return 0
