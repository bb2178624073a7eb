"""Cable check, precharge and the current that a vehicle asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector.station.hardware_mqtt.envelope import Refused
from connector.station.josev.gate import CLOSED, ERROR
from connector.station.josev.messages import Setpoint
from connector.station.josev.options import NO_MONITOR, NO_MONITOR_IN_CHECKS
from connector.station.josev.post import Post, V2g
from connector.station.ports import Insulating, Rectifying

if TYPE_CHECKING:
    from connector.station.josev.bridge import Bridge

VALID, INVALID, FAULT = "valid", "invalid", "fault"
_GOOD = frozenset({VALID, "warning", NO_MONITOR, NO_MONITOR_IN_CHECKS})
ONGOING, FINISHED = "ongoing", "finished"


def within(limit: float, wish: float | None) -> float:
    """A wish as far as a limit allows; a limit below 0 allows nothing but feeding back.

    Without a wish the limit itself.
    """
    if wish is None:
        return limit
    return min(wish, limit) if limit >= 0 else max(min(wish, 0.0), limit)


class DirectCurrent:
    """What a vehicle that is charged by direct current asks of the station."""

    def __init__(self, bridge: Bridge) -> None:
        self._bridge = bridge

    # -- cable check

    def check(self, post: Post, *, is_start: bool) -> tuple[str, str | None]:
        """Begin a cable check, or ask how it is: its status and the isolation level.

        The contactor closes at once: a vehicle does not wait long (ISO 15118-2).
        """
        v2g = post.v2g
        if is_start:
            v2g = self._start(post)
        if v2g is None or (v2g.checks_until_ms is None and v2g.isolation is None):
            return FINISHED, INVALID
        self._look(post, v2g)
        is_over = not is_start and v2g.checks_until_ms is None
        return (FINISHED, v2g.isolation) if is_over else (ONGOING, None)

    def _start(self, post: Post) -> V2g:
        if not post.is_allowed:
            raise Refused("nobody may charge there", "an authorization first")
        v2g = self._bridge.speaks(post)
        wait_ms = round(self._bridge.options.cable_check_within_s * 1000)
        v2g.isolation, v2g.setpoint = None, None
        v2g.checks_until_ms = self._bridge.now() + wait_ms
        hardware = self._bridge.hardware
        if isinstance(hardware, Insulating):
            hardware.measure_isolation(post.number)
        self._bridge.hand_offer(post)
        self._bridge.power_on(post)
        return v2g

    def step(self, post: Post, now_ms: int) -> None:
        """Go on with what runs."""
        v2g = post.v2g
        if v2g is not None and v2g.checks_until_ms is not None:
            self._look(post, v2g)

    def _look(self, post: Post, v2g: V2g) -> None:
        until_ms = v2g.checks_until_ms
        if until_ms is None:
            return
        status = self._bridge.gate.status(post)
        found = self._measured(post) if status == CLOSED else None
        if status == ERROR:
            found = FAULT
        elif found is None and self._bridge.now() >= until_ms:
            found = INVALID
        if found is None:
            return
        v2g.isolation, v2g.checks_until_ms = found, None
        if found not in _GOOD:
            self._bridge.power_off(post, f"isolation {found}")

    def _measured(self, post: Post) -> str | None:
        hardware = self._bridge.hardware
        if isinstance(hardware, Insulating):
            return hardware.isolation(post.number)
        return post.options.without_monitor

    # -- power

    def set(self, post: Post, setpoint: Setpoint) -> None:
        """What the vehicle wants from now on.

        Raises:
            Refused: it may not have that.
        """
        v2g, rating = post.v2g, post.model.rating
        if v2g is None or not post.is_charging_by_hlc or not post.is_allowed:
            raise Refused("no power flows there", "a session with power on")
        volts = setpoint.voltage
        if volts is not None and volts > rating.voltage:
            raise Refused(f"dc.voltage: {volts:g}", f"{rating.voltage:g} or less")
        most = setpoint.most_voltage
        if volts is not None and most is not None and volts > most:
            raise Refused(f"dc.voltage: {volts:g}", f"the vehicle's {most:g} or less")
        v2g.setpoint = setpoint
        hardware = self._bridge.hardware
        if isinstance(hardware, Rectifying) and volts is not None:
            amperes, watts = self._within(post, setpoint)
            hardware.setpoint(post.number, volts, amperes, watts)
        self._bridge.hand_offer(post)
        self._bridge.showing.limits(with_present=rating.is_dc)

    def _within(
        self, post: Post, setpoint: Setpoint
    ) -> tuple[float | None, float | None]:
        """Never more than the core allows."""
        limit_w, volts = post.limit_w, setpoint.voltage or 0.0
        watts, amperes = setpoint.power_w, setpoint.current_a
        if setpoint.is_precharge:
            return amperes, watts
        if amperes is not None and volts:
            amperes = within(limit_w / volts, amperes)
        return amperes, within(limit_w, watts)

    def bound_w(self, post: Post) -> float | None:
        """What the vehicle bounds itself to; None: it takes what it is offered."""
        v2g = post.v2g
        if v2g is None or isinstance(self._bridge.hardware, Rectifying):
            return None
        setpoint = v2g.setpoint
        if setpoint is None:
            is_waiting = post.model.rating.is_dc and not v2g.is_delivering
            return 0.0 if is_waiting else None
        if setpoint.is_precharge:
            return 0.0
        if setpoint.power_w is not None:
            return setpoint.power_w
        if setpoint.current_a is None or not setpoint.voltage:
            return None
        return setpoint.current_a * setpoint.voltage

    def present(self, post: Post) -> dict[str, Any]:
        """Voltage and current at the outlet now."""
        volts, amperes = self._present(post) if post.model.rating.is_dc else (0.0, 0.0)
        return {
            "present_voltage": round(volts, 2),
            "present_current": round(amperes, 2),
        }

    def _present(self, post: Post) -> tuple[float, float]:
        hardware = self._bridge.hardware
        if isinstance(hardware, Rectifying):
            seen = hardware.output(post.number)
            if seen is not None:
                return seen
        if self._bridge.gate.status(post) != CLOSED:
            return 0.0, 0.0
        v2g = post.v2g
        setpoint = v2g.setpoint if v2g is not None else None
        if setpoint is None or not setpoint.voltage:
            return 0.0, 0.0
        # Who makes no voltage itself has an ideal rectifier: it is what was wanted.
        power_w = hardware.read(post.number).power_w
        return setpoint.voltage, power_w / setpoint.voltage
