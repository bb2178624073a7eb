"""`/metrics`: numbers of what happens, without a token and without end of names."""

from __future__ import annotations

from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from connector.csms.options import StationOptions
from connector.errors import CallErrorReceived
from connector.tests.clock import START_MS
from connector.tests.csms.conftest import settle
from connector.tests.web.api.conftest import NAME, Api, StartApi
from connector.tests.web.api.test_events import listen

Numbers = dict[tuple[str, tuple[tuple[str, str], ...]], float]


async def read(api: Api) -> Numbers:
    """All samples, by name and labels."""
    answer = await api.stranger.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def of(numbers: Numbers, name: str, **labels: str) -> float:
    return numbers.get((name, tuple(sorted(labels.items()))), 0.0)


async def test_stations_are_counted_by_version_and_state(start_api: StartApi) -> None:
    names = [NAME, "CP-8", "CP-9"]
    api = await start_api(stations=dict.fromkeys(names, StationOptions()))
    await api.connect(NAME)
    gone = await api.connect("CP-8")
    await gone.leave()
    await api.harness.connect("stranger", boots=True)

    numbers = await read(api)

    stations = {key[1]: value for key, value in numbers.items() if "stations" in key[0]}
    assert stations == {
        (("state", "connected"), ("version", "1.6")): 1,
        (("state", "disconnected"), ("version", "1.6")): 1,
        (("state", "disconnected"), ("version", "none")): 1,
        (("state", "pending"), ("version", "1.6")): 1,
    }


async def test_messages_are_counted_both_ways(api: Api) -> None:
    end = await api.connect()
    await end.say("Heartbeat")
    await end.say("Heartbeat")

    numbers = await read(api)

    assert of(numbers, "ocpp_messages_total", action="Heartbeat", direction="in") == 2
    sent = of(
        numbers, "ocpp_messages_total", action="GetConfiguration", direction="out"
    )
    assert sent >= 1
    assert of(numbers, "ocpp_call_duration_seconds_count") >= sent


async def test_unknown_actions_have_one_name(api: Api) -> None:
    end = await api.connect()
    for number in range(5):
        with pytest.raises(CallErrorReceived):
            await end.say_raw(f"Explode{number}", {})

    numbers = await read(api)

    assert of(numbers, "ocpp_messages_total", action="other", direction="in") == 5
    assert not any("Explode" in str(key) for key in numbers)
    code = "NotImplemented"
    assert of(numbers, "ocpp_refused_messages_total", code=code) == 5


async def test_rubbish_is_counted(api: Api) -> None:
    end = await api.connect()
    await end.link.send("rubbish")
    await settle()

    assert of(await read(api), "ocpp_frame_errors_total") == 1


async def test_commands_are_counted_by_their_outcome(api: Api) -> None:
    path = f"/api/v1/stations/{NAME}"
    await api.client.post(f"{path}/0/reset", json={"value": "soft"})
    await api.connect()
    await api.client.post(f"{path}/0/reset", json={"value": "soft"})
    await api.client.post(f"{path}/calls", json={"action": "Explode"})

    numbers = await read(api)

    def count(command: str, outcome: str) -> float:
        name = "ocpp_command_outcomes_total"
        return of(numbers, name, command=command, outcome=outcome)

    assert count("reset", "disconnected") == 1
    assert count("reset", "accepted") == 1
    assert count("call", "unsupported") == 1


async def test_transactions_and_reconnects_are_counted(api: Api) -> None:
    end = await api.connect()
    started = await end.start()
    running = await read(api)
    await end.stop(started["transactionId"])
    await end.leave()
    await api.connect()

    numbers = await read(api)

    assert of(running, "ocpp_transactions_running") == 1
    assert of(numbers, "ocpp_transactions_running") == 0
    assert of(numbers, "ocpp_transactions_started_total") == 1
    assert of(numbers, "ocpp_transactions_closed_total") == 1
    assert of(numbers, "ocpp_reconnects_total") == 1


async def test_a_store_that_fails_is_seen(api: Api) -> None:
    before = await read(api)
    await api.context.store.close()

    assert of(before, "ocpp_store_writable") == 1
    assert of(await read(api), "ocpp_store_writable") == 0


async def test_wrong_tokens_are_counted(api: Api) -> None:
    await api.stranger.get("/api/v1", headers={"Authorization": "Bearer x"})

    numbers = await read(api)

    assert of(numbers, "ocpp_http_refusals_total", reason="wrong_token") == 1


async def test_who_is_refused_at_the_door_is_counted(api: Api) -> None:
    api.harness.central.refusals.count("password")

    assert of(await read(api), "ocpp_refusals_total", reason="password") == 1


async def test_nothing_else_is_on_the_page(api: Api) -> None:
    numbers: dict[Any, float] = await read(api)

    assert all(name.startswith("ocpp_") for name, _ in numbers)
    assert of(numbers, "ocpp_connector_info", version="0.0.0") == 1


# The rows of the contract of the API: what a page of numbers has to tell.
FAMILIES = {
    "ocpp_stations": {"state", "version"},
    "ocpp_messages_total": {"action", "direction"},
    "ocpp_call_duration_seconds_bucket": {"le"},
    "ocpp_call_duration_seconds_sum": set(),
    "ocpp_command_outcomes_total": {"command", "outcome"},
    "ocpp_datapoints_published_total": set(),
    "ocpp_queue_depth": {"queue"},
    "ocpp_reconnects_total": set(),
    "ocpp_frame_errors_total": set(),
    "ocpp_event_readers": set(),
    "ocpp_event_readers_dropped_total": set(),
    "ocpp_frame_log_bytes": set(),
    "ocpp_connector_cpu_seconds_total": set(),
}


async def test_everything_that_is_promised_is_there(api: Api) -> None:
    await api.connect()
    await api.client.post(f"/api/v1/stations/{NAME}/0/reset", json={"value": "soft"})

    numbers = await read(api)

    labels = {name: {label for label, _ in pairs} for name, pairs in numbers}
    assert {name: labels.get(name) for name in FAMILIES} == FAMILIES


async def test_it_tells_when_the_connector_started(api: Api) -> None:
    api.harness.clock.advance(60)

    started = of(await read(api), "ocpp_connector_start_time_seconds")

    assert started == START_MS / 1000


async def test_readers_of_events_are_counted(api: Api) -> None:
    async with listen(api):
        assert of(await read(api), "ocpp_event_readers") == 1


async def test_a_frame_log_that_is_off_has_no_size(start_api: StartApi) -> None:
    api = await start_api(context={"frames": None})

    assert ("ocpp_frame_log_bytes", ()) not in await read(api)
