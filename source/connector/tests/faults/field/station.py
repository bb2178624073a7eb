"""A station that lives: it charges whether or not somebody listens, and tells it all."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from random import Random
from socket import socket
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.frames import Frame, Opcode
from websockets.protocol import Event
from websockets.typing import Subprotocol

from connector.tests.faults.field.charges import Charge, Json, Message, StationClock
from connector.tests.faults.field.dialects import answer, dialect_of

_POWER_W = 7400
_TURNS = 5
"""Of the loop, until a transport that was given up has closed its socket."""


class _Connection(ClientConnection):
    """One that knows whether it was pinged: it has answered by then."""

    is_pinged = False

    def process_event(self, event: Event) -> None:
        if isinstance(event, Frame) and event.opcode is Opcode.PING:
            self.is_pinged = True
        super().process_event(event)


Dial = Callable[[], Awaitable[socket]]
"""Gives a socket that is connected."""


@dataclass(frozen=True, slots=True)
class Manners:
    """How a station behaves where the specification leaves it a choice."""

    keeps_ids: bool = False
    """Says a message again under its old id."""
    boots_again: bool = True
    """Says BootNotification on every connection, not on its first alone."""
    retry_s: tuple[float, float] = (0.05, 0.3)
    """How long it waits before it dials again, or says again what was refused."""
    heartbeat_s: float = 0.0
    """0: never."""
    answered_within_s: float = 30.0
    """Else it hangs up, and dials again."""
    dials_within_s: float = 20.0


class FieldStation:
    """One station; ``url`` is asked whenever it dials.

    `charges` is what happened, `received` what it was asked, `refused` how often it
    did not get in.
    """

    def __init__(
        self,
        identity: str,
        version: str,
        url: Callable[[], str],
        source: Random,
        *,
        manners: Manners | None = None,
        password: str | None = None,
        dial: Dial | None = None,
    ) -> None:
        self.identity = identity
        self.version = version
        self.manners = manners or Manners()
        self.charges: list[Charge] = []
        self.received: list[tuple[str, Json]] = []
        self.refused = 0
        self.connects = 0
        self.answered = 0
        self.latencies_s: list[float] = []
        self.changed = asyncio.Condition()
        self.on_step: Callable[[], None] = lambda: None
        """Called with every frame, in either direction."""
        self.on_command: Callable[[str, Json], Json | None] = lambda *_: None
        """May answer a command itself."""
        self.on_answer: Callable[[Message], None] = lambda _: None
        """Called with every message that was answered, not refused."""
        self.errors: list[list[Any]] = []
        """CALLERRORs that were heard."""
        self.clock = StationClock()
        self._dialect = dialect_of(version, self.clock)
        self._url = url
        self._dial = dial
        self._source = source
        self._headers = {}
        if password is not None:
            text = base64.b64encode(f"{identity}:{password}".encode()).decode()
            self._headers["Authorization"] = f"Basic {text}"
        self._queue: deque[Message] = deque()
        self._woken = asyncio.Event()
        self._statuses: dict[int, str] = {}
        self._register_wh = source.randrange(1000, 1_000_000)
        self._websocket: ClientConnection | None = None
        self._pending: tuple[str, asyncio.Future[list[Any]]] | None = None
        self._has_booted = False
        self._is_accepted = False
        self._is_dark = False
        self._running: asyncio.Task[None] | None = None

    # -- life

    def switch_on(self) -> None:
        """Begin to live."""
        self._running = asyncio.create_task(self._run(), name=self.identity)

    async def switch_off(self) -> None:
        """Be gone."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.wait({self._running})
            for _ in range(_TURNS):
                await asyncio.sleep(0)
            if not self._running.cancelled():
                self._running.result()

    def hang_up(self) -> None:
        """Lose the link without a word."""
        if self._websocket is not None:
            self._websocket.transport.abort()

    def go_dark(self) -> None:
        """Hear nothing more on this link, and do not know it, as behind a dead line."""
        if self._websocket is not None:
            self._websocket.transport.pause_reading()
            self._is_dark = True

    @property
    def waiting(self) -> int:
        """How many messages were not answered yet."""
        return len(self._queue)

    @property
    def is_pinged(self) -> bool:
        """Whether this link was pinged."""
        websocket = self._websocket
        return isinstance(websocket, _Connection) and websocket.is_pinged

    @property
    def is_accepted(self) -> bool:
        """Whether it is connected, and may talk."""
        return self._is_accepted

    async def _run(self) -> None:
        while True:
            try:
                async with asyncio.timeout(self.manners.dials_within_s):
                    websocket = await self._connect()
                await self._converse(websocket)
            except (OSError, TimeoutError, EOFError, WebSocketException):
                self.refused += 1
            await asyncio.sleep(self._source.uniform(*self.manners.retry_s))

    async def _connect(self) -> ClientConnection:
        more: Json = {} if self._dial is None else {"sock": await self._dial()}
        return await connect(
            self._url(),
            subprotocols=[Subprotocol(self._dialect.subprotocol)],
            additional_headers=self._headers,
            create_connection=_Connection,
            compression=None,
            ping_interval=None,
            open_timeout=None,
            close_timeout=0.2,
            proxy=None,
            **more,
        )

    async def _converse(self, websocket: ClientConnection) -> None:
        self._websocket, self._is_dark = websocket, False
        self.connects += 1
        talking = asyncio.create_task(self._talk())
        # One that fails must not look like one that has nothing to say.
        talking.add_done_callback(lambda _: websocket.transport.abort())
        try:
            await self._read(websocket)
        finally:
            self._websocket = None
            self._is_accepted = False
            websocket.transport.abort()
            talking.cancel()
            await asyncio.wait({talking})
            self._lose()
            await self._tell_changed()
        if not talking.cancelled():
            talking.result()

    def _lose(self) -> None:
        """What belongs to no transaction is no news any more."""
        self._queue = deque(message for message in self._queue if message.is_kept)
        for message in self._queue:
            message.is_offline = True
            if not self.manners.keeps_ids:
                message.renew()

    async def _tell_changed(self) -> None:
        async with self.changed:
            self.changed.notify_all()

    # -- talking

    async def _talk(self) -> None:
        with contextlib.suppress(ConnectionClosed):
            if self.manners.boots_again or not self._has_booted:
                await self._boot()
            # What is so now comes before what has happened, as in the field.
            for where, status in self._statuses.items():
                self._queue.appendleft(self._dialect.status(where, status))
            self._is_accepted = True
            await self._tell_changed()
            while True:
                while self._queue:
                    await self._say_next(self._queue[0])
                await self._wait()

    async def _wait(self) -> None:
        self._woken.clear()
        try:
            async with asyncio.timeout(self.manners.heartbeat_s or None):
                await self._woken.wait()
        except TimeoutError:
            self._queue.append(Message("Heartbeat", lambda _: {}))

    async def _boot(self) -> None:
        while True:
            frame = await self._exchange(self._dialect.boot())
            if frame[0] == 3 and frame[2]["status"] == "Accepted":
                self._has_booted = True
                return
            await asyncio.sleep(self._source.uniform(*self.manners.retry_s))

    async def _say_next(self, message: Message) -> None:
        """Say the oldest; one that is refused stays in its place, as 1.6 wants."""
        frame = await self._exchange(message)
        if frame[0] == 3:
            message.heard(frame[2])
            self.answered += 1
            self.on_answer(message)
        else:
            self.errors.append(frame)
        if frame[0] == 3 or not message.is_kept:
            self._queue.popleft()
            await self._tell_changed()
            return
        await asyncio.sleep(self._source.uniform(*self.manners.retry_s))
        if not self.manners.keeps_ids:
            message.renew()

    async def _exchange(self, message: Message) -> list[Any]:
        websocket = self._websocket
        if websocket is None:
            raise ConnectionResetError("the link is gone")
        message.attempts += 1
        loop = asyncio.get_running_loop()
        future: asyncio.Future[list[Any]] = loop.create_future()
        self._pending = message.unique_id, future
        payload = message.make(message.is_offline)
        text = json.dumps([2, message.unique_id, message.action, payload])
        began_s = loop.time()
        await websocket.send(text)
        self.on_step()
        try:
            # Not wait_for: it may take an answer for the end that comes with it.
            async with asyncio.timeout(self.manners.answered_within_s):
                frame = await future
        except TimeoutError:
            # As a station does that hears nothing: it dials again.
            self.hang_up()
            raise ConnectionResetError("not answered") from None
        finally:
            self._pending = None
        self.latencies_s.append(loop.time() - began_s)
        return frame

    # -- listening

    async def _read(self, websocket: ClientConnection) -> None:
        with contextlib.suppress(ConnectionClosed):
            async for text in websocket:
                frame = json.loads(text)
                self.on_step()
                if frame[0] == 2:
                    await self._obey(websocket, *frame[1:4])
                elif self._pending is not None and self._pending[0] == frame[1]:
                    future = self._pending[1]
                    if not future.done():
                        future.set_result(frame)

    async def _obey(
        self, websocket: ClientConnection, unique_id: str, action: str, payload: Json
    ) -> None:
        said = self.on_command(action, payload)
        if said is None:
            said = answer(self.version, action, payload)
        if said != {}:
            await websocket.send(json.dumps([3, unique_id, said]))
        self.received.append((action, payload))
        if action == "TriggerMessage":
            self._do_as_asked(payload["requestedMessage"])
        await self._tell_changed()

    def _do_as_asked(self, name: str) -> None:
        if name == "BootNotification":
            self._say(self._dialect.boot())
        elif name == "Heartbeat":
            self._say(Message("Heartbeat", lambda _: {}))

    # -- what happens at it

    def _say(self, message: Message) -> None:
        if self._websocket is None and not message.is_kept:
            return
        message.is_offline = self._websocket is None
        self._queue.append(message)
        self._woken.set()

    def tell_status(self, where: int, status: str) -> None:
        """A connector changes."""
        self._statuses[where] = status
        self._say(self._dialect.status(where, status))

    def start(self, where: int = 1, tag: str = "TAG1") -> Charge:
        """Somebody charges."""
        started = self.clock.now()
        charge = Charge(self.identity, where, tag, self._register_wh, started)
        charge.meter_wh = self._register_wh
        if self.version != "1.6":
            charge.transaction_id = f"{self._source.getrandbits(64):016x}"
            charge.ids.add(charge.transaction_id)
        self.charges.append(charge)
        self._say(self._dialect.start(charge))
        return charge

    def sample(self, charge: Charge) -> None:
        """Energy has flown."""
        charge.meter_wh += self._source.randrange(1, 500)
        self._say(self._dialect.sample(charge, _POWER_W))

    def stop(self, charge: Charge) -> None:
        """It is over."""
        charge.meter_wh += self._source.randrange(1, 500)
        charge.meter_stop_wh = self._register_wh = charge.meter_wh
        self._say(self._dialect.stop(charge))

    # -- waiting

    async def until(
        self, test: Callable[[], object], what: str, timeout_s: float = 20
    ) -> None:
        """Wait until something holds, looking whenever something happened.

        Raises:
            AssertionError: it does not in time.
        """
        try:
            async with asyncio.timeout(timeout_s), self.changed:
                await self.changed.wait_for(test)
        except TimeoutError:
            raise AssertionError(
                f"{self.identity}: not {what} within {timeout_s} s; {self.waiting} "
                f"messages wait, heard {self.errors[-3:]}, asked {self.received[-3:]}"
            ) from None

    async def accepted(self, timeout_s: float = 20) -> None:
        """Wait until it is connected and booted."""
        await self.until(lambda: self._is_accepted, "accepted", timeout_s)

    async def drained(self, timeout_s: float = 20) -> None:
        """Wait until all that it had to say was answered, on a link that is alive."""

        def is_done() -> bool:
            return self._is_accepted and not self._is_dark and not self._queue

        await self.until(is_done, "done", timeout_s)
