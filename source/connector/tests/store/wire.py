"""A way to a database that is slow, or is cut at the worst moment."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

_COMMIT = b"COMMIT"


class Wire:
    """Passes on what goes to a server and back, on a port of its own."""

    def __init__(self, url: str) -> None:
        self._url = urlsplit(url)
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self.delay_s = 0.0
        self.cuts_commits = False
        """The server gets the next commit and does it; nobody hears of it."""
        self.commits_cut = 0

    async def open(self) -> str:
        """The URL that leads through it."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port = self._server.sockets[0].getsockname()[1]
        login = self._url.netloc.rpartition("@")[0]
        return self._url._replace(netloc=f"{login}@127.0.0.1:{port}").geturl()

    async def close(self) -> None:
        assert self._server is not None
        self._server.close()
        self.cut()
        await self._server.wait_closed()

    def cut(self) -> None:
        """End all connections."""
        for writer in self._writers:
            writer.close()

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        there = self._url.hostname, self._url.port
        from_server, to_server = await asyncio.open_connection(*there)
        self._writers |= {writer, to_server}
        is_cut = asyncio.Event()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._pass_on(reader, to_server, is_cut, watch=True))
                group.create_task(self._pass_on(from_server, writer, is_cut))
        finally:
            for each in (writer, to_server):
                each.close()
                self._writers.discard(each)

    async def _pass_on(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        is_cut: asyncio.Event,
        *,
        watch: bool = False,
    ) -> None:
        try:
            while data := await reader.read(65536):
                await asyncio.sleep(self.delay_s)
                if is_cut.is_set():
                    # The answer to the commit: it was done.
                    break
                if watch and self.cuts_commits and _COMMIT in data:
                    self.cuts_commits = False
                    self.commits_cut += 1
                    is_cut.set()
                writer.write(data)
                await writer.drain()
        except ConnectionError:
            return
        finally:
            self.cut_pair(writer)

    def cut_pair(self, writer: asyncio.StreamWriter) -> None:
        writer.close()
