"""What the station's other services ask of its OCPP side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from connector.station.core.evse import NO_ERROR
from connector.station.hardware_mqtt.arguments import (
    flag,
    members,
    moment_ms,
    only,
    tag,
    word,
)
from connector.station.hardware_mqtt.envelope import Envelope, Refused, shown
from connector.station.hardware_mqtt.post import Core, Post, charging_with
from connector.station.hardware_mqtt.topics import Place
from connector.station.ports import Demand, Plug, Token

if TYPE_CHECKING:
    from connector.station.hardware_mqtt.adapter import MqttHardware

LATER = object()
"""The answer has to wait."""
ERROR_CODES = (
    "ConnectorLockFailure",
    "EVCommunicationError",
    "GroundFailure",
    "HighTemperature",
    "InternalError",
    "LocalListConflict",
    NO_ERROR,
    "OtherError",
    "OverCurrentFailure",
    "OverVoltage",
    "PowerMeterFailure",
    "PowerSwitchFailure",
    "ReaderFailure",
    "ResetFailure",
    "UnderVoltage",
    "WeakSignal",
)
STATUSES = (
    "preparing",
    "charging",
    "reserved",
    "unavailable",
    "available",
    "finishing",
)
MEASURES = ("timestamp", "session", "current", "tension", "power")
_PLUGGED = frozenset({Plug.PLUGIN, Plug.LOCK})


@dataclass(frozen=True, slots=True)
class Asked:
    """A request at an EVSE (0: the station)."""

    place: Place
    request: Envelope
    core: Core
    post: Post

    @property
    def data(self) -> Any:
        """The argument."""
        return self.request.data

    @property
    def evse(self) -> int:
        """The number."""
        return self.post.model.number

    def needs_evse(self) -> None:
        """Raises Refused: the verb is about an EVSE, and was asked of the station."""
        if self.evse == 0:
            raise Refused("EVSE 0 is the whole station", "the number of an EVSE")


@dataclass(slots=True)
class Judgement:
    """Somebody who waits to hear what is said about a token."""

    evse: int
    until_ms: int
    then: Callable[[bool | None], None]
    """True, False, or None: nobody said anything in time."""


@dataclass(slots=True)
class Verbs:
    """The verbs of the port `ocpp`."""

    hardware: MqttHardware
    _judging: dict[str, list[Judgement]] = field(default_factory=dict)

    def answer(self, asked: Asked) -> Any:
        """What is answered, or `LATER`.

        Raises:
            Refused: there is no such verb, or not with this argument, or not now.
        """
        verb = VERBS.get(asked.request.name)
        if verb is None:
            raise Refused(f"verb {asked.request.name!r}", "one of " + ", ".join(VERBS))
        return verb(self, asked)

    # -- tokens

    def _authorize(self, asked: Asked) -> Any:
        token = tag(asked.data, "authorize")

        def then(said: bool | None) -> None:
            if said is None:
                refused = Refused("nobody answered in time", "a central system")
                self.hardware.refuse(asked, refused)
            else:
                self.hardware.telling.reply(asked.place, asked.request, said)

        self._judge(asked, token, then)
        return LATER

    def _judge(
        self, asked: Asked, token: Token, then: Callable[[bool | None], None]
    ) -> None:
        """Who charges here already is not asked about again: that would be a stop."""
        core, hardware, now_ms = asked.core, self.hardware, self.hardware.now()
        if charging_with(core, asked.evse, token):
            then(True)
            return
        verdict = hardware.present(core, asked.evse, token)
        if verdict is not None:
            hardware.authorized_event(asked.post, is_accepted=verdict.is_accepted)
            then(verdict.is_accepted)
            return
        waiting = self._judging.setdefault(token.id.casefold(), [])
        until_ms = now_ms + round(hardware.answer_within_s * 1000)
        waiting.append(Judgement(asked.evse, until_ms, then))

    def judged(self, evse: int, token: Token, *, is_accepted: bool) -> None:
        """Whoever waits for this is told."""
        waiting = self._judging.pop(token.id.casefold(), [])
        others = [each for each in waiting if each.evse not in (0, evse)]
        if others:
            self._judging[token.id.casefold()] = others
        for each in waiting:
            if each not in others:
                each.then(is_accepted)

    def expire(self, now_ms: int) -> int | None:
        """Tell those who waited too long; gives when the next one has."""
        for key, waiting in tuple(self._judging.items()):
            late = [each for each in waiting if each.until_ms <= now_ms]
            left = [each for each in waiting if each.until_ms > now_ms]
            if left:
                self._judging[key] = left
            else:
                del self._judging[key]
            for each in late:
                each.then(None)
        waits = [each.until_ms for all_ in self._judging.values() for each in all_]
        return min(waits, default=None)

    # -- transactions

    def _transaction(self, asked: Asked) -> Any:
        asked.needs_evse()
        data = members(asked.data, "transaction")
        what, value = only(data, "transaction", ("start", "stop"))
        return (
            self._start(asked, value) if what == "start" else self._stop(asked, value)
        )

    def _start(self, asked: Asked, value: Any) -> Any:
        token = tag(value, "start")
        evse = asked.core.evses[asked.evse]
        session = evse.session
        is_taken = session is not None and session.is_authorized
        is_own = charging_with(asked.core, asked.evse, token) is not None
        if session is not None and is_taken:
            if not is_own or asked.post.claimed == session.key:
                error = f"transaction {session.key} runs already"
                raise Refused(error, '{"stop": meter_wh} before the next start')
        if asked.post.is_silent:
            raise Refused("the hardware is silent", "a charge service that answers")

        def then(said: bool | None) -> None:
            self._started(asked, token, said)

        self._judge(asked, token, then)
        return LATER

    def _started(self, asked: Asked, token: Token, said: bool | None) -> None:
        session = charging_with(asked.core, asked.evse, token)
        if session is not None:
            asked.post.claimed = session.key
            id_ = self.hardware.telling.transaction_id(session)
            self.hardware.telling.reply(asked.place, asked.request, id_)
            return
        evse = asked.core.evses[asked.evse]
        status = evse.status(evse.connector)
        refused = {
            None: Refused("nobody answered in time", "a central system"),
            False: Refused(f"{shown(token.id)} may not charge", "a token that may"),
            True: Refused(f"EVSE {asked.evse} is {status}", "an EVSE that is free"),
        }[said]
        self.hardware.refuse(asked, refused)

    def _stop(self, asked: Asked, value: Any) -> Any:
        meter_wh = self.hardware.units.value(value, "stop", least=0)
        session = asked.core.evses[asked.evse].session
        if session is None or session.token is None or not session.is_authorized:
            raise Refused("no transaction runs", '{"start": id token} before a stop')
        is_running = self.hardware.is_running(asked.post)
        asked.post.gauge.energy(meter_wh, is_running=is_running)
        asked.core.presented(session.token, self.hardware.now(), asked.evse)
        return self.hardware.telling.transaction_id(session)

    # -- what is so

    def _status_notification(self, asked: Asked) -> Any:
        core, evse, now_ms = asked.core, asked.evse, self.hardware.now()
        if isinstance(asked.data, dict):
            _, code = only(asked.data, "status-notification", ("error",))
            self.hardware.broken(asked.post, word(code, "error", ERROR_CODES), "")
            return {}
        asked.needs_evse()
        match word(asked.data, "status-notification", STATUSES):
            case "preparing":
                self._plug(asked, now_ms)
            case "charging":
                self._plug(asked, now_ms)
                core.demands(evse, Demand.CHARGING, now_ms)
            case "finishing":
                self._finish(asked, now_ms)
            case "available":
                self._free(asked, now_ms)
            case "unavailable":
                core.change_availability(evse, 0, now_ms, is_operative=False)
            case _:
                if core.evses[evse].reservation_id is None:
                    raise Refused("nothing is reserved", "a reservation of the CSMS")
        return {}

    def _plug(self, asked: Asked, now_ms: int) -> None:
        if asked.post.plug not in _PLUGGED:
            asked.post.plug = Plug.PLUGIN
            asked.core.plugged(asked.evse, Plug.PLUGIN, now_ms)

    def _finish(self, asked: Asked, now_ms: int) -> None:
        """It has ended, and the vehicle is still there."""
        session = asked.core.evses[asked.evse].session
        asked.core.demands(asked.evse, Demand.IDLE, now_ms)
        if session is not None and session.token is not None and session.is_authorized:
            asked.core.presented(session.token, now_ms, asked.evse)

    def _free(self, asked: Asked, now_ms: int) -> None:
        if asked.post.plug is not Plug.PLUGOUT:
            asked.post.plug = Plug.PLUGOUT
            asked.core.plugged(asked.evse, Plug.PLUGOUT, now_ms)
            asked.post.left()
        self.hardware.broken(asked.post, NO_ERROR, "")
        asked.core.change_availability(asked.evse, 0, now_ms, is_operative=True)

    def _push_measure(self, asked: Asked) -> Any:
        data = members(asked.data, "push-measure")
        strange = [name for name in data if name not in MEASURES]
        if strange or not set(data) & set(MEASURES[1:]):
            found = ", ".join(map(str, strange[:5])) or "no value"
            raise Refused(f"push-measure: {found}", "some of " + ", ".join(MEASURES))
        units, gauge = self.hardware.units, asked.post.gauge
        if "timestamp" in data:
            moment_ms(data["timestamp"], "timestamp")
        sets = {n: units.phases(data[n], n) for n in MEASURES[2:] if n in data}
        if "session" in data:
            gauge.session_energy(units.value(data["session"], "session", least=0))
        gauge.current = sets.get("current", gauge.current)
        gauge.tension = sets.get("tension", gauge.tension)
        gauge.power = sets.get("power", gauge.power)
        asked.post.has_gauge = True
        self._tell_values(asked)
        return {}

    def _tell_values(self, asked: Asked) -> None:
        core, now_ms = asked.core, self.hardware.now()
        if asked.evse == 0 or not core.tell_transactions(asked.evse, now_ms):
            core.tell_values(asked.evse, now_ms)

    # -- beside

    def _heartbeat(self, asked: Asked) -> Any:
        nonce = asked.data
        if isinstance(nonce, bool) or not isinstance(nonce, int | float | str):
            raise Refused(f"heartbeat: {shown(nonce)}", "a nonce: a number or a text")
        asked.core.report("Heartbeat", {}, self.hardware.now())
        return nonce

    def _subscribe(self, asked: Asked) -> Any:
        asked.post.is_subscribed = flag(asked.data, "subscribe")
        if asked.core.is_online:
            self.hardware.telling.event(asked.post, "initialized")
        return {}


VERBS: dict[str, Callable[[Verbs, Asked], Any]] = {
    "authorize": Verbs._authorize,
    "transaction": Verbs._transaction,
    "status-notification": Verbs._status_notification,
    "push-measure": Verbs._push_measure,
    "heartbeat": Verbs._heartbeat,
    "subscribe": Verbs._subscribe,
}
