"""Where events come together and go out: a few times a second, once for all readers.

While nobody reads, nothing is gathered and no timer runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple, Protocol

import orjson

from connector.csms.clock import Clock, Timer
from connector.datapoints.live import Around, Want
from connector.web.events.reader import Reader, Wish

TURN_S = 0.25
MOST_READERS = 64
VALUE = "datapoint"
AROUND = Around(b"event: datapoint\ndata: ", b"\n\n")
"""A value as an event."""
_SIGN_OF_LIFE_S = 15.0
_SIGN_OF_LIFE = b":\n\n"
_RETRY_MS = 2000
_NO_VALUES: Mapping[Want, bytes] = MappingProxyType({})


class Source(Protocol):
    """Somebody who knows of events."""

    kinds: frozenset[str]
    """Of which it knows; ``"*"``: it is needed for all."""

    def begin(self) -> None:
        """Somebody reads from now on."""

    def end(self) -> None:
        """Nobody does any more."""

    def gather(self) -> None:
        """Publish what is new; called before events go out."""


class _Event(NamedTuple):
    kind: str
    station: str
    text: bytes


class Hub:
    """Hands events to readers; everything runs on the server's loop."""

    def __init__(self, clock: Clock, most_readers: int = MOST_READERS) -> None:
        self._clock = clock
        self._most_readers = most_readers
        self._sources: list[Source] = []
        self._begun: list[Source] = []
        self._readers: list[Reader] = []
        self._events: list[_Event] = []
        self._timer: Timer | None = None
        self._is_closed = False
        self.on_readers: Callable[[], None] = lambda: None
        """Called when one comes or goes."""
        self.dropped = 0
        """Readers that did not read what they asked for."""

    @property
    def readers(self) -> int:
        """How many there are."""
        return len(self._readers)

    def add(self, source: Source) -> None:
        """Hear of what it knows, while somebody reads."""
        self._sources.append(source)

    def is_wanted(self, kind: str, station: str) -> bool:
        """Whether anybody wants to hear of it at this station."""
        return any(reader.wish.has(kind, station) for reader in self._readers)

    def wants(self) -> set[Want]:
        """The values that readers want."""
        return {r.wish.want for r in self._readers if VALUE in r.wish.kinds}

    def stations(self) -> frozenset[str]:
        """Of which stations anybody wants to hear anything; empty: of all."""
        found = [reader.wish.want.stations for reader in self._readers]
        return frozenset().union(*found) if all(found) else frozenset()

    # -- readers

    def open(self, wish: Wish, hello: dict[str, object]) -> Reader | None:
        """A reader, with its first event; None: there are as many as may be."""
        if self._is_closed or len(self._readers) >= self._most_readers:
            return None
        reader = Reader(wish, self._leave)
        first = b"retry: %d\n%b" % (_RETRY_MS, _text("hello", orjson.dumps(hello)))
        self._readers.append(reader)
        self._offer(reader, first)
        self._choose_sources()
        if self._timer is None:
            self._wait()
        return reader

    def close(self) -> None:
        """End all of them; nobody may read any more."""
        self._is_closed = True
        for reader in tuple(self._readers):
            reader.end()

    def _leave(self, reader: Reader) -> None:
        self._readers.remove(reader)
        self._choose_sources()
        if not self._readers and self._timer is not None:
            self._timer.cancel()
            self._timer = None
            self._events = []

    def _choose_sources(self) -> None:
        """Those whose events anybody wants are asked, and no others."""
        wanted = frozenset().union(*(reader.wish.kinds for reader in self._readers))
        for source in self._sources:
            is_wanted = bool(source.kinds & wanted)
            if is_wanted and source not in self._begun:
                self._begun.append(source)
                source.begin()
            elif not is_wanted and source in self._begun:
                self._begun.remove(source)
                source.end()
        self.on_readers()

    # -- events

    def publish(self, kind: str, station: str, data: bytes) -> None:
        """Have an event sent with the next ones; ``data`` is JSON in one line."""
        if self._readers:
            self._events.append(_Event(kind, station, _text(kind, data)))

    def _wait(self) -> None:
        self._timer = self._clock.call_later(TURN_S, self._turn)

    def _turn(self) -> None:
        self._timer = None
        for source in tuple(self._begun):
            source.gather()
        self.flush()
        if self._readers:
            self._wait()

    def flush(self, values: Mapping[Want, bytes] = _NO_VALUES) -> None:
        """Send what waits, and values; those who want the same get the same bytes."""
        events, self._events = self._events, []
        chunks: dict[Wish, bytes] = {}
        for reader in tuple(self._readers):
            chunk = chunks.get(reader.wish)
            if chunk is None:
                chunk = chunks[reader.wish] = _chunk(events, values, reader.wish)
            if chunk:
                self._offer(reader, chunk)
            elif self._clock.monotonic() - reader.offered_s >= _SIGN_OF_LIFE_S:
                self._offer(reader, _SIGN_OF_LIFE)

    def _offer(self, reader: Reader, chunk: bytes) -> None:
        reader.offered_s = self._clock.monotonic()
        if not reader.offer(chunk):
            self.dropped += 1
            reader.end()


def _text(kind: str, data: bytes) -> bytes:
    return b"event: %b\ndata: %b\n\n" % (kind.encode(), data)


def _chunk(events: Iterable[_Event], values: Mapping[Want, bytes], wish: Wish) -> bytes:
    texts = [text for kind, station, text in events if wish.has(kind, station)]
    if VALUE in wish.kinds:
        texts.append(values.get(wish.want, b""))
    return b"".join(texts)
