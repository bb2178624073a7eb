"""Records what stations and we say to each other: a file for every connection.

The loop only hands texts over; a thread of its own blanks and writes them. Whatever
happens to the files, stations do not notice.
"""

from __future__ import annotations

import logging
import queue
import shutil
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Protocol

from connector.errors import LinkClosed
from connector.sessions.link import Link
from connector.sessions.recorded_files import (
    Item,
    RecordedFile,
    RecorderOptions,
    Writer,
)
from connector.sessions.recordings import CSMS, STATION, Header, Sender

logger = logging.getLogger(__name__)

Serve = Callable[[Link, str, str], Awaitable[None]]

_OF_A_MESSAGE_BYTES = 200
"""About what one that waits takes beside its text."""
_ENDS_WITHIN_S = 5.0


class Times(Protocol):
    """The two times there are."""

    def now_ms(self) -> int:
        """Milliseconds since the epoch, UTC."""

    def monotonic(self) -> float:
        """Seconds since some moment; never goes back."""


class Track:
    """The recording of one connection, as the loop knows it."""

    __slots__ = ("_recorder", "began_s", "dropped", "file", "has_ended")

    def __init__(self, recorder: Recorder, file: RecordedFile, began_s: float) -> None:
        self._recorder = recorder
        self.file = file
        self.began_s = began_s
        self.dropped = 0
        self.has_ended = False

    def note(self, sender: Sender, text: str | bytes) -> None:
        """Somebody sent a message; never waits."""
        if not (self.has_ended or self.file.is_over):
            self._recorder.put(self, sender, text)

    def end(self, reason: str) -> None:
        """The connection is over; only the first reason counts."""
        if not self.has_ended:
            self.has_ended = True
            self._recorder.put_end(self, reason)


class Recorder:
    """Puts itself around whoever serves links; see `RecorderOptions`.

    ``folder_of`` makes the name of a folder of the identity of a station;
    ``free_bytes`` tells what is left of the disk with a folder.
    """

    def __init__(
        self,
        options: RecorderOptions,
        times: Times,
        folder_of: Callable[[str], str],
        free_bytes: Callable[[Path], int] = lambda path: shutil.disk_usage(path).free,
    ) -> None:
        self._options = options
        self._times = times
        self._folder_of = folder_of
        self._queue: queue.SimpleQueue[Item | None] = queue.SimpleQueue()
        # Each is written by one thread alone, so that no lock is needed.
        self._put_bytes = 0
        self._writer = Writer(options, self._queue, free_bytes)
        self._thread = threading.Thread(
            target=self._writer.run, name="recorder", daemon=True
        )

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def stop(self) -> None:
        """Write what waits, and end."""
        self._queue.put(None)
        self._thread.join(_ENDS_WITHIN_S)
        if self._thread.is_alive():
            logger.error("recordings could not be completed in time")

    def around(self, serve: Serve) -> Serve:
        """The same way to serve links, recorded."""

        async def recorded(link: Link, identity: str, subprotocol: str) -> None:
            track = self.begin(identity, link.subprotocol)
            try:
                await serve(RecordedLink(link, track), identity, subprotocol)
            finally:
                track.end("the session ended")

        return recorded

    def begin(self, identity: str, subprotocol: str | None) -> Track:
        """A station has connected."""
        header = Header(
            identity, self._times.now_ms(), subprotocol, self._options.version
        )
        file = RecordedFile(header, self._folder_of(identity))
        return Track(self, file, self._times.monotonic())

    def _t(self, track: Track) -> float:
        return round(self._times.monotonic() - track.began_s, 3)

    def put(self, track: Track, sender: Sender, text: str | bytes) -> None:
        """Hand a message over, or count it as dropped where too much waits."""
        size = len(text) + _OF_A_MESSAGE_BYTES
        waiting = self._put_bytes - self._writer.taken_bytes
        if waiting + size > self._options.waiting_bytes:
            track.dropped += 1
            return
        self._put_bytes += size
        dropped, track.dropped = track.dropped, 0
        self._queue.put(Item(track.file, self._t(track), sender, text, dropped, size))

    def put_end(self, track: Track, reason: str) -> None:
        """Hand the end over; it always has room."""
        self._queue.put(
            Item(track.file, self._t(track), None, reason, track.dropped, 0)
        )


class RecordedLink:
    """A link whose messages are noted; see `Link`."""

    __slots__ = ("_link", "_track")

    def __init__(self, link: Link, track: Track) -> None:
        self._link = link
        self._track = track

    @property
    def remote_address(self) -> str:
        """Where the peer is."""
        return self._link.remote_address

    @property
    def reached_at(self) -> str:
        """The host by which the peer reached us."""
        return self._link.reached_at

    @property
    def security_profile(self) -> int:
        """How far the peer is known."""
        return self._link.security_profile

    @property
    def subprotocol(self) -> str | None:
        """What was agreed on."""
        return self._link.subprotocol

    @property
    def latency_ms(self) -> float | None:
        """Round trip of the last ping, where there are pings."""
        return self._link.latency_ms

    @property
    def last_received_s(self) -> float:
        """When anything came in last; of the monotonic clock."""
        return self._link.last_received_s

    @property
    def is_open(self) -> bool:
        """Whether it has not ended yet."""
        return self._link.is_open

    def slowed(self) -> None:
        """The peer is made to wait."""
        self._link.slowed()

    async def recv(self) -> str | bytes:
        """The next text."""
        try:
            text = await self._link.recv()
        except LinkClosed as closed:
            self._track.end(str(closed))
            raise
        self._track.note(STATION, text)
        return text

    async def send(self, text: str) -> None:
        """Send a text; waits while the peer is slow."""
        self._track.note(CSMS, text)
        await self._link.send(text)

    def put(self, text: str) -> None:
        """Send a text at once."""
        self._track.note(CSMS, text)
        self._link.put(text)

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """End it."""
        self._track.end(f"closed by us ({code}{', ' if reason else ''}{reason})")
        await self._link.close(code, reason)
