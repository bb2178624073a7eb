"""Monitors: set, cleared and reported, whoever asked; kept over a restart."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from connector.csms.events import MonitorsTold
from connector.datapoints.outcomes import OutcomeName
from connector.tests.csms.memory_store import MemoryStore
from connector.tests.csms.v2.conftest import Harness2, Station2
from connector.tests.csms.v2.desk import run

Json = dict[str, Any]
Pair = tuple[Harness2, Station2]

POWER = {
    "component": {"name": "EVSE", "evse": {"id": 1}},
    "variable": {"name": "Power"},
}
HEAT = {"component": {"name": "Controller"}, "variable": {"name": "Temperature"}}
TYPE = {"type": "UpperThreshold", "severity": 4}
OURS = {**TYPE, "value": 7000, "transaction": False, "eventNotificationType": "CustomMonitor"}  # fmt: skip
YES = {"status": "Accepted"}


@pytest.fixture(params=["2.0.1", "2.1"])
async def pair(request: Any, start2: Any) -> Pair:
    system = await start2()
    answers = {
        "SetVariableMonitoring": set_all,
        "ClearVariableMonitoring": clear_all,
        "GetMonitoringReport": YES,
        "SetMonitoringBase": YES,
        "SetMonitoringLevel": YES,
    }
    station = await system.connect_2(version=request.param, boots=True, **answers)
    return system, station


def set_all(payload: Json) -> Json:
    """Ids as they are given, else 7, 8, ..; a negative value is refused."""
    results = []
    for number, data in enumerate(payload["setMonitoringData"], start=7):
        named = {name: data[name] for name in ("component", "variable", *TYPE)}
        status = {"status": "Rejected"} if data["value"] < 0 else YES
        results.append({**named, **status, "id": data.get("id", number)})
    return {"setMonitoringResult": results}


def clear_all(payload: Json) -> Json:
    """Odd ones are there, 2 is not, other even ones stay."""
    statuses = {2: "NotFound", 4: "Rejected"}
    results = [{"id": n, "status": statuses.get(n, "Accepted")} for n in payload["id"]]
    return {"clearMonitoringResult": results}


def wanted(*items: Json) -> Json:
    return {"setMonitoringData": [{**TYPE, "value": 7000, **item} for item in items]}


def monitor(number: int, **more: Any) -> Json:
    return {**OURS, "id": number} | more


def watched(variable: Json, *monitors: Json) -> Json:
    return {**variable, "variableMonitoring": list(monitors)}


def told(station: Station2, number: int) -> Json:
    """A monitor as its station reports it."""
    kind = {"eventNotificationType": "PreconfiguredMonitor"}
    more = kind if station.session.version == "2.1" else {}
    return {**TYPE, "id": number, "value": 80, "transaction": False, **more}


async def report(station: Station2, request_id: int, *parts: list[Json]) -> None:
    for number, part in enumerate(parts):
        answer = await station.say(
            "NotifyMonitoringReport",
            requestId=request_id,
            seqNo=number,
            tbc=number + 1 < len(parts),
            generatedAt=station.time(),
            monitor=part,
        )
        assert answer == {}


def shown(system: Harness2) -> list[Json]:
    found: list[Json] = orjson.loads(str(system.newest("monitors", "0")))
    return found


async def test_what_is_set_is_shown_and_each_item_has_its_outcome(pair: Pair) -> None:
    system, _ = pair

    outcome = await run(
        system, "SetVariableMonitoring", wanted(POWER, {**HEAT, "value": -1})
    )

    assert outcome.outcome is OutcomeName.REJECTED
    assert outcome.detail == "Temperature: Rejected"
    assert shown(system) == [watched(POWER, monitor(7))]


async def test_one_of_the_same_id_takes_its_place(pair: Pair) -> None:
    system, _ = pair

    await run(system, "SetVariableMonitoring", wanted(POWER, HEAT))
    await run(system, "SetVariableMonitoring", wanted({**HEAT, "id": 7, "value": 80}))

    assert shown(system) == [watched(HEAT, monitor(8), monitor(7, value=80))]


async def test_what_is_cleared_is_gone_and_each_id_has_its_outcome(pair: Pair) -> None:
    system, _ = pair
    ids = [{**POWER, "id": number} for number in (2, 3, 4)]
    await run(system, "SetVariableMonitoring", wanted(*(i | {"type": t} for i, t in zip(ids, ("Delta", "Periodic", "UpperThreshold"), strict=True))))  # fmt: skip

    outcome = await run(system, "ClearVariableMonitoring", {"id": [2, 3, 4]})

    assert outcome.outcome is OutcomeName.REJECTED
    assert outcome.detail == "2: NotFound, 4: Rejected"
    assert shown(system) == [watched(POWER, monitor(4))]


async def test_a_whole_report_is_put_together_and_holds(pair: Pair) -> None:
    system, station = pair
    system.hear(MonitorsTold)
    await run(system, "SetVariableMonitoring", wanted(POWER))
    theirs = watched(HEAT, told(station, 1))
    other = watched(POWER, told(station, 2))

    outcome = await run(system, "GetMonitoringReport", {"requestId": 5})
    await report(station, 5, [theirs], [other])

    assert outcome.outcome is OutcomeName.ACCEPTED
    assert shown(system) == [theirs, other]
    assert system.events == [MonitorsTold(system.station(), {1: theirs, 2: other})]


async def test_a_part_of_them_leaves_the_others(pair: Pair) -> None:
    system, station = pair
    await run(system, "SetVariableMonitoring", wanted(POWER))
    theirs = watched(HEAT, told(station, 1))

    asked = {"requestId": 5, "componentVariable": [HEAT]}
    await run(system, "GetMonitoringReport", asked)
    await report(station, 5, [theirs])

    assert shown(system) == [watched(POWER, monitor(7)), theirs]


async def test_a_station_that_has_none_has_none(pair: Pair) -> None:
    system, station = pair
    await run(system, "SetVariableMonitoring", wanted(POWER))
    station.answers["GetMonitoringReport"] = {"status": "EmptyResultSet"}

    asked = {"requestId": 5, "monitoringCriteria": ["DeltaMonitoring"]}
    await run(system, "GetMonitoringReport", asked)
    before = shown(system)
    outcome = await run(system, "GetMonitoringReport", {"requestId": 6})

    assert (outcome.outcome, outcome.detail) == ("accepted", "EmptyResultSet")
    assert (before, shown(system)) == ([watched(POWER, monitor(7))], [])


@pytest.mark.parametrize(
    ("base", "left"), [("All", 1), ("FactoryDefault", 0), ("HardWiredOnly", 0)]
)
async def test_another_base_takes_what_did_not_come_with_the_station(
    pair: Pair, base: str, left: int
) -> None:
    system, _ = pair
    await run(system, "SetVariableMonitoring", wanted(POWER))

    outcome = await run(system, "SetMonitoringBase", {"monitoringBase": base})

    assert outcome.outcome is OutcomeName.ACCEPTED
    assert len(shown(system)) == left


async def test_the_level_is_logged(
    pair: Pair, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    outcome = await run(pair[0], "SetMonitoringLevel", {"severity": 5})

    assert outcome.outcome is OutcomeName.ACCEPTED
    assert "CP-7: monitoring level 5" in caplog.text


@pytest.mark.parametrize("version", ["2.0.1", "2.1"])
async def test_monitors_are_kept_over_a_restart(start2: Any, version: str) -> None:
    store = MemoryStore()
    first = await start2(store)
    await first.connect_2(version=version, boots=True, SetVariableMonitoring=set_all)
    await run(first, "SetVariableMonitoring", wanted(POWER, HEAT))
    await first.close()
    second = await start2(store)
    await second.connect_2(version=version, ClearVariableMonitoring=clear_all)

    await run(second, "ClearVariableMonitoring", {"id": [7]})

    assert shown(second) == [watched(HEAT, monitor(8))]
    known = await second.central.blocks.v2.monitors.known(second.station())
    assert list(known.values()) == shown(second)


async def test_a_store_that_cannot_write_is_said(
    pair: Pair, caplog: pytest.LogCaptureFixture
) -> None:
    system, _ = pair
    system.store.is_failing = True

    outcome = await run(system, "SetVariableMonitoring", wanted(POWER))

    assert outcome.outcome is OutcomeName.ACCEPTED
    assert "CP-7: its monitors are not kept: the disk is full" in caplog.text
    system.store.is_failing = False


async def test_nothing_is_kept_of_a_station_that_was_forgotten(start2: Any) -> None:
    system = await start2(stations={}, unknown_stations="accept")
    station = await system.connect_2(boots=True)
    await station.say("NotifyMonitoringReport", requestId=1, seqNo=0, tbc=True, generatedAt=station.time())  # fmt: skip

    await system.central.forget("CP-7")

    assert system.store.variable_items == {}


async def test_a_bad_report_is_refused(pair: Pair) -> None:
    _, station = pair
    with pytest.raises(Exception, match="Violation"):
        await station.say_raw("NotifyMonitoringReport", {"requestId": 1})


@pytest.mark.parametrize("version", ["2.0.1", "2.1"])
async def test_a_station_that_waits_reports_nothing(start2: Any, version: str) -> None:
    system = await start2()
    station = await system.connect_2("new", version=version, boots=True)

    code = await station.refused(
        "NotifyMonitoringReport", requestId=1, seqNo=0, generatedAt=station.time()
    )

    assert code == "SecurityError"
