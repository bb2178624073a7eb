"""A core, its hardware on MQTT without a broker, and services to play."""

from __future__ import annotations

import random
from typing import Any

import orjson
import pytest

from connector.station.core.events import AuthorizeWanted, CoreEvent
from connector.station.core.evse import Evse
from connector.station.core.tokens import Verdict
from connector.station.hardware_mqtt import MqttHardware, Units, WatchedCore
from connector.station.hardware_mqtt.envelope import Envelope
from connector.station.hardware_mqtt.topics import Place
from connector.station.model import EvseModel, StationModel
from connector.tests.station.core.bench import T0_MS, Allowed, Values


class Wired:
    """Notes what leaves."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, str, Envelope]] = []
        self.told: list[tuple[int, str, Envelope]] = []

    def ask(self, place: Place, message: Envelope) -> None:
        self.asked.append((place.evse, place.port, message))

    def tell(self, place: Place, message: Envelope) -> None:
        self.told.append((place.evse, place.port, message))


class Rig:
    """A station with two EVSEs whose services are played by the test."""

    def __init__(self, compat: str = "", *, evses: int = 2, **values: str) -> None:
        self.now_ms = T0_MS
        self.wire = Wired()
        models = tuple(EvseModel(number) for number in range(1, evses + 1))
        self.model = StationModel("CP", evses=models)
        self.hardware = MqttHardware(
            self.model, self.wire, lambda: self.now_ms, units=Units(compat)
        )
        self.offers = Allowed()
        self.core = WatchedCore(
            self.model,
            self.hardware,
            Values({k.replace("__", "/"): v for k, v in values.items()}),
            self.offers,
            source=random.Random(1),
        )
        self.core.watcher = self.hardware
        self.hardware.core = self.core
        self.core.came_online(self.now_ms)
        self.events: list[CoreEvent] = []
        self.turn()

    @property
    def evse(self) -> Evse:
        return self.core.evses[1]

    def turn(self, *, accepts: bool | None = None) -> None:
        """As the client does: take events, answer who may charge."""
        while taken := self.core.take_events():
            self.events += taken
            for event in taken:
                if isinstance(event, AuthorizeWanted) and accepts is not None:
                    verdict = Verdict("Accepted" if accepts else "Invalid")
                    self.core.authorized(event.evse, event.token, verdict, self.now_ms)

    def say(
        self,
        port: str,
        name: str,
        data: Any,
        evse: int = 1,
        kind: str = "update",
        id_: str = "h1",
    ) -> None:
        """A service of the hardware tells something."""
        body = orjson.dumps({"id": id_, "name": name, "type": kind, "data": data})
        self.hardware.received(Place("CP", evse, port), body)

    def ask(
        self,
        verb: str,
        data: Any,
        evse: int = 1,
        *,
        accepts: bool | None = None,
        id_: str = "q1",
    ) -> Any:
        """Another service asks; gives the data of the answer, None: there is none."""
        before = len(self.wire.told)
        self.say("ocpp", verb, data, evse, "request", id_)
        self.turn(accepts=accepts)
        found = [m for _, _, m in self.wire.told[before:] if m.type == "response"]
        assert len(found) <= 1
        if not found:
            return None
        assert (found[0].id, found[0].name) == (id_, verb)
        return found[0].data

    def asked(self, name: str, evse: int = 1) -> list[Any]:
        """What the hardware's services were asked since this was called last."""
        found = [m.data for e, _, m in self.wire.asked if (e, m.name) == (evse, name)]
        self.wire.asked = [
            each for each in self.wire.asked if (each[0], each[2].name) != (evse, name)
        ]
        return found

    def heard(self, evse: int = 1) -> list[Any]:
        """The events of an EVSE since this was called last."""
        found = [
            m.data for e, _, m in self.wire.told if e == evse and m.type == "update"
        ]
        self.wire.told.clear()
        return found

    def plug(self, evse: int = 1) -> None:
        self.say("charge", "msg", {"plugged": "plugin"}, evse)

    def charge(self, tag: str = "TAG1", evse: int = 1) -> Any:
        """A whole start by the verbs; gives the transaction's id."""
        self.plug(evse)
        self.say("charge", "msg", {"power": "start"}, evse)
        return self.ask("transaction", {"start": tag}, evse, accepts=True)

    def wait(self, seconds: float) -> int:
        self.now_ms += round(seconds * 1000)
        self.core.step(self.now_ms)
        self.turn()
        return self.hardware.step(self.now_ms)


@pytest.fixture
def rig() -> Rig:
    return Rig()
