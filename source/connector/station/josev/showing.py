"""What Josev is told by itself: status and limits, control pilots, contactors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector.station.josev import limits, pilot
from connector.station.josev.options import STATION
from connector.station.josev.post import Post
from connector.station.ports import Piloting

if TYPE_CHECKING:
    from connector.station.josev.bridge import Bridge

Json = dict[str, Any]
_PRESENT = ("present_voltage", "present_current")
_NO_PWM = 100.0


class Showing:
    """Tells what is another than when it was told last."""

    def __init__(self, bridge: Bridge) -> None:
        self._bridge = bridge
        self._told: list[Json] = []

    def everything(self) -> None:
        """Somebody may not have heard it."""
        self._told = []
        self.limits()
        for post in self._bridge.posts.values():
            post.told_pilot = post.told_charge_limit = None
            self.pilot(post)
            self._bridge.gate.tell(post)

    # -- limits

    def status_and_limits(self) -> Json:
        """The data of `cs_status_and_limits`."""
        posts = self._bridge.posts.values()
        return {"evses": [self._of(post) for post in posts]}

    def _of(self, post: Post) -> Json:
        limit_w, phases = self.limit(post)
        present = self._bridge.direct_current.present(post)
        return limits.of_evse(post, limit_w, phases, present)

    def limit(self, post: Post) -> tuple[float, int | None]:
        """What a vehicle may take, be it that one charges by now or may yet."""
        evse, core = post.evse, self._bridge.core
        if evse is None or core is None:
            return 0.0, None
        is_held_back = post.is_authorized and not evse.may_flow
        if is_held_back or (post.v2g is not None and post.v2g.is_revoked):
            return 0.0, None
        return core.allowed(post.number, self._bridge.now())

    def limits(self, *, with_present: bool = False) -> None:
        """Tell them; what only is measured is no news of its own."""
        shown: list[Json] = self.status_and_limits()["evses"]
        if with_present or _lasting(shown) != _lasting(self._told):
            self._told = shown
            self._bridge.telling.update("cs_status_and_limits", {"evses": shown})
        if self._bridge.options.ocpp == STATION:
            for post in self._bridge.posts.values():
                self._charge_limit(post)

    def _charge_limit(self, post: Post) -> None:
        """How much is to be fed back, where a vehicle can: no limit tells that."""
        is_both_ways = any(name.endswith("_bpt") for name in post.names)
        if post.v2g is None or not post.is_authorized or not is_both_ways:
            post.told_charge_limit = None
            return
        limit_w, _ = self.limit(post)
        if limit_w in (post.told_charge_limit, post.bound_w):
            return
        post.told_charge_limit = limit_w
        unit_w = self._bridge.unit_w(post)
        self._bridge.telling.charge_limit(post.evse_id, round(limit_w / unit_w, 3))

    # -- the control pilot

    def pilot(self, post: Post) -> None:
        """Tell it; a vehicle that comes is seen before it is called."""
        duty = pilot.duty(post, limits.amperes(post, *self.limit(post)))
        state = pilot.state(post, duty)
        if state == post.told_pilot and duty == post.told_duty:
            return
        if post.told_pilot == "A1" and state.endswith("2"):
            self._tell_pilot(post, "B1", _NO_PWM)
        post.told_pilot, post.told_duty = state, duty
        hardware = self._bridge.hardware
        if isinstance(hardware, Piloting):
            error = post.pilot_error
            hardware.pilot(post.number, duty_percent=duty, error=error)
        self._tell_pilot(post, state, duty)

    def pilot_again(self, post: Post, told_before: int) -> None:
        """Tell it, where what has happened since then has not done so already."""
        if post.pilots == told_before:
            post.told_pilot = None
            self.pilot(post)

    def _tell_pilot(self, post: Post, state: str, duty: float) -> None:
        post.pilots += 1
        data = pilot.message(post, state, duty)
        self._bridge.telling.update("cp_status", data)


def _lasting(shown: list[Json]) -> list[Json]:
    """Without what is measured, nor what follows from that alone."""
    return [_without_present(each) for each in shown]


def _without_present(evse: Json) -> Json:
    found = dict(evse)
    if "dc" in found:
        left = {k: v for k, v in found["dc"].items() if k not in _PRESENT}
        # What a power is as a current changes with the voltage, in every loop.
        left.pop("max_current")
        left.pop("min_current")
        found["dc"] = left
    if "dc_bpt" in found:
        found["dc_bpt"] = {
            k: v for k, v in found["dc_bpt"].items() if not k.endswith("_current")
        }
    return found
