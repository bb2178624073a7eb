"""Outcomes as events: each command is asked, sent, ends, and is seen to take effect."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson
import pytest

from connector.csms.facts import Datum, Facts
from connector.datapoints.sensors import Sensors
from connector.tests.csms.conftest import settle
from connector.tests.web.api.conftest import NAME, Api
from connector.tests.web.api.test_events import Listener, listen

POWER = Datum("1", "Power.Active.Import")
STATION = f"/api/v1/stations/{NAME}"
ACCEPTED = {"status": "Accepted"}


async def give(api: Api, where: str, command: str, value: Any) -> Any:
    answer = await api.client.post(
        f"{STATION}/{where}/{command}", json={"value": value}
    )
    assert answer.status_code == 200
    return answer.json()


async def stages(listener: Listener, count: int) -> list[Any]:
    return [await listener.data("outcome") for _ in range(count)]


def measure(api: Api, watts: float, after_s: float) -> None:
    """The flow has a new power of connector 1."""
    sensors: Sensors = api.context.present._sensors
    sensors.register(NAME, is_adopted=True, connectors=1)
    clock = api.harness.clock
    clock.advance(after_s)
    sensors.take(Facts(NAME, clock.now_ms(), {POWER: watts}), clock.now_ms())


async def test_a_command_is_asked_sent_and_ends(api: Api) -> None:
    await api.connect(Reset=ACCEPTED)
    async with listen(api, "?types=outcome") as listener:
        outcome = await give(api, "0", "reset", "soft")
        asked, sent, ended = await stages(listener, 3)

    assert [each["stage"] for each in (asked, sent, ended)] == [
        "asked",
        "sent",
        "accepted",
    ]
    assert ended == {
        "station": NAME,
        "where": "0",
        "command": "reset",
        "action": None,
        "value": "soft",
        "correlation": outcome["correlation"],
        "time": ended["time"],
        "stage": "accepted",
        "outcome": outcome,
        "seen": None,
        "measured": None,
        "was_above": None,
        "failed": False,
        "file": None,
    }
    assert asked["correlation"] == sent["correlation"] == outcome["correlation"]
    assert asked["outcome"] is None


async def test_a_refused_limit_is_told_as_refused(api: Api) -> None:
    await api.connect(SetChargingProfile={"status": "Rejected"})
    async with listen(api, "?types=outcome") as listener:
        await give(api, "1", "power_limit", 4140)
        told = await stages(listener, 3)

    assert [each["stage"] for each in told] == ["asked", "sent", "rejected"]


async def test_what_is_never_sent_is_not_told_as_sent(api: Api) -> None:
    async with listen(api, "?types=outcome") as listener:
        await give(api, "0", "reset", "soft")
        told = await stages(listener, 2)

    assert [each["stage"] for each in told] == ["asked", "disconnected"]


async def test_a_limit_that_waits_is_sent_when_its_turn_comes(api: Api) -> None:
    end = await api.connect(SetChargingProfile=ACCEPTED)
    await end.status("Available")
    async with listen(api, "?types=outcome") as listener:
        await give(api, "1", "power_limit", 4140)
        await stages(listener, 3)
        coming = asyncio.create_task(give(api, "1", "power_limit", 9000))
        [asked] = await stages(listener, 1)
        api.harness.clock.advance(20)
        sent, ended = await stages(listener, 2)
        outcome = await coming

    assert [asked["stage"], sent["stage"], ended["stage"]] == [
        "asked",
        "sent",
        "accepted",
    ]
    assert {asked["correlation"], sent["correlation"]} == {outcome["correlation"]}


async def test_a_limit_is_in_force_once_a_measurement_keeps_it(api: Api) -> None:
    await api.connect(SetChargingProfile=ACCEPTED)
    async with listen(api, "?types=outcome") as listener:
        await give(api, "1", "power_limit", 4140)
        *_, ended = await stages(listener, 3)
        measure(api, 7400.0, 1)
        await settle()
        measure(api, 4100.0, 1)
        [seen] = await stages(listener, 1)

    assert ended["stage"] == "accepted"
    assert seen["stage"] == "in_force"
    assert seen["seen"] == "Power.Active.Import is 4100 W"
    assert seen["correlation"] == ended["correlation"]


@pytest.mark.parametrize(
    ("before", "was_above"),
    [("4300", True), ("4200", False), ("3900", False), ("rubbish", None)],
)
async def test_a_limit_shows_only_where_more_flowed_before(
    api: Api, before: str, was_above: bool | None
) -> None:
    end = await api.connect(SetChargingProfile=ACCEPTED)
    await end.start()
    await end.meter({"measurand": POWER.name, "unit": "W", "value": before})
    async with listen(api, "?types=outcome") as listener:
        await give(api, "1", "power_limit", 4140)
        *_, ended = await stages(listener, 3)
        measure(api, 4100.0, 1)
        [seen] = await stages(listener, 1)

    assert (ended["was_above"], seen["was_above"]) == (None, was_above)


async def test_a_pause_shows_though_the_flow_ends_before_it_is_answered(
    api: Api,
) -> None:
    async def answer(_: Any) -> Any:
        await end.meter({"measurand": POWER.name, "unit": "W", "value": "0"})
        return ACCEPTED

    end = await api.connect(SetChargingProfile=answer)
    await end.start()
    await end.meter({"measurand": POWER.name, "unit": "W", "value": "5900"})
    async with listen(api, "?types=outcome") as listener:
        await give(api, "1", "enabled", False)
        await stages(listener, 3)
        measure(api, 0.0, 1)
        [seen] = await stages(listener, 1)

    assert (seen["seen"], seen["was_above"]) == ("Power.Active.Import is 0 W", True)


async def test_a_resume_is_in_force_when_something_flows_again(api: Api) -> None:
    end = await api.connect(SetChargingProfile=ACCEPTED, ClearChargingProfile=ACCEPTED)
    await end.start()
    await give(api, "1", "enabled", False)
    async with listen(api, "?types=outcome") as listener:
        resumed = asyncio.create_task(give(api, "1", "enabled", True))
        await stages(listener, 1)
        api.harness.clock.advance(20)
        await stages(listener, 2)
        await resumed
        measure(api, 0.0, 1)
        measure(api, 3700.0, 1)
        [seen] = await stages(listener, 1)

    assert (seen["seen"], seen["stage"]) == (
        "Power.Active.Import is 3700 W",
        "in_force",
    )


async def test_no_flow_without_a_transaction_shows_no_limit_to_be_kept(
    api: Api,
) -> None:
    end = await api.connect(SetChargingProfile=ACCEPTED)
    async with listen(api, "?types=outcome,datapoint") as listener:
        await give(api, "1", "power_limit", 4140)
        await stages(listener, 3)
        measure(api, 0.0, 1)
        await listener.data("datapoint", value=0.0)
        await end.start()
        measure(api, 4100.0, 1)
        [seen] = await stages(listener, 1)

    assert seen["seen"] == "Power.Active.Import is 4100 W"


async def test_a_newer_limit_overtakes_what_was_to_be_seen(api: Api) -> None:
    await api.connect(SetChargingProfile=ACCEPTED)
    async with listen(api, "?types=outcome") as listener:
        await give(api, "1", "power_limit", 4140)
        await stages(listener, 3)
        await give(api, "1", "power_limit", 2300)
        *_, newer = await stages(listener, 3)
        measure(api, 4100.0, 1)
        measure(api, 2200.0, 1)
        [seen] = await stages(listener, 1)

    assert seen["correlation"] == newer["correlation"]


async def test_a_start_is_in_force_when_a_transaction_runs(api: Api) -> None:
    end = await api.connect(RemoteStartTransaction=ACCEPTED)
    async with listen(api, "?types=outcome") as listener:
        await give(api, "1", "charge", True)
        *_, ended = await stages(listener, 3)
        started = await end.start()
        [seen] = await stages(listener, 1)

    assert (ended["stage"], seen["stage"]) == ("accepted", "in_force")
    assert str(started["transactionId"]) in seen["seen"]
    assert seen["measured"] is None


async def test_a_reset_is_in_force_when_the_station_boots(api: Api) -> None:
    end = await api.connect(Reset=ACCEPTED)
    async with listen(api, "?types=outcome") as listener:
        await give(api, "0", "reset", "hard")
        await stages(listener, 3)
        await end.leave()
        await api.connect()
        [seen] = await stages(listener, 1)

    assert seen["stage"] == "in_force"


async def test_a_secret_in_a_command_is_blanked(api: Api) -> None:
    await api.connect(ChangeConfiguration=ACCEPTED)
    payload = {"key": "AuthorizationKey", "value": "d0c0ffee"}
    async with listen(api, "?types=outcome,datapoint") as listener:
        await give(api, "0", "configuration", {"AuthorizationKey": "d0c0ffee"})
        told = await stages(listener, 3)
        call = {"action": "ChangeConfiguration", "payload": payload}
        await api.client.post(f"{STATION}/calls", json=call)
        told += await stages(listener, 3)

    assert b"d0c0ffee" not in orjson.dumps(told)
    assert [each["action"] for each in told] == [None] * 3 + [call["action"]] * 3
