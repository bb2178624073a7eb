"""Sessions of vehicles, and what they do to contactors and pilots."""

from __future__ import annotations

from collections.abc import Callable

from connector.station.josev.authorizing import Authorizing
from connector.station.josev.core import HlcCore
from connector.station.josev.direct_current import DirectCurrent, within
from connector.station.josev.gate import Gate
from connector.station.josev.options import JosevOptions
from connector.station.josev.post import BASIC, HLC, Post, V2g
from connector.station.josev.showing import Showing
from connector.station.ports import Communicating, Hardware, Rectifying


class Vehicles:
    """What of the bridge its rooms call."""

    hardware: Hardware
    options: JosevOptions
    posts: dict[int, Post]
    gate: Gate
    showing: Showing
    direct_current: DirectCurrent
    authorizing: Authorizing
    core: HlcCore | None
    now: Callable[[], int]
    on_due: Callable[[], None]

    def move(self, post: Post) -> None:
        """The contactor follows what is wanted, and never switches under load."""
        if self.gate.wanted(post):
            self.gate.move(post)
            self.hand_offer(post)
        else:
            self.hand_offer(post)
            self.gate.move(post)

    def hand_offer(self, post: Post) -> None:
        """The hardware is offered what core and vehicle agree on."""
        offered_w = 0.0
        if post.lets_through:
            wish_w = self.direct_current.bound_w(post)
            offered_w = within(post.limit_w, wish_w)
        if post.told_inner != (offered_w, post.phases):
            post.told_inner = offered_w, post.phases
            self.hardware.offer(post.number, offered_w, post.phases)

    def speaks(self, post: Post) -> V2g:
        """It does: its session, which begins with this where there is none."""
        post.mode, post.decides_ms = HLC, None
        if post.v2g is None:
            post.v2g = V2g()
        return post.v2g

    def is_basic(self, post: Post) -> None:
        """It does not speak, and is charged by IEC 61851."""
        if post.mode != BASIC and not post.model.rating.is_dc:
            self.session_over(post, "basic charging")
            post.mode, post.decides_ms = BASIC, None
            self.communicated(post, "iec")

    def power_on(self, post: Post) -> None:
        """The vehicle is ready; its pilot is seen before the contactor moves."""
        told_before = post.pilots
        self._power_on(post)
        self.showing.pilot_again(post, told_before)

    def _power_on(self, post: Post) -> None:
        self.speaks(post).has_power = True
        self.showing.pilot(post)
        self.move(post)
        self.gate.look(post)

    def power_off(self, post: Post, info: str) -> None:
        """It is not any more; its pilot is told in any case."""
        told_before = post.pilots
        self._power_off(post, info)
        self.showing.pilot(post)
        self.showing.pilot_again(post, told_before)

    def _power_off(self, post: Post, info: str) -> None:
        v2g = post.v2g
        if v2g is None or not v2g.has_power:
            return
        v2g.has_power = v2g.is_delivering = False
        v2g.checks_until_ms = v2g.setpoint = None
        if isinstance(self.hardware, Rectifying):
            self.hardware.setpoint(post.number, 0.0, 0.0, 0.0)
        self.move(post)
        self.gate.look(post, info)

    def session_over(self, post: Post, info: str) -> None:
        """SessionStop, or nobody is there any more."""
        if post.v2g is None:
            return
        self._power_off(post, info)
        post.v2g = None
        post.opens_ms = None
        session = post.evse.session if post.evse is not None else None
        if session is not None:
            session.protocol, session.payment = None, "eim"

    def communicated(self, post: Post, protocol: str) -> None:
        """How the vehicle is spoken with, to whoever wants to know."""
        session = post.evse.session if post.evse is not None else None
        if session is not None:
            session.protocol = protocol
        if isinstance(self.hardware, Communicating):
            self.hardware.protocol(post.number, protocol)
