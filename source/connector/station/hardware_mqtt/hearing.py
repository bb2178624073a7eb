"""What the hardware's services tell: events and answers of charge, auth and meter."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from connector.station.core.evse import NO_ERROR
from connector.station.core.tokens import Verdict
from connector.station.hardware_mqtt.arguments import flag, members, tag, word
from connector.station.hardware_mqtt.envelope import RESPONSE, Envelope, Refused, shown
from connector.station.hardware_mqtt.post import Core, Post, charging_with, is_same
from connector.station.hardware_mqtt.topics import AUTH, CHARGE, METER
from connector.station.ports import Demand, Plug

if TYPE_CHECKING:
    from connector.station.hardware_mqtt.adapter import MqttHardware

logger = logging.getLogger(__name__)

GONE = "gone"
"""The name of an update that the broker sends for hardware that has died (a will)."""
PROTOCOLS = ("iso20", "iso20discharge", "iso2", "iso3", "iec")
ISOLATION = ("valid", "invalid", "warning", "fault", "no_imd", "no_i_m_d")
"""The last two are one; both spellings are in use."""
OVER_FOR_MS = 10_000
"""A vehicle that draws more than its limit for longer is switched off (IEC 61851-1)."""
_FORGET_OVER_MS = 60_000
_OPEN = frozenset({Plug.PLUGIN, Plug.PLUGOUT})
"""No lock holds the cable."""
_OVER_CURRENT = "OverCurrentFailure"


class Hearing:
    """Tells the core what the services say."""

    def __init__(self, hardware: MqttHardware) -> None:
        self._hardware = hardware
        self._ports: dict[str, Callable[[Core, Post, Envelope], None]] = {
            CHARGE: self._charge,
            AUTH: self._auth,
            METER: self._meter,
        }
        self._facts: dict[str, Callable[[Core, Post, Any], None]] = {
            "plugged": self._plugged,
            "power": self._power,
            "iso": self._iso,
            "auth": self._auth_of_charge,
            "payment": self._payment,
            "contactor": self._contactor,
            "isolation": self._isolation,
        }
        self._gauges: dict[str, Callable[[Post, Any], None]] = {
            "tension": self._tension,
            "current": self._current,
            "power": self._meter_power,
            "energy": self._energy,
        }

    def hear(self, core: Core, post: Post, port: str, message: Envelope) -> None:
        """One message of a service.

        Raises:
            Refused: it is not what such a service says.
        """
        if message.type == RESPONSE and _is_rejection(message.data):
            logger.warning(
                "EVSE %d: %s %s was rejected: %s",
                post.model.number,
                port,
                message.name,
                shown(message.data.get("error")),
            )
            return
        self._ports[port](core, post, message)

    # -- charge

    def _charge(self, core: Core, post: Post, message: Envelope) -> None:
        # Answers to verbs that only do something have nothing to tell.
        if not isinstance(message.data, dict) or not message.data:
            if message.type != RESPONSE:
                raise Refused(f"data: {shown(message.data)}", "an object")
            return
        data = message.data.get("state", message.data)
        facts = members(data, "state")
        known = [name for name in self._facts if facts.get(name) is not None]
        if not known and not {"imax", "pmax"} & set(facts):
            expected = ", ".join([*self._facts, "state"])
            raise Refused(f"event {', '.join(list(facts)[:5])}", f"one of {expected}")
        bound_w = self._hardware.units.bound_w(facts, post.volts)
        for name in known:
            self._facts[name](core, post, facts[name])
        if bound_w is not None:
            self._hardware.bound(post, "hardware", bound_w)

    def _plugged(self, core: Core, post: Post, data: Any) -> None:
        plug = Plug(word(data, "plugged", Plug))
        unlocking, is_open = post.unlocking, plug in _OPEN
        if is_open and unlocking is not None and not unlocking.done():
            unlocking.set_result(None)
        if plug is post.plug:
            return
        post.plug = plug
        now_ms = self._hardware.now()
        if plug is Plug.PLUGIN:
            # A transaction may begin with this, or soon: from where?
            self._hardware.telling.meter(post)
        core.plugged(post.model.number, plug, now_ms)
        if plug is Plug.PLUGOUT:
            post.left()
            self._heal_over(core, post)
        elif plug is Plug.PLUGIN and post.login is None:
            self._hardware.telling.ask(post, AUTH, "login", {})

    def _power(self, core: Core, post: Post, data: Any) -> None:
        """`start`, ``{"charging": A}``, ``{"stop": Wh}`` or `idle`."""
        units, now_ms, evse = (
            self._hardware.units,
            self._hardware.now(),
            post.model.number,
        )
        if isinstance(data, dict) and list(data) == ["stop"]:
            post.gauge.session_energy(units.value(data["stop"], "power.stop", least=0))
            core.demands(evse, Demand.IDLE, now_ms)
        elif isinstance(data, dict) and list(data) == ["charging"]:
            units.value(data["charging"], "power.charging")
            core.demands(evse, Demand.CHARGING, now_ms)
        elif data in ("start", "idle"):
            demand = Demand.CHARGING if data == "start" else Demand.IDLE
            core.demands(evse, demand, now_ms)
        else:
            expected = 'start, idle, {"charging": A} or {"stop": Wh}'
            raise Refused(f"power: {shown(data)}", expected)

    def _iso(self, core: Core, post: Post, data: Any) -> None:
        protocol = word(data, "iso", PROTOCOLS)
        session = core.evses[post.model.number].session
        if session is not None:
            session.protocol = protocol

    def _payment(self, core: Core, post: Post, data: Any) -> None:
        payment = word(data, "payment", ("eim", "pnc"))
        session = core.evses[post.model.number].session
        if session is not None:
            session.payment = payment

    def _contactor(self, core: Core, post: Post, data: Any) -> None:
        post.contactor = word(data, "contactor", ("closed", "opened")) == "closed"

    def _isolation(self, core: Core, post: Post, data: Any) -> None:
        found = word(data, "isolation", ISOLATION)
        post.isolation = "no_imd" if found == "no_i_m_d" else found

    def _auth_of_charge(self, core: Core, post: Post, data: Any) -> None:
        """What the charge service makes of it; who is logged in, `auth` itself says."""
        word(data, "auth", ("done", "fail", "pending", "idle"))

    # -- auth

    def _auth(self, core: Core, post: Post, message: Envelope) -> None:
        if message.name == "logout":
            # The answer to ours is late news: somebody else may be logged in by now.
            if message.type != RESPONSE:
                self._log_out(core, post)
            return
        data = message.data
        if message.type == RESPONSE and (not isinstance(data, dict) or not data):
            return
        state = members(members(data, "auth").get("state", data), "state")
        auth = word(state.get("auth"), "auth", ("done", "fail", "pending", "idle"))
        if auth == "done":
            self._log_in(core, post, state, is_new=message.name == "login")
        elif auth == "idle":
            self._log_out(core, post)

    def _log_in(
        self, core: Core, post: Post, state: Mapping[str, Any], *, is_new: bool
    ) -> None:
        """Who is logged in already is so once: shown again, a card would stop.

        Nor does a state that is only repeated begin anew what has ended.
        """
        token = tag(state.get("tagid"), "tagid")
        is_asked = flag(state.get("ocpp_check", True), "ocpp_check")
        bound_w = self._hardware.units.bound_w(state, post.volts)
        evse, now_ms = post.model.number, self._hardware.now()
        is_charging = charging_with(core, evse, token) is not None
        is_known = is_charging or (is_same(post.login, token) and not is_new)
        holder = post.login and charging_with(core, evse, post.login)
        if is_charging or not holder:
            post.login = token
        if bound_w is not None and is_same(post.login, token):
            self._hardware.bound(post, "card", bound_w)
        if is_known:
            return
        if is_asked:
            self._hardware.present(core, evse, token)
        else:
            core.authorized(evse, token, Verdict("Accepted"), now_ms)

    def _log_out(self, core: Core, post: Post) -> None:
        token, post.login = post.login, None
        evse = post.model.number
        if token is not None and charging_with(core, evse, token):
            core.presented(token, self._hardware.now(), evse)

    # -- meter

    def _meter(self, core: Core, post: Post, message: Envelope) -> None:
        name, data = message.name, message.data
        if name == "config":
            self._config(post, message)
        elif name == "over-limit":
            self._over_limit(core, post, data)
        elif name in self._gauges:
            if message.type == RESPONSE and data in ({}, True):
                return
            self._gauges[name](post, data)
            post.has_gauge = True
        else:
            expected = ", ".join([*self._gauges, "over-limit"])
            raise Refused(f"event {name!r}", f"one of {expected}")

    def _config(self, post: Post, message: Envelope) -> None:
        """The least of what was asked and what the hardware can."""
        if message.type != RESPONSE or message.id != post.config_id:
            return
        found = members(message.data, "config")
        bound_w = self._hardware.units.bound_w(found, post.volts)
        asked = self._hardware.units.config(post.offered_a, post.offered_w)
        asked_w = self._hardware.units.bound_w(
            {name: max(0.0, value) for name, value in asked.items()}, post.volts
        )
        if bound_w is not None and asked_w is not None and bound_w < asked_w - 1:
            self._hardware.bound(post, "config", bound_w)

    def _over_limit(self, core: Core, post: Post, data: Any) -> None:
        """Say the limit again; who does not follow is switched off."""
        if data is False:
            post.over_since_ms = None
            return
        if data is not True:
            self._hardware.units.phases(data, "over-limit")
        now_ms, since_ms = self._hardware.now(), post.over_since_ms
        if since_ms is None or now_ms - since_ms > _FORGET_OVER_MS:
            post.over_since_ms = now_ms
        elif now_ms - since_ms >= OVER_FOR_MS:
            info = "it draws more than it is offered"
            self._hardware.broken(post, _OVER_CURRENT, info)
        self._hardware.telling.limit(post)

    def _heal_over(self, core: Core, post: Post) -> None:
        if post.error[0] == _OVER_CURRENT:
            self._hardware.broken(post, NO_ERROR, "")

    def _tension(self, post: Post, data: Any) -> None:
        post.gauge.tension = self._hardware.units.phases(data, "tension")

    def _current(self, post: Post, data: Any) -> None:
        post.gauge.current = self._hardware.units.phases(data, "current")

    def _meter_power(self, post: Post, data: Any) -> None:
        post.gauge.power = self._hardware.units.phases(data, "power")

    def _energy(self, post: Post, data: Any) -> None:
        found = self._hardware.units.phases(data, "energy")
        if found.sum < 0:
            raise Refused(f"energy: {found.sum:g}", "0 or more")
        is_running = self._hardware.is_running(post)
        post.gauge.energy(found.sum, is_running=is_running)


def _is_rejection(data: Any) -> bool:
    return isinstance(data, dict) and data.get("status") == "rejected"
