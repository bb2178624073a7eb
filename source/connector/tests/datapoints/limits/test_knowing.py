"""A limit waits until it is known how the station takes it, and is made from that."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson
import pytest

from connector.csms.events import Booted, ConfigurationRead, Connected, Ready
from connector.csms.options import LimitOptions, StationOptions
from connector.csms.quirks import Quirks
from connector.datapoints.limits.book import LEARNED
from connector.datapoints.limits.requests import (
    CurrentLimit,
    Enabled,
    PowerLimit,
    Schedule,
)
from connector.errors import CallErrorReceived, CommandTimeout
from connector.tests.datapoints.limits import bench as benches
from connector.tests.datapoints.limits.bench import (
    ACCEPTED,
    REJECTED,
    Bench,
    MemoryLimits,
    settle,
)

pytestmark = pytest.mark.usefixtures("version")

TX_DEFAULT, MAX = "TxDefaultProfile", "ChargePointMaxProfile"
UNIT, LEVEL = "ChargingScheduleAllowedChargingRateUnit", "ChargeProfileMaxStackLevel"
AT_ONCE = LimitOptions(min_interval_s=0)
Json = dict[str, Any]


def unknown(**more: Any) -> Bench:
    """A station of which nothing was ever read."""
    bench = Bench(**{"options": AT_ONCE} | more)
    bench.station.learned = {}
    return bench


def tells(bench: Bench, **settings: str) -> None:
    """It answers when its settings are asked for."""
    station, known = bench.station, {UNIT: "Current", LEVEL: "8"} | settings
    names = {}
    station.configuration.clear()
    for key, value in known.items():
        station.configure(key, value)
        [name] = station.configuration
        station.configuration.clear()
        names[name] = value

    def of_16(payload: Json) -> Json:
        keys = payload["key"]
        return {
            "configurationKey": [
                {"key": key, "readonly": True, "value": names[key]}
                for key in keys
                if key in names
            ],
            "unknownKey": [key for key in keys if key not in names],
        }

    def of_2(payload: Json) -> Json:
        return {"getVariableResult": [_result(item) for item in payload[_VARIABLES]]}

    def _result(item: Json) -> Json:
        name = f"{item['component']['name']}/{item['variable']['name']}"
        if name not in names:
            return {**item, "attributeStatus": "UnknownVariable"}
        return {**item, "attributeStatus": "Accepted", "attributeValue": names[name]}

    station.script["GetConfiguration"] = of_16
    station.script["GetVariables"] = of_2


_VARIABLES = "getVariableData"


def reads(bench: Bench) -> int:
    """How often it was asked for settings."""
    asked = bench.station.sent("GetConfiguration") + bench.station.sent("GetVariables")
    return len(asked)


def profiles(bench: Bench) -> list[tuple[str, int, str, float]]:
    """(purpose, stack level, unit, limit) of what was sent."""
    found = []
    for payload in bench.station.sent():
        profile = payload["csChargingProfiles"]
        schedule = profile["chargingSchedule"]
        [period] = schedule["chargingSchedulePeriod"]
        found.append(
            (
                profile["chargingProfilePurpose"],
                profile["stackLevel"],
                schedule["chargingRateUnit"],
                period["limit"],
            )
        )
    return found


def only_amperes(payload: Json) -> Json:
    schedule = payload["csChargingProfiles"]["chargingSchedule"]
    return ACCEPTED if schedule["chargingRateUnit"] == "A" else REJECTED


class SetUp:
    """A station that has booted, and is being configured."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._is_over = asyncio.Event()
        bench.station.script["SetChargingProfile"] = only_amperes
        bench.station.setup = asyncio.create_task(self._run())
        bench.events.emit(Booted(bench.station))

    async def _run(self) -> None:
        await self._is_over.wait()
        self._bench.station.setup = None
        self._bench.events.emit(Ready(self._bench.station))

    async def read(self) -> None:
        """What it tells of limits was read; the rest goes on."""
        self._bench.station.configure(UNIT, "Current")
        self._bench.station.configure(LEVEL, "8")
        self._bench.events.emit(ConfigurationRead(self._bench.station))
        await settle()

    async def end(self) -> None:
        self._is_over.set()
        await settle()


# -- after a boot


async def test_a_limit_waits_until_the_keys_were_read_and_no_longer() -> None:
    bench = Bench()
    setup = SetUp(bench)
    write = bench.begin(PowerLimit(6900))
    await settle()
    await bench.pass_time(25)
    assert bench.station.calls == []

    await setup.read()

    assert (await write).outcome == "accepted"
    assert profiles(bench) == [(TX_DEFAULT, 7, "A", 10.0)]
    await setup.end()
    assert len(bench.station.sent()) == 1


async def test_it_waits_no_longer_than_for_an_answer() -> None:
    bench = Bench(AT_ONCE)
    setup = SetUp(bench)
    write = bench.begin(CurrentLimit(10))
    await settle()
    await bench.pass_time(bench.station.call_timeout_s - 1)
    assert bench.station.calls == []
    await bench.pass_time(1)
    assert (await write).outcome == "accepted"
    await setup.end()


async def test_an_inventory_that_never_comes_is_not_waited_for_long() -> None:
    bench = unknown()
    setup = SetUp(bench)
    write = bench.begin(PowerLimit(6900))
    await settle()
    await setup.read()
    waits_for_inventory = bench.station.speaks_2
    assert write.done() is not waits_for_inventory

    await bench.pass_time(5)

    assert (await write).outcome == "accepted"
    assert profiles(bench)[-1][2:] == ("A", 10.0)
    await setup.end()


async def test_the_wait_does_not_count_as_one_for_its_turn() -> None:
    bench = Bench(station_options=StationOptions(call_timeout_s=90))
    setup = SetUp(bench)
    write = bench.begin(PowerLimit(6900))
    await settle()
    await bench.pass_time(60)
    await setup.read()
    assert (await write).outcome == "accepted"
    await setup.end()


async def test_what_waits_is_overtaken_by_what_is_newer() -> None:
    bench = Bench()
    setup = SetUp(bench)
    first = bench.begin(PowerLimit(6900))
    await settle()
    second = bench.begin(PowerLimit(11040))
    await settle()
    assert (await first).outcome == "superseded"
    await setup.read()
    assert (await second).outcome == "accepted"
    assert profiles(bench) == [(TX_DEFAULT, 7, "A", 16.0)]
    await setup.end()


async def test_a_limit_that_waits_is_kept_when_the_link_is_lost() -> None:
    bench = Bench()
    setup = SetUp(bench)
    write = bench.begin(PowerLimit(6900))
    await settle()
    await bench.lose_link()
    assert ((await write).outcome, (await write).kept) == ("disconnected", True)
    await setup.end()


async def test_what_waits_at_a_stop_is_told_so() -> None:
    bench = Bench()
    setup = SetUp(bench)
    write = bench.begin(PowerLimit(6900))
    await settle()
    await bench.service.stop()
    assert (await write).outcome == "disconnected"
    await setup.end()
    assert bench.station.calls == []


async def test_a_limit_that_is_set_again_waits_likewise() -> None:
    bench = Bench(AT_ONCE)
    bench.station.configure(UNIT, "Current")
    await bench.write(PowerLimit(6900))
    bench.station.calls.clear()
    bench.events.emit(Connected(bench.station))
    setup = SetUp(bench)
    await bench.pass_time(10)
    assert bench.station.sent() == []
    await setup.read()
    assert profiles(bench) == [(TX_DEFAULT, 7, "A", 10.0)]
    await setup.end()


async def test_a_profile_is_made_from_what_is_known_when_it_goes_out() -> None:
    bench = Bench()
    bench.station.script["SetChargingProfile"] = only_amperes
    bench.station.turn = asyncio.Event()
    write = bench.begin(PowerLimit(6900))
    await settle()
    bench.station.configure(UNIT, "Current")
    bench.station.configure(LEVEL, "8")
    bench.station.turn.set()
    assert (await write).outcome == "accepted"
    assert profiles(bench) == [(TX_DEFAULT, 7, "A", 10.0)]


async def test_a_tx_profile_does_not_go_out_after_its_transaction() -> None:
    bench = Bench()
    await bench.start()
    bench.station.turn = asyncio.Event()
    write = bench.begin(PowerLimit(6900))
    await settle()
    await bench.end()
    bench.station.turn.set()
    assert (await write).outcome == "accepted"
    await settle()
    assert profiles(bench) == [(TX_DEFAULT, 0, "W", 6900)]


async def test_periods_are_counted_once_it_is_known_how_many_it_takes() -> None:
    bench = Bench()
    setup = SetUp(bench)
    periods = ((0, 10.0), (60, 9.0), (120, 8.0))
    write = bench.begin(Schedule(None, "A", periods))
    await settle()
    bench.station.configure("ChargingScheduleMaxPeriods", "2")
    await setup.read()
    assert (await write).outcome == "unsupported"
    assert bench.station.calls == []
    await setup.end()


# -- starts


async def test_a_start_waits_likewise_and_carries_the_limit() -> None:
    bench = Bench()
    setup = SetUp(bench)
    write = bench.begin(PowerLimit(6900))
    start = asyncio.create_task(_started(bench))
    await settle()
    await bench.pass_time(20)
    assert not start.done()
    await setup.read()
    schedule = (await start)["chargingSchedule"]
    assert schedule["chargingRateUnit"] == "A"
    assert schedule["chargingSchedulePeriod"][0]["limit"] == 10
    assert (await write).outcome == "accepted"
    await setup.end()


async def test_a_start_written_in_the_same_moment_carries_the_limit() -> None:
    bench = Bench()
    write = bench.begin(PowerLimit(6900))
    start = asyncio.create_task(_started(bench))
    period = (await start)["chargingSchedule"]["chargingSchedulePeriod"][0]
    assert period["limit"] == 6900
    assert (await write).outcome == "accepted"


async def test_a_start_without_a_limit_does_not_wait() -> None:
    bench = Bench()
    setup = SetUp(bench)
    await bench.service.known(bench.station, "1")
    assert bench.profile_for_start() is None
    await setup.end()


async def _started(bench: Bench) -> Json:
    await bench.service.known(bench.station, "1")
    found = bench.profile_for_start()
    assert found is not None
    return found


# -- without a boot


async def test_where_nothing_is_known_the_keys_are_read_first() -> None:
    bench = unknown()
    tells(bench)
    bench.station.script["SetChargingProfile"] = only_amperes
    outcome = await bench.write(PowerLimit(6900))
    assert outcome.outcome == "accepted"
    assert profiles(bench) == [(TX_DEFAULT, 7, "A", 10.0)]
    await bench.write(PowerLimit(4140))
    assert reads(bench) == 1


async def test_a_link_without_a_boot_has_its_kept_limit_as_the_station_takes_it() -> (
    None
):
    bench = unknown()
    tells(bench)
    await bench.lose_link()
    await bench.write(PowerLimit(6900))
    bench.station.is_up = True
    bench.events.emit(Connected(bench.station))
    await bench.pass_time(3)
    assert profiles(bench) == [(TX_DEFAULT, 7, "A", 10.0)]


async def test_what_was_read_is_remembered_over_our_restart() -> None:
    bench = unknown()
    tells(bench)
    await bench.write(PowerLimit(6900))
    assert bench.remembered

    store = MemoryLimits()
    store.records = bench.store.records
    after = Bench(AT_ONCE, store=store)
    after.station.learned = orjson.loads(orjson.dumps(bench.station.learned))
    await after.service.start()
    after.events.emit(Connected(after.station))
    await after.pass_time(3)

    assert reads(after) == 0
    assert profiles(after) == [(TX_DEFAULT, 7, "A", 10.0)]


async def test_another_version_is_asked_in_its_own_words(
    monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    bench = unknown()
    tells(bench)
    await bench.write(PowerLimit(6900))
    other = "2.0.1" if version == "1.6" else "1.6"
    monkeypatch.setattr(benches, "VERSION", other)
    await bench.lose_link()
    bench.station.spoken = other
    bench.station.calls.clear()
    tells(bench)
    bench.station.is_up = True
    bench.events.emit(Connected(bench.station))
    await bench.pass_time(3)
    assert reads(bench) == 1
    assert profiles(bench)[-1] == (TX_DEFAULT, 7, "A", 10.0)


async def test_keys_that_are_refused_together_are_read_one_by_one() -> None:
    bench = unknown()
    tells(bench)
    script = bench.station.script

    def one_by_one(answer: Any) -> Any:
        def found(payload: Json) -> Any:
            [items] = payload.values()
            return answer(payload) if len(items) == 1 else CallErrorReceived("X")

        return found

    for action in ("GetConfiguration", "GetVariables"):
        script[action] = one_by_one(script[action])
    await bench.write(PowerLimit(6900))
    assert profiles(bench) == [(TX_DEFAULT, 7, "A", 10.0)]
    assert reads(bench) > 2


async def test_a_station_that_does_not_answer_is_asked_once() -> None:
    bench = unknown()
    for action in ("GetConfiguration", "GetVariables"):
        problem = CommandTimeout(action, 30, sent=True)
        bench.station.script[action] = lambda _, found=problem: found
    assert (await bench.write(PowerLimit(6900))).outcome == "accepted"
    assert (await bench.write(PowerLimit(4140))).outcome == "accepted"
    assert reads(bench) == 1


async def test_keys_that_are_never_to_be_read_are_not() -> None:
    options = StationOptions(quirks=Quirks(skip_setup=True))
    bench = unknown(station_options=options)
    assert (await bench.write(PowerLimit(6900))).outcome == "accepted"
    assert reads(bench) == 0


# -- a no to a guess


async def test_a_no_to_a_profile_that_was_guessed_is_not_remembered() -> None:
    bench = unknown(connectors=1)
    bench.station.script["SetChargingProfile"] = lambda payload: (
        ACCEPTED
        if payload["csChargingProfiles"]["chargingProfilePurpose"] == MAX
        else only_amperes(payload)
    )
    for action in ("GetConfiguration", "GetVariables"):
        problem = CommandTimeout(action, 30, sent=True)
        bench.station.script[action] = lambda _, found=problem: found
    await bench.write(PowerLimit(6900))
    assert bench.station.learned[LEARNED]["refused"] == []
    bench.station.configure(UNIT, "Current")
    bench.station.calls.clear()
    await bench.write(PowerLimit(4140))
    assert profiles(bench)[0] == (TX_DEFAULT, 0, "A", 6.0)


async def test_a_pause_waits_for_what_has_to_be_known_too() -> None:
    bench = Bench()
    setup = SetUp(bench)
    write = bench.begin(Enabled(False))
    await settle()
    assert bench.station.calls == []
    await setup.read()
    assert (await write).outcome == "accepted"
    assert profiles(bench) == [(TX_DEFAULT, 7, "A", 0)]
    await setup.end()
