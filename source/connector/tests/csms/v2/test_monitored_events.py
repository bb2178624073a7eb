"""Events of components: each is shown, alarms are logged, a status is one."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from connector.csms.facts import Weight
from connector.tests.csms.v2.conftest import Harness2, Station2

Json = dict[str, Any]
Pair = tuple[Harness2, Station2]
EVSE_1, CONNECTOR_2 = {"evse": {"id": 1}}, {"evse": {"id": 1, "connectorId": 2}}


@pytest.fixture(params=["2.0.1", "2.1"])
async def pair(request: Any, start2: Any) -> Pair:
    system = await start2()
    return system, await system.connect_2(version=request.param, boots=True)


def event(
    station: Station2,
    name: str,
    value: str,
    place: Json | None = None,
    *,
    ago_s: float = 0,
    **more: Any,
) -> Json:
    """An event of `Component/Variable`."""
    component, _, variable = name.partition("/")
    return {
        "eventId": 1,
        "timestamp": station.time(ago_s),
        "trigger": "Delta",
        "actualValue": value,
        "eventNotificationType": "HardWiredNotification",
        "component": {"name": component, **(place or {})},
        "variable": {"name": variable},
    } | more


async def tell(station: Station2, *events: Json, **more: Any) -> None:
    payload = {"generatedAt": station.time(), "seqNo": 0, "eventData": list(events)}
    assert await station.say("NotifyEvent", **payload | more) == {}


def last(system: Harness2, where: str) -> Json:
    found: Json = orjson.loads(str(system.newest("last_event", where)))
    return found


async def test_each_event_is_shown_where_it_happened(pair: Pair) -> None:
    system, station = pair
    first = event(station, "Controller/Temperature", "81", ago_s=2)
    second = event(station, "Controller/Temperature", "80", ago_s=1)
    third = event(station, "EVSE/Power", "7000", EVSE_1, transactionId="tx-1")

    await tell(station, second, first, third, tbc=True)

    assert [orjson.loads(str(v)) for v in system.told("last_event", "0")] == [first, second]  # fmt: skip
    assert last(system, "1") == third


async def test_an_alarm_is_logged_once_a_minute_and_never_dropped(
    pair: Pair, caplog: pytest.LogCaptureFixture
) -> None:
    system, station = pair
    alarm = event(station, "RCD/Tripped", "true", EVSE_1, trigger="Alerting", techCode="F17")  # fmt: skip

    for _ in range(3):
        await tell(station, alarm)
    await tell(station, alarm | {"cleared": True, "actualValue": "false"})
    await tell(station, alarm)

    assert caplog.text.count("CP-7: alarm RCD@1/Tripped: 'true', 'F17'") == 2
    assert len(system.told("last_event")) == 5
    assert system.fact("last_event").weight is Weight.TRANSACTION


@pytest.mark.parametrize(
    ("name", "place", "where"),
    [
        ("Connector/AvailabilityState", {"evse": {"id": 2, "connectorId": 1}}, "2"),
        ("connector/availabilityState", {"evse": {"id": 2}}, "2"),
        ("EVSE/AvailabilityState", {"evse": {"id": 2}}, "2"),
        ("Connector/AvailabilityState", CONNECTOR_2, "1.2"),
        ("ChargingStation/AvailabilityState", {}, "0"),
    ],
)
async def test_an_availability_state_is_a_status(
    pair: Pair, name: str, place: Json, where: str
) -> None:
    system, station = pair

    await tell(station, event(station, name, "Unavailable", place))

    assert system.newest("status", where) == "Unavailable"


@pytest.mark.parametrize(
    ("name", "value", "place"),
    [
        ("EVSE/AvailabilityState", "Nonsense", EVSE_1),
        ("EVSE/AvailabilityState", "Available", {}),
        ("ChargingStation/AvailabilityState", "Available", EVSE_1),
        ("Display/AvailabilityState", "Available", EVSE_1),
        ("EVSE/Available", "Available", EVSE_1),
    ],
)
async def test_what_is_no_availability_state_is_only_shown(
    pair: Pair, name: str, value: str, place: Json
) -> None:
    system, station = pair

    await tell(station, event(station, name, value, place))

    assert system.told("status") == system.told("status", "0") == []
    assert system.told("last_event", "1" if place else "0")


async def test_a_problem_is_an_error_code_until_it_is_over(pair: Pair) -> None:
    system, station = pair
    problem = event(station, "Connector/Problem", "true", CONNECTOR_2, techCode="E42", techInfo="hot")  # fmt: skip

    await tell(station, problem)
    told = system.newest("error_code"), system.newest("vendor_error_code")
    await tell(station, problem | {"cleared": True})
    await tell(station, event(station, "ChargingStation/Problem", "TRUE"))
    await tell(station, event(station, "ChargingStation/Problem", "false"))

    assert told == ("E42", "hot")
    assert (system.newest("error_code"), system.newest("vendor_error_code")) == ("NoError", None)  # fmt: skip
    assert system.told("error_code", "0") == ["OtherError", "NoError"]


async def test_an_event_that_was_kept_offline_is_no_news(pair: Pair) -> None:
    system, station = pair

    await tell(station, event(station, "EVSE/Power", "1", EVSE_1, ago_s=3600))

    assert system.fact("last_event").queued


@pytest.mark.parametrize("number", [65, 10**9])
async def test_an_event_at_no_place_is_answered(pair: Pair, number: int) -> None:
    system, station = pair

    await tell(station, event(station, "EVSE/Power", "1", {"evse": {"id": number}}))

    assert system.told("last_event", str(number)) == []


async def test_no_secret_is_shown_or_logged(
    pair: Pair, caplog: pytest.LogCaptureFixture
) -> None:
    system, station = pair
    secret = event(station, "SecurityCtrlr/BasicAuthPassword", "s3cret", trigger="Alerting")  # fmt: skip

    await tell(station, secret)

    assert "s3cret" not in str(system.newest("last_event", "0"))
    assert "s3cret" not in caplog.text


async def test_a_bad_event_is_refused(pair: Pair) -> None:
    _, station = pair
    whole = event(station, "EVSE/Power", "1", EVSE_1)
    less = {name: value for name, value in whole.items() if name != "component"}

    for events in ([], [less], [whole | {"actualValue": 1}]):
        payload = {"generatedAt": station.time(), "seqNo": 0, "eventData": events}
        with pytest.raises(Exception, match="Violation"):
            await station.say_raw("NotifyEvent", payload)


@pytest.mark.parametrize("version", ["2.0.1", "2.1"])
async def test_a_station_that_waits_keeps_its_events(start2: Any, version: str) -> None:
    system = await start2()
    station = await system.connect_2("new", version=version, boots=True)

    code = await station.refused(
        "NotifyEvent",
        generatedAt=station.time(),
        seqNo=0,
        eventData=[event(station, "EVSE/Power", "1", EVSE_1)],
    )

    assert code == "SecurityError"
    assert system.told("last_event", "1", "new") == []
