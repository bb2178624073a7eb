"""Event streams: opened, named by what they monitor, and shown value by value."""

from __future__ import annotations

from typing import Any

import pytest

from connector.csms.events import MonitorsTold
from connector.csms.station import MAX_PLACES
from connector.csms.v2.event_streams import MOST_STREAMS
from connector.tests.csms.conftest import settle
from connector.tests.csms.v2.conftest import Harness2, Station2

Json = dict[str, Any]
COMPONENT = {"name": "Inverter", "evse": {"id": 1}}
VARIABLE = {"name": "Load"}


def stream(number: int, monitor: int = 70) -> Json:
    params = {"interval": 5, "values": 2}
    return {"id": number, "params": params, "variableMonitoringId": monitor}


async def opened(end: Station2, number: int, monitor: int = 70) -> str:
    answer = await end.say(
        "OpenPeriodicEventStream", constantStreamData=stream(number, monitor)
    )
    return str(answer["status"])


async def sends(
    end: Station2, number: int, *values: tuple[float, str], ago_s: float = 10
) -> None:
    await end.session.send_unconfirmed(
        "NotifyPeriodicEventStream",
        {
            "id": number,
            "pending": 0,
            "basetime": end.time(ago_s),
            "data": [{"t": t, "v": value} for t, value in values],
        },
    )
    await settle()


async def monitors(harness: Harness2, end: Station2, number: int = 70) -> None:
    """Somebody sets a monitor."""
    watched = {"component": COMPONENT, "variable": VARIABLE}
    end.answers["SetVariableMonitoring"] = {
        "setMonitoringResult": [
            {
                "id": number,
                "status": "Accepted",
                "type": "Periodic",
                "severity": 9,
                **watched,
            }
        ]
    }
    await harness.station().call(
        "SetVariableMonitoring",
        {
            "setMonitoringData": [
                {"value": 5, "type": "Periodic", "severity": 9, **watched}
            ]
        },
    )


@pytest.fixture
async def pair(start2: Any) -> tuple[Harness2, Station2]:
    harness = await start2()
    end = await harness.connect_2(
        version="2.1",
        boots=True,
        SetVariableMonitoring={},
        GetPeriodicEventStream={},
    )
    return harness, end


async def test_values_have_the_name_of_what_is_monitored_and_their_times(
    pair: tuple[Harness2, Station2],
) -> None:
    harness, end = pair
    await monitors(harness, end)
    assert await opened(end, 1) == "Accepted"
    await sends(end, 1, (2.5, "12.5"), (0, "11"))

    assert harness.told("Inverter.Load") == [11.0, 12.5]
    newest = harness.fact("Inverter.Load")
    assert newest.time_ms == end.clock.now_ms() - 7_500
    assert not newest.queued


async def test_a_monitor_that_is_told_later_gives_a_stream_its_name(
    pair: tuple[Harness2, Station2],
) -> None:
    harness, end = pair
    await opened(end, 1)
    await sends(end, 1, (0, "1"))
    assert harness.told("stream.1", "0") == [1.0]

    watched = {"component": {"name": "Meter", "instance": "m"}, "variable": VARIABLE}
    harness.central.events.emit(MonitorsTold(harness.station(), {70: watched}))
    await sends(end, 1, (0, "2"))
    assert harness.told("Meter.m.Load", "0") == [2.0]


async def test_names_of_streams_are_known_after_a_restart(
    start2: Any, pair: tuple[Harness2, Station2]
) -> None:
    harness, end = pair
    await monitors(harness, end)
    await opened(end, 1)
    await harness.close()

    again = await start2(harness.store)
    end = await again.connect_2(version="2.1", boots=True)
    await sends(end, 1, (0, "2"))
    assert again.told("Inverter.Load") == [2.0]


@pytest.mark.parametrize(
    ("text", "value"),
    [("1e3", 1000.0), ("true", True), ("False", False), ("Idle", "Idle"), ("", "")],
)
async def test_a_value_is_what_it_reads_as(
    pair: tuple[Harness2, Station2], text: str, value: object
) -> None:
    harness, end = pair
    await sends(end, 4, (0, text))

    found = harness.newest("stream.4", "0")
    assert (type(found), found) == (type(value), value)


async def test_a_closed_stream_has_lost_its_name(
    pair: tuple[Harness2, Station2],
) -> None:
    harness, end = pair
    await monitors(harness, end)
    await opened(end, 1)
    assert await end.say("ClosePeriodicEventStream", id=1) == {}
    assert await end.say("ClosePeriodicEventStream", id=1) == {}
    await sends(end, 1, (0, "2"))

    assert harness.told("stream.1", "0") == [2.0]


async def test_a_list_of_streams_is_what_is_open(
    pair: tuple[Harness2, Station2],
) -> None:
    harness, end = pair
    await monitors(harness, end)
    await opened(end, 1)
    await opened(end, 2)
    end.answers["GetPeriodicEventStream"] = {
        "constantStreamData": [stream(1), stream(3)]
    }
    await harness.station().call("GetPeriodicEventStream", {})

    assert harness.station().learned["event_streams"].keys() == {"1", "3"}
    await sends(end, 3, (0, "2"))
    assert harness.told("Inverter.Load") == [2.0]


async def test_only_so_many_streams_may_be_open(
    pair: tuple[Harness2, Station2],
) -> None:
    _, end = pair
    for number in range(MOST_STREAMS):
        assert await opened(end, number) == "Accepted"

    assert await opened(end, MOST_STREAMS) == "Rejected"
    assert await opened(end, 0) == "Accepted"


async def test_streams_make_no_keys_without_end(
    pair: tuple[Harness2, Station2],
) -> None:
    harness, end = pair
    for number in range(210):
        await sends(end, number, (0, "1"))

    names = {datum.name for datum in harness.data()}
    assert sum(name.startswith("stream.") for name in names) == 200


async def test_a_variable_of_an_evse_without_a_place_is_not_shown(
    pair: tuple[Harness2, Station2],
) -> None:
    harness, end = pair
    far = {"name": "Inverter", "evse": {"id": MAX_PLACES + 1}}
    watched = {"component": far, "variable": VARIABLE}
    harness.central.events.emit(MonitorsTold(harness.station(), {70: watched}))
    await opened(end, 1)
    await sends(end, 1, (0, "1"))

    assert not any(datum.name == "Inverter.Load" for datum in harness.data())


async def test_a_variable_never_has_the_name_of_something_else(
    pair: tuple[Harness2, Station2],
) -> None:
    harness, end = pair
    power = {"component": {"name": "Power"}, "variable": {"name": "Offered"}}
    harness.central.events.emit(MonitorsTold(harness.station(), {70: power}))
    await opened(end, 1)
    await sends(end, 1, (0, "1"))

    assert harness.told("x.Power.Offered", "0") == [1.0]


async def test_the_newest_value_of_a_wrong_clock_holds_now(
    pair: tuple[Harness2, Station2],
) -> None:
    harness, end = pair
    await sends(end, 1, (0, "1"), (3, "2"), ago_s=-3600)

    assert harness.fact("stream.1", "0").time_ms == end.clock.now_ms()


async def test_a_time_without_sense_is_no_problem(
    pair: tuple[Harness2, Station2],
) -> None:
    harness, end = pair
    await sends(end, 1, (1e300, "1"), (-1e300, "2"))

    now_ms = end.clock.now_ms()
    assert harness.told("stream.1", "0") == [2.0, 1.0]
    assert abs(harness.fact("stream.1", "0").time_ms - now_ms) <= 1000
