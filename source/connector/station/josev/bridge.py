"""The bridge of one station: between its core and its hardware stands Josev.

It is the core's hardware and the hardware's contactor switch: power flows where the
core and the vehicle's communication both want it. There is no timer: somebody calls
`step` when it said, or sooner. All of it lives on one event loop.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from connector.station.client.parts import Timed
from connector.station.core.station import NEVER_MS
from connector.station.hardware_mqtt.envelope import (
    REQUEST,
    Envelope,
    Refused,
    parse,
)
from connector.station.josev.answers import Answers
from connector.station.josev.authorizing import Authorizing
from connector.station.josev.core import HlcCore
from connector.station.josev.core_side import CoreSide
from connector.station.josev.direct_current import DirectCurrent
from connector.station.josev.fields import Fields
from connector.station.josev.gate import Gate
from connector.station.josev.hearing import Hearing
from connector.station.josev.messages import READERS
from connector.station.josev.options import (
    UNITS,
    JosevOptions,
    evse_id_of,
    folded_id,
    services_of,
)
from connector.station.josev.ports import Outside
from connector.station.josev.post import Post
from connector.station.josev.refusals import refusal
from connector.station.josev.showing import Showing
from connector.station.josev.telling import Telling, Wire
from connector.station.josev.topics import Topics
from connector.station.model import StationModel
from connector.station.ports import (
    Communicating,
    Hardware,
    Locking,
)

logger = logging.getLogger(__name__)

Json = dict[str, Any]
_STUCK = "PowerSwitchFailure"
_NO_ERROR = "NoError"
_BOUND = "iso15118"


class Bridge(CoreSide):
    """Implements `ports.Hardware` before other hardware; ``attach`` it to a core.

    ``now`` gives epoch ms. ``on_due`` is called when `step` is due sooner than it said.
    """

    def __init__(
        self,
        model: StationModel,
        hardware: Hardware,
        wire: Wire,
        now: Callable[[], int],
        options: JosevOptions,
        *,
        outside: Outside | None = None,
    ) -> None:
        self.model = model
        self.hardware = hardware
        self.now = now
        self.options = options
        self.outside = outside or Outside()
        self.core: HlcCore | None = None
        self.on_due: Callable[[], None] = lambda: None
        topics = Topics(options.prefix_of(model.identity), options.extends_topics)
        self.topics = topics
        self.telling = Telling(wire, topics)
        self.posts = {each.number: self._post(each.number) for each in model.evses}
        self._by_id = {folded_id(p.evse_id): p for p in self.posts.values()}
        self.gate = Gate(hardware, self.telling, options, now)
        self.direct_current = DirectCurrent(self)
        self.authorizing = Authorizing(self)
        self.showing = Showing(self)
        self._answers = Answers(self)
        self._hearing = Hearing(self)

    def _post(self, number: int) -> Post:
        evse = next(each for each in self.model.evses if each.number == number)
        options = self.options.evse(number)
        evse_id = evse_id_of(self.model, evse)
        services = services_of(evse, options)
        hears_vehicle = isinstance(self.hardware, Communicating)
        return Post(evse, evse_id, options, services, hears_vehicle)

    # -- the core

    def attach(self, core: HlcCore, on_due: Callable[[], None]) -> None:
        """A core has started; tell Josev how things are."""
        self.core, self.on_due = core, on_due
        for number, post in self.posts.items():
            fresh = self._post(number)
            fresh.is_commanded = post.is_commanded
            fresh.told_contactor = post.told_contactor
            fresh.evse = core.evses[number]
            self.posts[number] = self._by_id[folded_id(post.evse_id)] = fresh
        core.hlc = self

    def detach(self) -> None:
        """The power is lost."""
        for post in self.posts.values():
            post.is_allowed, post.opens_ms, post.v2g = False, None, None
            self.move(post)
            self.gate.look(post)
        if self.core is not None:
            self.core.hlc = None
        self.core = None
        self.on_due = lambda: None

    # -- what is seen of us

    def find(self, evse_id: str | None) -> Post:
        """The EVSE that is meant; without an id the only one.

        Raises:
            Refused: there is no such EVSE.
        """
        if evse_id is None and len(self.posts) == 1:
            return next(iter(self.posts.values()))
        found = self._by_id.get(folded_id(evse_id or ""))
        if found is None:
            known = ", ".join(post.evse_id for post in self.posts.values())
            raise Refused(f"evse_id: {(evse_id or 'missing')[:40]!r}", known)
        return found

    def unit_w(self, post: Post) -> float:
        """What 1 of `iso15118_charge_limit` is, in W."""
        rating = post.model.rating
        volts = rating.voltage * (1 if rating.is_dc else rating.phases)
        return UNITS.get(self.options.limit_unit, volts)

    # -- what comes (`bus.Listener`)

    def connected(self) -> None:
        """Whatever was said meanwhile is lost: say everything anew."""
        if self.core is not None:
            self.showing.everything()

    def received(self, body: bytes) -> None:
        """A message; what is wrong with it is answered, and logged."""
        message: Envelope | None = None
        try:
            message = parse(body)
            if message.id not in self.telling.own:
                self._handle(message)
        except Refused as refused:
            self._refuse(message, refused)
        self._settle()
        self.on_due()

    def _handle(self, message: Envelope) -> None:
        reader = READERS.get((message.name, message.type))
        if reader is None:
            known = ", ".join(n for n, kind in READERS if kind == message.type)
            raise Refused(f"{message.type} {message.name!r}", f"one of {known}")
        found = reader(Fields(message.data))
        if message.type == REQUEST:
            self._answers.answer(message, found)
        else:
            self._hearing.hear(message, found)

    def _refuse(self, message: Envelope | None, refused: Refused) -> None:
        seen = message or Envelope(refused.id, refused.name, refused.type, None)
        words = (self.model.identity, seen.name or "a message", refused.error)
        logger.warning("%s: Josev: %s: %s (expected %s)", *words, refused.expected)
        if seen.type == REQUEST and seen.id:
            self.telling.reply(seen, refusal(seen, refused))

    # -- time

    def step(self, now_ms: int) -> int:
        """Do what is due; gives when to come again at the latest (epoch ms)."""
        if self.core is None:
            return NEVER_MS
        for post in self.posts.values():
            self._due(post, now_ms)
        self._settle()
        due = self.authorizing.due_ms()
        for post in self.posts.values():
            due += self._due_ms(post, now_ms)
        return max(now_ms + 1, min(due, default=NEVER_MS))

    def _due(self, post: Post, now_ms: int) -> None:
        if post.opens_ms is not None and now_ms >= post.opens_ms:
            post.opens_ms = None
        if post.decides_ms is not None and now_ms >= post.decides_ms:
            self.is_basic(post)
        silent_ms = self._silent_ms(post)
        if silent_ms is not None and now_ms >= silent_ms:
            logger.warning(
                "%s: EVSE %d: nothing was heard of its vehicle's session for %g s",
                *(self.model.identity, post.number, self.options.silent_after_s),
            )
            self.session_over(post, "silent")
        self.direct_current.step(post, now_ms)
        self.authorizing.step(post, now_ms)

    def _silent_ms(self, post: Post) -> int | None:
        if post.v2g is None or not self.options.silent_after_s:
            return None
        return post.heard_ms + round(self.options.silent_after_s * 1000)

    def _due_ms(self, post: Post, now_ms: int) -> list[int]:
        v2g = post.v2g
        times = [post.decides_ms, self._silent_ms(post)]
        times += [each.until_ms for each in post.pending]
        if v2g is not None:
            times += [v2g.gives_up_ms, v2g.checks_until_ms]
        return [t for t in times if t is not None] + self.gate.due_ms(post, now_ms)

    def time_moved(self, by_ms: int) -> None:
        """The clock was set: whoever waits, waits as long as before."""
        if isinstance(self.hardware, Timed):
            self.hardware.time_moved(by_ms)
        for post in self.posts.values():
            post.time_moved(by_ms)
        self.authorizing.time_moved(by_ms)

    # -- what follows

    def _settle(self) -> None:
        """Contactors, pilots, the core and Josev follow what is so."""
        if self.core is None:
            return
        for post in self.posts.values():
            self.authorizing.look(post)
            self._tell_core(self.core, post)
            self._follow(post)
        self.showing.limits()

    def _follow(self, post: Post) -> None:
        """The pilot before a contactor that closes, after one that opens."""
        if self.gate.wanted(post) and not post.is_commanded:
            self.showing.pilot(post)
        self.move(post)
        self.gate.look(post)
        self.showing.pilot(post)

    def _tell_core(self, core: HlcCore, post: Post) -> None:
        now_ms = self.now()
        if post.told_demand is not post.effective_demand:
            post.told_demand = post.effective_demand
            core.takes(post.number, post.told_demand, now_ms)
        if post.is_stuck != post.told_fault:
            post.told_fault = post.is_stuck
            code = _STUCK if post.is_stuck else _NO_ERROR
            info = "its contactor does not move" if post.is_stuck else ""
            place = post.evse.connector if post.evse is not None else 1
            core.fault(post.number, code, now_ms, info, place)


class LockingBridge(Bridge):
    """Before hardware whose sockets hold a cable (`ports.Locking`)."""

    def lock(self, evse: int, connector: int, *, is_locked: bool) -> None:
        """Hold the cable, or let it go."""
        assert isinstance(self.hardware, Locking)  # noqa: S101  (`bridge_to`)
        self.hardware.lock(evse, connector, is_locked=is_locked)


def bridge_to(
    model: StationModel,
    hardware: Hardware,
    wire: Wire,
    now: Callable[[], int],
    options: JosevOptions,
    *,
    outside: Outside | None = None,
) -> Bridge:
    """The bridge that such hardware needs."""
    made = LockingBridge if isinstance(hardware, Locking) else Bridge
    return made(model, hardware, wire, now, options, outside=outside)
