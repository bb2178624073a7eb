"""Josev as a plain MQTT client, which plays sessions of vehicles.

It says what Josev says, in the order in which Josev says it, and waits for what it
would wait for; what it hears is kept in its order.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from itertools import count
from typing import Any

import orjson
import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

DEADLINE_S = 10.0
Json = dict[str, Any]


def once(words: list[tuple[str, str]]) -> list[str]:
    """What was told, by name, without what was only said again."""
    last: dict[str, str] = {}
    found = []
    for name, word in words:
        if last.get(name) != word:
            found.append(word)
        last[name] = word
    return found


class FakeJosev:
    """Ends with `end`; ``prefix`` as in the options."""

    def __init__(self, port: int, prefix: str = "") -> None:
        self.seen: list[Json] = []
        self._news = asyncio.Event()
        self._prefix = f"{prefix}/" if prefix else ""
        self._ids = count(1)
        self._loop = asyncio.get_running_loop()
        subscribed = threading.Event()
        self.client = paho.Client(CallbackAPIVersion.VERSION2)
        self.client.on_subscribe = lambda *_: subscribed.set()
        self.client.on_message = self._received
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()
        topics = ("cs/josev/#", "smart_charging/iso15118/#")
        self.client.subscribe([(f"{self._prefix}{each}", 0) for each in topics])
        assert subscribed.wait(DEADLINE_S)

    def _received(self, _: Any, __: Any, message: Any) -> None:
        assert not message.retain
        found = orjson.loads(message.payload)
        self._loop.call_soon_threadsafe(self._note, found)

    def _note(self, found: Json) -> None:
        self.seen.append(found)
        self._news.set()

    def end(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()

    # -- what it says

    def say(self, name: str, kind: str = "update", id_: str = "", **data: Any) -> str:
        id_ = id_ or f"{id(self)}-{next(self._ids)}"
        body = orjson.dumps({"id": id_, "name": name, "type": kind, "data": data})
        topic = "josev/cs"
        if name == "iso15118_charge_limit":
            topic = "smart_charging/iso15118"
        self.client.publish(self._prefix + topic, body)
        return id_

    async def ask(self, name: str, **data: Any) -> Json:
        """The data of the answer."""
        id_ = self.say(name, "request", **data)
        found = await self.until(lambda m: (m["id"], m["type"]) == (id_, "response"))
        answer: Json = found["data"]
        return answer

    def state(self, evse_id: str, state: str, **info: Any) -> None:
        more = {"info": info} if info else {}
        self.say("iso15118_state_info", evse_id=evse_id, session_status=state, **more)

    # -- what it hears

    async def until(self, is_it: Callable[[Json], Any]) -> Json:
        """The first message that is it and was not waited for before."""
        begun = 0
        async with asyncio.timeout(DEADLINE_S):
            while True:
                for message in self.seen[begun:]:
                    if not message.get("taken") and is_it(message):
                        message["taken"] = True
                        return message
                begun = len(self.seen)
                self._news.clear()
                await self._news.wait()

    async def told(self, name: str, **data: Any) -> Json:
        """Wait until something is told, with these members."""
        found = await self.until(
            lambda m: (
                (m["name"], m["type"]) == (name, "update")
                and data.items() <= m["data"].items()
            )
        )
        answer: Json = found["data"]
        return answer

    async def limits(self, evse_id: str, is_it: Callable[[Json], Any]) -> Json:
        """Wait for limits of an EVSE."""
        found: list[Json] = []

        def matches(message: Json) -> bool:
            if (message["name"], message["type"]) != ("cs_status_and_limits", "update"):
                return False
            found[:] = [e for e in message["data"]["evses"] if e["evse_id"] == evse_id]
            return bool(found) and bool(is_it(found[0]))

        await self.until(matches)
        return found[0]

    def order(self, evse_id: str, *names: str) -> list[str]:
        """Pilots, contactors, authorizations of an EVSE, as they were told.

        What only was said again is there once.
        """
        key = {
            "cp_status": "state",
            "cs_contactor_status": "status",
            "authorization": "status",
        }
        words = [
            (m["name"], m["data"][key[m["name"]]])
            for m in self.seen
            if m["name"] in (names or key)
            and m["type"] == "update"
            and m["data"]["evse_id"] == evse_id
        ]
        return once(words)

    # -- whole parts of sessions

    async def start(self) -> None:
        """Its services begin; once one is ready it is told how things are."""
        for service in ("slac", "iso15118"):
            self.say("service_status", service=service, status="starting")
            parameters = await self.ask("cs_parameters")
            await self.ask("cs_status_and_limits")
            self.seen.clear()
            self.say("service_status", service=service, status="ready")
            for each in parameters["parameters"]:
                await self.told("cs_contactor_status", evse_id=each["evse_id"])

    async def match(self, evse_id: str) -> None:
        """A vehicle was seen, and is matched."""
        await self.told("cp_status", evse_id=evse_id, state="B2")
        for status in ("matching", "matched"):
            self.say("slac_status", evse_id=evse_id, run_id="5a11b0c2", status=status)

    def set_up(self, evse_id: str, protocol: str, payment: str) -> None:
        """Up to the first Authorization."""
        self.state(evse_id, "SupportedAppProtocol", protocol=protocol)
        before: tuple[str, ...]
        before = ("SessionSetup", "ServiceDiscovery", "PaymentServiceSelection")
        if "_20_" in protocol:
            before = ("SessionSetup", "AuthorizationSetup")
        for state in before:
            self.state(evse_id, state)
        self.authorize(evse_id, payment)

    def authorize(self, evse_id: str, payment: str) -> None:
        self.state(evse_id, "Authorization", selectedPaymentOption=payment)

    async def deliver_ac(self, evse_id: str) -> None:
        """-2, from ChargeParameterDiscovery into the loop."""
        self.state(evse_id, "ChargeParameterDiscovery")
        self.say("hlc_charging", evse_id=evse_id, status=True)
        await self.told("cp_status", evse_id=evse_id, state="C2")
        await self.closed(evse_id)
        self.state(evse_id, "PowerDelivery")
        for _ in range(3):
            self.state(evse_id, "ChargingStatus")

    async def deliver_dc(self, evse_id: str, volts: float, amperes: float) -> None:
        """-2, from ChargeParameterDiscovery into the loop."""
        self.state(evse_id, "ChargeParameterDiscovery")
        check = {"evse_id": evse_id, "cable_check_action": "start"}
        while True:
            answer = await self.ask("cable_check", **check)
            self.state(evse_id, "CableCheck")
            check["cable_check_action"] = "status"
            if answer["cable_check_status"] == "finished":
                break
        assert answer["isolation_level"] in ("valid", "warning", "no_imd"), answer
        await self.setpoint(evse_id, volts, 2.0, is_precharge=True)
        self.state(evse_id, "PreCharge")
        self.say("hlc_charging", evse_id=evse_id, status=True)
        await self.closed(evse_id)
        self.state(evse_id, "PowerDelivery")
        for _ in range(3):
            await self.setpoint(evse_id, volts, amperes)
            await self.ask("cs_status_and_limits")
            self.state(evse_id, "CurrentDemand")

    async def setpoint(
        self, evse_id: str, volts: float, amperes: float, *, is_precharge: bool = False
    ) -> None:
        answer = await self.ask(
            "power_electronics_setpoint",
            evse_id=evse_id,
            ev_limits={"maximum_voltage": 450.0},
            is_precharge=is_precharge,
            dc={"voltage": volts, "charge_current": amperes},
        )
        assert answer["status"] == "accepted", answer

    async def closed(self, evse_id: str) -> None:
        """Before PowerDelivery(start) is answered the contactor is closed."""
        answer = await self.ask("cs_contactor_status", evse_id=evse_id)
        assert answer["status"] == "closed", answer

    async def stop(self, evse_id: str) -> None:
        """PowerDelivery(stop) to SessionStop."""
        self.say("hlc_charging", evse_id=evse_id, status=False)
        assert (await self.ask("stop_charging", evse_id=evse_id))[
            "status"
        ] == "accepted"
        answer = await self.ask("cs_contactor_status", evse_id=evse_id)
        assert answer["status"] == "opened", answer
        self.state(evse_id, "PowerDelivery")
        self.state(evse_id, "SessionStop")
