"""Limits and the set-up of a station that answers slowly, on a real link."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from connector.csms.options import CsmsOptions, LimitOptions
from connector.datapoints.command_runs import Context
from connector.datapoints.commands import Commands, Order
from connector.datapoints.limits.requests import PowerLimit
from connector.datapoints.limits.service import LimitService
from connector.datapoints.outcomes import Outcome
from connector.datapoints.profile_template import ProfileTemplate
from connector.tests.csms.conftest import AGREES, NAME, StationEnd, settle
from connector.tests.csms.v2.conftest import Harness2
from connector.tests.datapoints.limits.bench import MemoryLimits

Json = dict[str, Any]
VALUES = {
    "ChargingScheduleAllowedChargingRateUnit": "Current",
    "ChargeProfileMaxStackLevel": "8",
    "RateUnit": "A",
    "ProfileStackLevel": "8",
}


AGREED = (
    "ChangeConfiguration",
    "RemoteStartTransaction",
    "RequestStartTransaction",
    "SetChargingProfile",
)


class Slow:
    """A station that answers one call when it is told to."""

    def __init__(self) -> None:
        self.gates: list[asyncio.Event] = []
        self.is_over = False

    def answers(self) -> Json:
        found = {
            "GetConfiguration": self._configuration,
            "GetVariables": self._variables,
            "SetVariables": lambda p: {
                "setVariableResult": [
                    {k: item[k] for k in ("component", "variable")}
                    | {"attributeStatus": "Accepted"}
                    for item in p["setVariableData"]
                ]
            },
            "GetBaseReport": {"status": "NotSupported"},
        }
        found |= {action: {"status": "Accepted"} for action in AGREED}
        return {action: self._later(answer) for action, answer in found.items()}

    def _later(self, answer: Any) -> Any:
        async def later(payload: Json) -> Json:
            gate = asyncio.Event()
            self.gates.append(gate)
            if not self.is_over:
                await gate.wait()
            found: Json = answer(payload) if callable(answer) else answer
            return found

        return later

    async def answer(self) -> None:
        """Answer what was asked."""
        self.gates.pop().set()
        await settle()

    def end(self) -> None:
        """Answer everything from now on."""
        self.is_over = True
        for gate in self.gates:
            gate.set()

    def _configuration(self, payload: Json) -> Json:
        return {
            "configurationKey": [
                {"key": key, "readonly": True, "value": VALUES[key]}
                for key in payload["key"]
                if key in VALUES
            ],
            "unknownKey": [key for key in payload["key"] if key not in VALUES],
        }

    def _variables(self, payload: Json) -> Json:
        return {"getVariableResult": [_result(i) for i in payload["getVariableData"]]}


def _result(item: Json) -> Json:
    value = VALUES.get(item["variable"]["name"])
    if value is None:
        return {**item, "attributeStatus": "UnknownVariable"}
    return {**item, "attributeStatus": "Accepted", "attributeValue": value}


class Site:
    """A central system with limits, and one slow station."""

    def __init__(self, version: str) -> None:
        self.version = version
        self.slow = Slow()
        self.system = Harness2()
        central = self.system.central
        self.limits = LimitService(
            central.stations,
            central.events,
            LimitOptions(),
            MemoryLimits(),
            self.system.clock,
            publish=lambda _: None,
            report=lambda *_: None,
            remember=central.registry.remember,
        )
        context = Context(self.limits, "remote", ProfileTemplate(), central.blocks)
        self._commands = Commands(
            central.stations, context, self.system.clock, lambda _: None
        )

    async def connect(self) -> StationEnd:
        answers = AGREES | self.slow.answers()
        if self.version == "1.6":
            return await self.system.connect(boots=True, **answers)
        return await self.system.connect_2(version=self.version, boots=True, **answers)

    def begin(self, name: str, value: object) -> asyncio.Task[Outcome]:
        order = Order(NAME, "1", name, value)
        return asyncio.create_task(self._commands.execute(order))


@pytest.fixture(params=["1.6", "2.0.1", "2.1"])
async def site(request: pytest.FixtureRequest) -> AsyncIterator[Site]:
    """With a station of each version."""
    found = Site(request.param)
    await found.system.central.start()
    yield found
    found.slow.end()
    await found.limits.stop()
    await found.system.close()


def asked(end: StationEnd) -> list[str]:
    return [action for action, _ in end.calls]


async def test_a_limit_written_while_the_keys_are_read_is_said_as_they_tell(
    site: Site,
) -> None:
    end = await site.connect()
    await settle()
    assert len(end.calls) == 1
    write = site.begin("power_limit", 6900)
    start = site.begin("charge", True)
    await settle()
    assert len(end.calls) == 1

    while not (write.done() and start.done()):
        await site.slow.answer()

    assert ((await write).outcome, (await start).outcome) == ("accepted", "accepted")
    kinds = ("SetChargingProfile", "RemoteStartTransaction", "RequestStartTransaction")
    assert next(a for a in asked(end) if a in kinds) == "SetChargingProfile"
    [sent] = end.asked("SetChargingProfile")
    profile = sent.get("csChargingProfiles") or sent["chargingProfile"]
    [began] = end.asked("RemoteStartTransaction") + end.asked("RequestStartTransaction")
    for found, level in ((profile, 7), (began["chargingProfile"], 8)):
        schedule = found["chargingSchedule"]
        schedule = schedule if isinstance(schedule, dict) else schedule[0]
        assert schedule["chargingRateUnit"] == "A"
        assert schedule["chargingSchedulePeriod"][0]["limit"] == 10
        assert found["stackLevel"] == level


async def test_without_a_boot_the_keys_are_read_before_the_first_profile(
    site: Site,
) -> None:
    answers = AGREES | site.slow.answers()
    subprotocol = f"ocpp{site.version}"
    end = site.system.begin(NAME, subprotocol, answers, StationEnd)
    await settle()
    write = asyncio.create_task(
        site.limits.write(site.system.station(), "1", PowerLimit(6900))
    )
    await settle()
    while not write.done():
        await site.slow.answer()
    is_16 = site.version == "1.6"
    assert asked(end) == [
        "GetConfiguration" if is_16 else "GetVariables",
        "SetChargingProfile",
    ]
    assert (await write).outcome == "accepted"


async def test_a_call_may_have_one_of_the_set_up_before_it(site: Site) -> None:
    await site.connect()
    await settle()
    station = site.system.station()
    assert station.turn_within_s == 2 * CsmsOptions().call_timeout_s
    while station.setup is not None:
        await site.slow.answer()
    assert station.turn_within_s == CsmsOptions().call_timeout_s
