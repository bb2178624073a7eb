"""A bridge between a core and simulated hardware, without a broker, a clock in hand."""

from __future__ import annotations

import random
from itertools import count
from typing import Any

import orjson

from connector.station.core.events import AuthorizeWanted, CoreEvent
from connector.station.core.evse import Evse
from connector.station.core.station import NEVER_MS
from connector.station.core.tokens import Verdict
from connector.station.hardware_mqtt.envelope import Envelope, parse
from connector.station.josev.bridge import bridge_to
from connector.station.josev.core import HlcCore
from connector.station.josev.options import JosevOptions
from connector.station.josev.ports import Outside
from connector.station.model import StationModel
from connector.station.ports import Token
from connector.station.simulated import SimulatedHardware, Vehicle
from connector.tests.station.core.bench import T0_MS, Allowed, Values
from connector.tests.station.josev.fake_josev import once
from connector.tests.station.josev.sites import ac

Json = dict[str, Any]
CARD = Token("04A1B2C3")


class Heard:
    """What Josev hears."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, Envelope]] = []

    def publish(self, topic: str, body: bytes) -> None:
        self.messages.append((topic, parse(body)))

    def take(self, *names: str) -> list[Envelope]:
        found = [m for _, m in self.messages if not names or m.name in names]
        self.messages = [
            (t, m) for t, m in self.messages if names and m.name not in names
        ]
        return found


class Rig:
    """`say` and `ask` are Josev; what it hears is in `heard`."""

    def __init__(
        self,
        model: StationModel | None = None,
        options: JosevOptions | None = None,
        hardware: Any = None,
        hardware_class: type[SimulatedHardware] = SimulatedHardware,
        **values: str,
    ) -> None:
        self.now_ms = T0_MS
        self.model = model or ac()
        self.heard = Heard()
        self.source = random.Random(1)
        self.hardware: Any = hardware or hardware_class(
            self.model, lambda: self.now_ms, self.source
        )
        self.outside = Outside()
        self.bridge = bridge_to(
            self.model,
            self.hardware,
            self.heard,
            lambda: self.now_ms,
            options or JosevOptions(),
            outside=self.outside,
        )
        self.offers = Allowed()
        self.offers.limit = 1e9
        self.values = Values({k.replace("__", "/"): v for k, v in values.items()})
        self.accepts: bool | None = True
        """What the central system says of cards; None: nothing."""
        self.events: list[CoreEvent] = []
        self._ids = count(1)
        self._is_due = False
        self.boot()

    def boot(self) -> None:
        """Another core, as after a power loss."""
        self.core = HlcCore(
            self.model, self.bridge, self.values, self.offers, source=self.source
        )
        self.core.came_online(self.now_ms)
        self.bridge.attach(self.core, self._due)
        self.attach()
        self.bridge.connected()
        self.turn()

    def attach(self) -> None:
        """Hardware tells the core."""
        if isinstance(self.hardware, SimulatedHardware):
            self.hardware.told, self.hardware.on_due = self.core, self._due
            self.hardware.tell_all()

    def step_hardware(self) -> int:
        """As the station does."""
        if isinstance(self.hardware, SimulatedHardware):
            return self.hardware.step(self.now_ms)
        return NEVER_MS

    def _due(self) -> None:
        self._is_due = True

    def turn(self) -> None:
        """As the station does: events are taken, and what is due is done."""
        is_more = True
        while is_more:
            self._is_due = False
            hardware_ms = self.step_hardware()
            self.next_ms = min(hardware_ms, self.bridge.step(self.now_ms))
            taken = self.core.take_events()
            self.events += taken
            for event in taken:
                if isinstance(event, AuthorizeWanted) and self.accepts is not None:
                    self.judge(event.token, accepts=self.accepts, evse=event.evse)
            is_more = bool(taken) or self._is_due

    def judge(self, token: Token, *, accepts: bool, evse: int = 1) -> None:
        verdict = Verdict("Accepted" if accepts else "Blocked")
        self.core.authorized(evse, token, verdict, self.now_ms)

    def wait(self, seconds: float) -> None:
        """Time passes, from one thing that is due to the next."""
        until_ms = self.now_ms + round(seconds * 1000)
        while self.now_ms < until_ms:
            self.now_ms = min(until_ms, max(self.next_ms, self.now_ms + 1))
            self.core.step(self.now_ms)
            self.turn()

    # -- Josev

    def raw(self, body: bytes) -> None:
        self.bridge.received(body)
        self.turn()

    def say(self, name: str, kind: str = "update", id_: str = "", **data: Any) -> str:
        id_ = id_ or f"j{next(self._ids)}"
        message = {"id": id_, "name": name, "type": kind, "data": data}
        self.raw(orjson.dumps(message))
        return id_

    def ask(self, name: str, **data: Any) -> Json:
        """The data of the answer."""
        id_ = self.say(name, "request", **data)
        found = self.answer(id_)
        assert found is not None, f"{name}: no answer"
        return found

    def answer(self, id_: str) -> Json | None:
        found = [
            m for _, m in self.heard.messages if (m.id, m.type) == (id_, "response")
        ]
        assert len(found) <= 1
        return found[0].data if found else None

    def state(self, state: str, evse: int = 1, **info: Any) -> None:
        evse_id = self.bridge.posts[evse].evse_id
        data: Json = {"evse_id": evse_id, "session_status": state}
        self.say("iso15118_state_info", **data, **({"info": info} if info else {}))

    def id(self, evse: int = 1) -> str:
        return self.bridge.posts[evse].evse_id

    # -- the station

    @property
    def evse(self) -> Evse:
        return self.core.evses[1]

    def plug(self, evse: int = 1) -> None:
        self.hardware.plug(evse, Vehicle())
        self.turn()

    def unplug(self, evse: int = 1) -> None:
        self.hardware.unplug(evse)
        self.turn()

    def swipe(self, token: Token = CARD, evse: int | None = 1) -> None:
        self.hardware.swipe(token, evse)
        self.turn()

    def to_authorization(self, evse: int = 1, protocol: str = "ISO_15118_2") -> None:
        """A vehicle speaks, and asks who pays."""
        self.plug(evse)
        self.say("slac_status", evse_id=self.id(evse), run_id="r", status="matched")
        self.state("SupportedAppProtocol", evse, protocol=protocol)
        self.state("SessionSetup", evse)
        self.state("Authorization", evse, selectedPaymentOption="EIM")

    def to_charging(self, evse: int = 1) -> None:
        """It charges by alternating current."""
        self.to_authorization(evse)
        self.swipe(evse=evse)
        self.state("ChargeParameterDiscovery", evse)
        self.say("hlc_charging", evse_id=self.id(evse), status=True)
        self.state("PowerDelivery", evse)
        self.state("ChargingStatus", evse)

    # -- what was heard

    def limits(self, evse: int = 1) -> Json:
        """The newest that were told of an EVSE."""
        found = self.heard.take("cs_status_and_limits")
        assert found, "no limits were told"
        limits: Json = found[-1].data["evses"][evse - 1]
        return limits

    def pilots(self, evse: int = 1) -> list[str]:
        found = self.heard.take("cp_status")
        return [m.data["state"] for m in found if m.data["evse_id"] == self.id(evse)]

    def words(self, *names: str) -> list[str]:
        """Pilots, contactors and authorizations in the order they were told.

        What only was said again is there once.
        """
        key = {
            "cp_status": "state",
            "cs_contactor_status": "status",
            "authorization": "status",
        }
        found = self.heard.take(*(names or key))
        news = [m for m in found if m.type == "update"]
        return once([(m.name, m.data[key[m.name]]) for m in news])
