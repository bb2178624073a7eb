"""What a station does when the central system tells or asks it something."""

from __future__ import annotations

from typing import Any

import pytest

from connector.errors import CallErrorReceived
from connector.tests.station.central import Central, Stage, running
from connector.tests.station.wire import profile

ACCEPTED = {"status": "Accepted"}
REJECTED = {"status": "Rejected"}


# -- remote start and stop


async def test_a_remote_start_begins_where_a_vehicle_is_plugged_in(
    stage: Stage, central: Central
) -> None:
    stage.plug()
    answer = await central.call("RemoteStartTransaction", connectorId=1, idTag="APP")
    assert answer == ACCEPTED
    [start] = central.payloads("StartTransaction")
    assert (start["connectorId"], start["idTag"]) == (1, "APP")
    assert central.payloads("Authorize") == []


async def test_a_remote_start_waits_for_the_vehicle_with_its_profile(
    stage: Stage, central: Central
) -> None:
    wire = profile((0, 5000.0), kind="Relative", purpose="TxProfile")
    answer = await central.call(
        "RemoteStartTransaction", connectorId=1, idTag="APP", chargingProfile=wire
    )
    assert answer == ACCEPTED
    assert central.statuses() == [(1, "Preparing")]
    stage.plug()
    await stage.let_pass(10)
    assert stage.core.evses[1].read().power_w == 5000.0


async def test_a_remote_start_with_a_profile_for_all_is_rejected(
    stage: Stage, central: Central
) -> None:
    stage.plug()
    answer = await central.call(
        "RemoteStartTransaction",
        connectorId=1,
        idTag="APP",
        chargingProfile=profile((0, 5000.0)),
    )
    assert answer == REJECTED
    assert stage.core.evses[1].transaction is None


@pytest.mark.parametrize("where", [1, 2])
async def test_a_remote_start_that_is_impossible_is_rejected(
    stage: Stage, central: Central, where: int
) -> None:
    await stage.charge()
    answer = await central.call(
        "RemoteStartTransaction", connectorId=where, idTag="APP"
    )
    assert answer == REJECTED


async def test_a_remote_start_without_a_connector_takes_one_that_is_free() -> None:
    async with running(Stage(connectors=2)) as stage:
        await stage.charge(1)
        assert await stage.central.call("RemoteStartTransaction", idTag="APP") == (
            ACCEPTED
        )
        assert stage.core.evses[2].id_tag == "APP"


async def test_a_remote_stop_ends_the_transaction(
    stage: Stage, central: Central
) -> None:
    await stage.charge()
    assert await central.call("RemoteStopTransaction", transactionId=41) == ACCEPTED
    [stop] = central.payloads("StopTransaction")
    assert (stop["transactionId"], stop["reason"]) == (41, "Remote")
    assert central.statuses()[-1] == (1, "Finishing")


async def test_a_remote_stop_of_what_does_not_run_is_rejected(
    stage: Stage, central: Central
) -> None:
    await stage.charge()
    assert await central.call("RemoteStopTransaction", transactionId=9) == REJECTED
    assert central.payloads("StopTransaction") == []


# -- connectors


async def test_unlocking_ends_the_transaction(stage: Stage, central: Central) -> None:
    await stage.charge()
    answer = await central.call("UnlockConnector", connectorId=1)
    assert answer == {"status": "Unlocked"}
    [stop] = central.payloads("StopTransaction")
    assert stop["reason"] == "UnlockCommand"


async def test_a_connector_that_is_not_there_cannot_be_unlocked(
    stage: Stage, central: Central
) -> None:
    answer = await central.call("UnlockConnector", connectorId=2)
    assert answer == {"status": "NotSupported"}


async def test_availability_changes_after_the_transaction(
    stage: Stage, central: Central
) -> None:
    await stage.charge()
    answer = await central.call("ChangeAvailability", connectorId=1, type="Inoperative")
    assert answer == {"status": "Scheduled"}
    assert central.statuses()[-1] == (1, "Charging")
    await central.call("RemoteStopTransaction", transactionId=41)
    assert central.statuses()[-1] == (1, "Unavailable")


async def test_the_availability_of_a_connector_that_is_not_there_is_an_error(
    stage: Stage, central: Central
) -> None:
    with pytest.raises(CallErrorReceived, match="PropertyConstraintViolation"):
        await central.call("ChangeAvailability", connectorId=2, type="Operative")


# -- reset


@pytest.mark.parametrize("kind", ["Soft", "Hard"])
async def test_a_reset_ends_transactions_and_connects_again(
    stage: Stage, central: Central, kind: str
) -> None:
    await stage.charge()
    central.take()
    assert await central.call("Reset", type=kind) == ACCEPTED
    assert central.payloads("StopTransaction")[0]["reason"] == f"{kind}Reset"
    await stage.let_pass(4)
    assert len(central.sessions) == 2
    heard = central.take()
    assert heard.index("StopTransaction") < heard.index("BootNotification")
    assert heard[-2:] == ["StatusNotification"] * 2


async def test_two_resets_at_once_are_one(stage: Stage, central: Central) -> None:
    await central.call("Reset", type="Soft")
    await central.call("Reset", type="Hard")
    await stage.let_pass(10)
    assert len(central.sessions) == 2


# -- triggers


@pytest.mark.parametrize(
    ("message", "more", "heard"),
    [
        ("BootNotification", {}, ["BootNotification"]),
        ("Heartbeat", {}, ["Heartbeat"]),
        ("StatusNotification", {}, ["StatusNotification"]),
        ("StatusNotification", {"connectorId": 1}, ["StatusNotification"]),
        ("MeterValues", {}, ["MeterValues"]),
        ("MeterValues", {"connectorId": 1}, ["MeterValues"]),
    ],
)
async def test_a_message_that_is_asked_for_comes_after_the_answer(
    stage: Stage, central: Central, message: str, more: dict[str, Any], heard: list[str]
) -> None:
    answer = await central.call("TriggerMessage", requestedMessage=message, **more)
    assert answer == ACCEPTED
    assert central.take() == heard


async def test_values_that_are_asked_for_say_so(stage: Stage, central: Central) -> None:
    await central.call("TriggerMessage", requestedMessage="MeterValues")
    [sample] = central.payloads("MeterValues")
    [values] = sample["meterValue"]
    assert {value["context"] for value in values["sampledValue"]} == {"Trigger"}
    assert "transactionId" not in sample


@pytest.mark.parametrize(
    ("message", "where", "status"),
    [
        ("FirmwareStatusNotification", 1, "NotImplemented"),
        ("MeterValues", 2, "Rejected"),
    ],
)
async def test_what_cannot_be_triggered_is_said(
    stage: Stage, central: Central, message: str, where: int, status: str
) -> None:
    answer = await central.call(
        "TriggerMessage", requestedMessage=message, connectorId=where
    )
    assert answer == {"status": status}
    assert central.take() == []


# -- the rest


async def test_configuration_is_changed_and_read(
    stage: Stage, central: Central
) -> None:
    change = {"key": "MeterValueSampleInterval", "value": "7"}
    assert await central.call("ChangeConfiguration", **change) == ACCEPTED
    answer = await central.call("GetConfiguration", key=[change["key"], "Colour"])
    assert answer == {
        "configurationKey": [change | {"readonly": False}],
        "unknownKey": ["Colour"],
    }


async def test_a_profile_for_a_place_that_is_not_there_is_rejected(
    stage: Stage, central: Central
) -> None:
    wire = profile((0, 5000.0))
    answer = await central.call(
        "SetChargingProfile", connectorId=2, csChargingProfiles=wire
    )
    assert answer == REJECTED


async def test_clearing_what_is_not_there_is_unknown(
    stage: Stage, central: Central
) -> None:
    answer = await central.call("ClearChargingProfile", id=9)
    assert answer == {"status": "Unknown"}


async def test_a_composite_schedule_is_told_with_its_start(
    stage: Stage, central: Central
) -> None:
    stage.clock.advance(0.3)
    answer = await central.call(
        "GetCompositeSchedule", connectorId=1, duration=60, chargingRateUnit="A"
    )
    assert answer == {
        "status": "Accepted",
        "connectorId": 1,
        "scheduleStart": "2026-01-31T12:00:01.000Z",
        "chargingSchedule": {
            "duration": 60,
            "chargingRateUnit": "A",
            "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 32.0}],
        },
    }


async def test_a_composite_schedule_of_nowhere_is_rejected(
    stage: Stage, central: Central
) -> None:
    answer = await central.call("GetCompositeSchedule", connectorId=2, duration=60)
    assert answer == REJECTED


async def test_a_vendors_data_is_not_known(stage: Stage, central: Central) -> None:
    answer = await central.call("DataTransfer", vendorId="somebody")
    assert answer == {"status": "UnknownVendorId"}


async def test_the_cache_can_be_cleared(stage: Stage, central: Central) -> None:
    assert await central.call("ClearCache") == ACCEPTED


async def test_what_a_station_cannot_do_is_an_error(
    stage: Stage, central: Central
) -> None:
    with pytest.raises(CallErrorReceived, match=r"^Not(Implemented|Supported)"):
        await central.call("GetLocalListVersion")
