"""How the connector itself is, over the API."""

from __future__ import annotations

from connector.datapoints.flow_numbers import FlowNumbers
from connector.tests.clock import START_MS
from connector.tests.web.api.conftest import Api, StartApi
from connector.tests.web.api.test_events import listen

PATH = "/api/v1/connector"


async def test_it_tells_of_its_parts(api: Api) -> None:
    await api.connect()
    await api.harness.connect("stranger", boots=True)
    api.harness.clock.advance(60)

    found = await api.get(PATH)

    assert (found["version"], found["started"], found["now"]) == (
        "0.0.0",
        "2026-01-31T12:00:00Z",
        "2026-01-31T12:01:00Z",
    )
    stations = found["stations"]
    assert [stations[n] for n in ("known", "connected", "pending")] == [2, 2, 1]
    assert stations["unknown"] == "pending"
    assert found["store"]["writable"] is True
    assert found["frame_log"]["records"] > 0
    assert found["events"] == {"count": 0, "dropped": 0}


async def test_it_tells_what_it_takes(api: Api) -> None:
    process = (await api.get(PATH))["process"]

    assert process["cpu_s"] > 0
    assert process["memory_bytes"] > 10_000_000
    assert process["loop_delay_ms"] >= 0
    assert set(process["libraries"]) >= {"ocpp", "websockets"}


async def test_it_tells_since_when_the_broker_answers(start_api: StartApi) -> None:
    flow = FlowNumbers(
        is_connected=lambda: True,
        since_ms=lambda: START_MS,
        address="broker:1883",
        name="ocpp-connector",
    )
    api = await start_api(context={"flow": flow})

    broker = (await api.get(PATH))["broker"]

    assert broker["since"] == "2026-01-31T12:00:00Z"
    assert (broker["connected"], broker["address"]) == (True, "broker:1883")


async def test_a_broker_that_is_away_has_no_since(start_api: StartApi) -> None:
    flow = FlowNumbers(is_connected=lambda: False, since_ms=lambda: START_MS)
    api = await start_api(context={"flow": flow})

    broker = (await api.get(PATH))["broker"]

    assert (broker["connected"], broker["since"]) == (False, None)
    assert (broker["dropped"], broker["dropped_last"]) == (0, None)


async def test_it_tells_when_a_message_was_dropped_last(start_api: StartApi) -> None:
    flow = FlowNumbers(dropped=lambda: 7, dropped_ms=lambda: START_MS)
    api = await start_api(context={"flow": flow})

    broker = (await api.get(PATH))["broker"]

    assert (broker["dropped"], broker["dropped_last"]) == (7, "2026-01-31T12:00:00Z")


async def test_readers_are_counted(api: Api) -> None:
    async with listen(api):
        assert (await api.get(PATH))["events"]["count"] == 1


async def test_a_log_that_is_off_is_null(start_api: StartApi) -> None:
    api = await start_api(context={"frames": None})

    assert (await api.get(PATH))["frame_log"] is None
