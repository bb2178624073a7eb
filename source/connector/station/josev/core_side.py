"""The bridge as its core sees it: hardware, and who watches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from connector.station.client.parts import Counting
from connector.station.core.events import AuthorizeWanted
from connector.station.josev.post import UNDECIDED, Post
from connector.station.josev.vehicles import Vehicles
from connector.station.ports import Demand, Plug, Reading, Token

_BOUND = "iso15118"


class CoreSide(Vehicles):
    """`ports.Hardware` and `core.Watcher`."""

    # -- what the core asks (`ports.Hardware`)

    def offer(self, evse: int, limit_w: float, phases: int | None) -> None:
        """What may be drawn; Josev hears of it at once."""
        post = self.posts[evse]
        post.limit_w, post.phases = limit_w, phases
        self.hand_offer(post)
        self.on_due()

    def contactor(self, evse: int, *, is_closed: bool) -> None:
        """Power may flow, or not; when it does the vehicle says."""
        post = self.posts[evse]
        post.is_allowed, post.opens_ms = is_closed, None
        if not is_closed:
            self.gate.denied(post)
        self.move(post)
        self.on_due()

    async def unlock(self, evse: int, connector: int) -> str:
        """See `ports.Hardware`; nothing flows before."""
        self._drop(evse)
        return await self.hardware.unlock(evse, connector)

    async def reset(self, evse: int, *, is_hard: bool) -> None:
        """See `ports.Hardware`; sessions of vehicles end."""
        for number, post in self.posts.items():
            if evse in (0, number):
                self._drop(number)
                post.v2g, post.mode = None, UNDECIDED
                post.told_inner = None
        await self.hardware.reset(evse, is_hard=is_hard)

    def _drop(self, evse: int) -> None:
        post = self.posts.get(evse)
        if post is not None:
            self.power_off(post, "unlocked")
            post.is_allowed, post.opens_ms = False, None
            self.move(post)
            self.gate.look(post)

    def read(self, evse: int) -> Reading:
        """The meter; a vehicle may have told its state of charge."""
        reading = self.hardware.read(evse)
        post = self.posts.get(evse)
        if post is None or post.ev is None or reading.state_of_charge is not None:
            return reading
        return replace(reading, state_of_charge=post.ev.state_of_charge)

    # -- kept over restarts (`client.parts.Counting`), where the meters need it

    def registers_wh(self) -> Mapping[int, tuple[float, float]]:
        """See `Counting`."""
        meters = self.hardware
        return meters.registers_wh() if isinstance(meters, Counting) else {}

    def restore(self, registers_wh: Mapping[int, tuple[float, float]]) -> None:
        """See `Counting`."""
        if isinstance(self.hardware, Counting):
            self.hardware.restore(registers_wh)

    def show_at_least(self, evse: int, energy_wh: float) -> None:
        """See `Counting`."""
        if isinstance(self.hardware, Counting):
            self.hardware.show_at_least(evse, energy_wh)

    # -- what the core is told (`core.Watcher`)

    def cable(self, evse: int, plug: Plug) -> None:
        """A vehicle comes or goes; who goes has no session any more."""
        post = self.posts[evse]
        is_plugged = plug in (Plug.PLUGIN, Plug.LOCK)
        if is_plugged and not post.is_plugged:
            self._hope(post)
        elif not is_plugged and post.is_plugged:
            self._left(post)

    def _hope(self, post: Post) -> None:
        """It may speak; until then nothing flows."""
        wait_s = 0.0 if post.model.rating.is_dc else self.options.basic_after_s
        post.mode, post.v2g, post.ev = UNDECIDED, None, None
        post.decides_ms = self.now() + round(wait_s * 1000) if wait_s else None

    def _left(self, post: Post) -> None:
        self.session_over(post, "unplugged")
        post.mode, post.decides_ms, post.demand = UNDECIDED, None, Demand.IDLE
        post.is_allowed, post.opens_ms, post.ev = False, None, None
        post.pilot_error, post.basic_a, post.bound_w = "", None, None
        self.move(post)
        self.gate.look(post, "unplugged")

    def demanded(self, evse: int, demand: Demand) -> Demand:
        """What the vehicle asks of its hardware."""
        post = self.posts[evse]
        post.demand = demand
        post.told_demand = post.effective_demand
        return post.told_demand

    def judged(self, evse: int, token: Token, outcome: str) -> None:
        """What became of a token."""
        self.authorizing.judged(self.posts[evse], token, outcome)

    def asked_about(self, event: AuthorizeWanted) -> None:
        """The client asks about a token."""
        self.authorizing.asked_about(event)

    def began(self, evse: int) -> None:
        """A transaction has begun: what bounds its session holds from now on."""
        self.bound(self.posts[evse])

    def changed(self) -> None:
        """Something may be another."""
        self.on_due()

    def bound(self, post: Post) -> None:
        """Smart charging beside OCPP, as one of the bounds of a session."""
        session = post.evse.session if post.evse is not None else None
        if session is None or self.core is None:
            return
        if session.limits.get(_BOUND) == post.bound_w:
            return
        if post.bound_w is None:
            session.limits.pop(_BOUND, None)
        else:
            session.limits[_BOUND] = post.bound_w
        self.core.offer_anew(self.now())
