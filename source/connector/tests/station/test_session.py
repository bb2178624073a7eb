"""A station from its boot to the end of a transaction."""

from __future__ import annotations

import pytest

from connector.tests.station.central import Central, Stage, running, settle
from connector.tests.station.wire import profile

ALL = ["StatusNotification"] * 2


# -- boot


async def test_a_boot_is_followed_by_every_status() -> None:
    async with running(Stage(connectors=2)) as stage:
        [boot] = stage.central.payloads("BootNotification")
        assert boot == {
            "chargePointVendor": "Simulated",
            "chargePointModel": "Demo AC",
            "chargePointSerialNumber": "SIM-0001",
            "firmwareVersion": "1.0",
        }
        assert stage.central.take() == ["BootNotification"] + ["StatusNotification"] * 3


@pytest.mark.parametrize("status", ["Pending", "Rejected"])
async def test_until_it_is_accepted_a_station_only_boots(status: str) -> None:
    stage = Stage()
    stage.central.answers["BootNotification"] = Central.boot(status, 10)
    async with running(stage):
        stage.plug()
        await stage.let_pass(25)
        assert stage.central.take() == ["BootNotification"] * 3
        stage.central.answers["BootNotification"] = Central.boot("Accepted")
        await stage.let_pass(10)
        assert stage.central.statuses() == [(0, "Available"), (1, "Preparing")]


async def test_a_pending_station_goes_on_when_the_boot_it_was_asked_for_is_accepted() -> (
    None
):
    stage = Stage()
    stage.central.answers["BootNotification"] = Central.boot("Pending", 3600)
    async with running(stage):
        stage.central.answers["BootNotification"] = Central.boot("Accepted")
        await stage.central.call("TriggerMessage", requestedMessage="BootNotification")
        await stage.let_pass(1)
        assert stage.central.take() == ["BootNotification"] * 2 + ALL


async def test_an_interval_of_0_leaves_the_wait_to_the_station() -> None:
    stage = Stage()
    stage.central.answers["BootNotification"] = Central.boot("Pending", 0)
    async with running(stage):
        await stage.let_pass(28)
        assert stage.central.take() == ["BootNotification"]
        await stage.let_pass(3)
        assert stage.central.take() == ["BootNotification"]


# -- signs of life


async def test_who_has_nothing_to_say_sends_heartbeats() -> None:
    stage = Stage()
    stage.central.answers["BootNotification"] = Central.boot("Accepted", 20)
    async with running(stage):
        stage.central.take()
        await stage.let_pass(41)
        assert stage.central.take() == ["Heartbeat", "Heartbeat"]


async def test_the_heartbeat_interval_can_be_changed(
    stage: Stage, central: Central
) -> None:
    await central.call("ChangeConfiguration", key="HeartbeatInterval", value="5")
    await stage.let_pass(6)
    assert central.take() == ["Heartbeat"]


# -- a transaction


async def test_a_token_is_asked_about_before_the_transaction_begins(
    stage: Stage, central: Central
) -> None:
    await stage.charge()
    actions = [name for name in central.take() if name != "StatusNotification"]
    assert actions == ["Authorize", "StartTransaction"]
    assert stage.core.evses[1].transaction is not None


async def test_samples_have_the_id_of_their_transaction(
    stage: Stage, central: Central
) -> None:
    await stage.charge()
    await stage.let_pass(20)
    samples = central.payloads("MeterValues")
    assert [sample["transactionId"] for sample in samples] == [41, 41]
    assert {sample["connectorId"] for sample in samples} == {1}


async def test_a_transaction_may_have_the_id_0(stage: Stage, central: Central) -> None:
    central.answers["StartTransaction"] = {
        "transactionId": 0,
        "idTagInfo": {"status": "Accepted"},
    }
    await stage.charge()
    await stage.let_pass(5)
    assert central.payloads("MeterValues")[0]["transactionId"] == 0


async def test_a_status_is_sent_only_when_it_has_changed(
    stage: Stage, central: Central
) -> None:
    await stage.charge()
    await stage.let_pass(30)
    told = central.statuses()
    assert told[-1] == (1, "Charging")
    assert len(told) == len(set(told))


async def test_changes_that_follow_each_other_fast_are_told_one_by_one(
    stage: Stage, central: Central
) -> None:
    stage.plug()
    stage.station._gather()
    stage.core.unplug(1, stage.clock.now_ms())
    stage.station.wake()
    await settle()
    assert central.statuses() == [(1, "Preparing"), (1, "Available")]


async def test_a_token_that_is_refused_starts_nothing(
    stage: Stage, central: Central
) -> None:
    central.answers["Authorize"] = {"idTagInfo": {"status": "Invalid"}}
    await stage.charge()
    assert central.payloads("StartTransaction") == []
    assert stage.core.evses[1].transaction is None


async def test_a_start_that_is_refused_ends_the_transaction(
    stage: Stage, central: Central
) -> None:
    central.answers["StartTransaction"] = {
        "transactionId": 7,
        "idTagInfo": {"status": "Blocked"},
    }
    await stage.charge()
    [stop] = central.payloads("StopTransaction")
    assert (stop["transactionId"], stop["reason"]) == (7, "DeAuthorized")
    assert central.statuses()[-1] == (1, "Finishing")


async def test_a_refused_start_goes_on_where_the_configuration_says_so(
    stage: Stage, central: Central
) -> None:
    stage.core.configuration.change("StopTransactionOnInvalidId", "false")
    central.answers["StartTransaction"] = {
        "transactionId": 7,
        "idTagInfo": {"status": "Blocked"},
    }
    await stage.charge()
    assert stage.core.running(7) is not None


async def test_the_stop_has_the_register_and_the_values_at_the_end(
    stage: Stage, central: Central
) -> None:
    await stage.charge()
    stage.core.unplug(1, stage.clock.now_ms())
    await stage.let_pass(1)
    [start] = central.payloads("StartTransaction")
    [stop] = central.payloads("StopTransaction")
    [data] = stop["transactionData"]
    assert (stop["transactionId"], stop["idTag"]) == (41, "CARD")
    assert stop["reason"] == "EVDisconnected"
    assert stop["meterStop"] > start["meterStart"]
    assert data["sampledValue"][0]["value"] == str(stop["meterStop"])
    assert data["timestamp"] == stop["timestamp"]


# -- profiles


def measured_w(central: Central) -> float:
    sample = central.payloads("MeterValues")[-1]
    [power] = [
        value
        for value in sample["meterValue"][0]["sampledValue"]
        if value["measurand"] == "Power.Active.Import"
    ]
    return float(power["value"])


async def test_a_profile_of_4140_watts_is_obeyed(
    stage: Stage, central: Central
) -> None:
    await stage.charge()
    await stage.let_pass(2)
    assert measured_w(central) > 10_000
    wire = profile((0, 4140.0), purpose="TxProfile", transactionId=41)
    answer = await central.call(
        "SetChargingProfile", connectorId=1, csChargingProfiles=wire
    )
    assert answer == {"status": "Accepted"}
    await central.call("TriggerMessage", requestedMessage="MeterValues", connectorId=1)
    assert measured_w(central) == 4140.0
    await stage.let_pass(30)
    assert measured_w(central) == 4140.0


async def test_a_profile_of_0_pauses_and_its_end_goes_on(
    stage: Stage, central: Central
) -> None:
    await stage.charge()
    wire = profile((0, 0.0), purpose="TxProfile")
    await central.call("SetChargingProfile", connectorId=1, csChargingProfiles=wire)
    assert central.statuses()[-1] == (1, "SuspendedEVSE")
    await stage.let_pass(10)
    assert measured_w(central) == 0.0
    assert await central.call("ClearChargingProfile", id=1) == {"status": "Accepted"}
    assert central.statuses()[-1] == (1, "Charging")
    await stage.let_pass(20)
    assert measured_w(central) > 10_000
