"""Sessions of 2.x: what is told, in which order, and what the answers lead to."""

from __future__ import annotations

from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from connector.station.ports import Plug, Reading, Token
from connector.tests.station.client.bench import settle
from connector.tests.station.client.v2.conftest import Start2

Json = dict[str, Any]


async def test_the_first_call_is_a_boot_with_its_reason(start: Start2) -> None:
    place = await start()
    (boot,) = place.central.of("BootNotification")

    assert boot["reason"] == "PowerUp"
    assert boot["chargingStation"]["vendorName"] == "Simulated"
    assert place.client.is_accepted


async def test_each_connector_has_its_status_and_the_station_none(
    start: Start2,
) -> None:
    place = await start(evses=2, connectors=2)
    told = place.central.of("StatusNotification")

    assert {(p["evseId"], p["connectorId"]) for p in told} == {
        (1, 1),
        (1, 2),
        (2, 1),
        (2, 2),
    }
    assert {p["connectorStatus"] for p in told} == {"Available"}


async def test_a_cable_occupies_a_connector(start: Start2) -> None:
    place = await start()
    place.central.forget()
    await place.plug()
    await place.swipe()
    (told,) = place.central.of("StatusNotification")

    assert told["connectorStatus"] == "Occupied"


async def test_a_transaction_is_told_from_its_start_to_its_end(
    start: Start2,
) -> None:
    place = await start()
    await place.charge()
    place.hardware.energy_wh = 3000.0
    await place.unplug()
    events = place.central.events()

    assert events[0]["eventType"] == "Started"
    assert events[-1]["eventType"] == "Ended"
    assert [e["seqNo"] for e in events] == list(range(len(events)))
    assert len({e["transactionInfo"]["transactionId"] for e in events}) == 1
    assert events[-1]["triggerReason"] == "EVCommunicationLost"
    assert events[-1]["transactionInfo"]["stoppedReason"] == "EVDisconnected"
    assert "stoppedReason" not in events[0]["transactionInfo"]


async def test_values_are_numbered_on_though_nothing_else_is_kept_for_them(
    start: Start2, tmp_path: Path
) -> None:
    folder, initial = tmp_path / "killed", {"SampledDataCtrlr/TxUpdatedInterval": "10"}
    place = await start(tmp_path / "first", initial=initial)
    await place.charge()
    state = tmp_path / "first" / "state.json"
    before, told = state.read_bytes(), len(place.central.events())
    await place.wait(45)
    count = len(place.central.events())

    assert count > told + 3
    assert state.read_bytes() == before

    copytree(tmp_path / "first", folder)
    again = await start(folder, central=place.central)
    events = again.central.events()[count:]
    assert [(e["eventType"], e["seqNo"]) for e in events] == [("Ended", count)]


async def test_the_time_to_resume_counts_from_the_last_value(
    start: Start2, tmp_path: Path
) -> None:
    initial = {
        "SampledDataCtrlr/TxUpdatedInterval": "10",
        "TxCtrlr/TxResumptionTimeout": "20",
    }
    place = await start(tmp_path / "first", initial=initial)
    await place.charge()
    await place.wait(45)
    place.central.forget()
    copytree(tmp_path / "first", tmp_path / "killed")
    again = await start(tmp_path / "killed", initial=initial, central=place.central)

    assert again.central.events("Ended") == []
    assert again.core.all_running()


async def test_who_and_where_is_told_once(start: Start2) -> None:
    place = await start()
    await place.charge()
    await place.unplug()
    first, *others = place.central.events()

    assert first["idToken"] == {"idToken": "CARD-1", "type": "ISO14443"}
    assert first["evse"] == {"id": 1, "connectorId": 1}
    assert not [e for e in others if "evse" in e or "idToken" in e]


async def test_the_connector_is_told_with_its_cable(start: Start2) -> None:
    place = await start(connectors=2, initial={"TxCtrlr/TxStartPoint": "Authorized"})
    await place.swipe(evse=1)
    place.core.plugged(1, Plug.PLUGIN, place.clock.now_ms(), 2)
    await settle()
    first, second = place.central.events()[:2]

    assert first["evse"] == {"id": 1}
    assert second["triggerReason"] == "CablePluggedIn"
    assert second["evse"] == {"id": 1, "connectorId": 2}


async def test_values_have_their_context(start: Start2) -> None:
    place = await start()
    await place.charge()
    place.hardware.energy_wh = 3000.0
    await place.unplug()
    started, *_, ended = place.central.events()

    def sample(event: Json) -> tuple[float, str]:
        (value,) = event["meterValue"][0]["sampledValue"]
        assert value["measurand"] == "Energy.Active.Import.Register"
        assert value["unitOfMeasure"] == {"unit": "Wh"}
        return value["value"], value["context"]

    assert sample(started) == (1000.0, "Transaction.Begin")
    assert sample(ended) == (3000.0, "Transaction.End")


async def test_values_are_told_at_their_interval(start: Start2) -> None:
    place = await start(initial={"SampledDataCtrlr/TxUpdatedInterval": "10"})
    await place.charge()
    place.central.forget()
    await place.wait(21, step_s=1)
    told = place.central.events("Updated")

    assert [e["triggerReason"] for e in told] == ["MeterValuePeriodic"] * 2


async def test_the_end_has_what_was_kept_for_it(start: Start2) -> None:
    place = await start(initial={"SampledDataCtrlr/TxEndedInterval": "60"})
    await place.charge()
    await place.wait(130, step_s=10)
    await place.unplug()
    (ended,) = place.central.events("Ended")
    contexts = [each["sampledValue"][0]["context"] for each in ended["meterValue"]]

    assert contexts == [
        "Transaction.Begin",
        "Sample.Periodic",
        "Sample.Periodic",
        "Transaction.End",
    ]


async def test_the_phases_and_their_values_are_told_apart(start: Start2) -> None:
    place = await start(
        initial={
            "SampledDataCtrlr/TxUpdatedInterval": "10",
            "SampledDataCtrlr/TxUpdatedMeasurands": "Current.Import,Voltage,SoC,"
            "Power.Offered",
        }
    )
    shown = Reading(
        2000.0, 4600.0, (10.0, 10.0, 0.0), (230.0, 231.0, 229.0), state_of_charge=0.5
    )
    place.hardware.read = lambda evse: shown  # type: ignore[method-assign]
    await place.charge()
    await place.wait(11)
    told = place.central.events("Updated")[-1]
    values = told["meterValue"][0]["sampledValue"]

    assert told["numberOfPhasesUsed"] == 2
    assert [(v["measurand"], v.get("phase"), v["value"]) for v in values] == [
        ("Current.Import", "L1", 10.0),
        ("Current.Import", "L2", 10.0),
        ("Current.Import", "L3", 0.0),
        ("Voltage", "L1-N", 230.0),
        ("Voltage", "L2-N", 231.0),
        ("Voltage", "L3-N", 229.0),
        ("SoC", None, 50.0),
        ("Power.Offered", None, 22080.0),
    ]


@pytest.mark.parametrize(
    ("signs", "shows", "key"),
    [
        ("true", "EveryMeterValue", "KEY"),
        ("true", "OncePerTransaction", "KEY"),
        ("true", "Never", ""),
        ("false", "EveryMeterValue", None),
    ],
)
async def test_signed_values_are_told_where_that_is_set(
    start: Start2, signs: str, shows: str, key: str | None
) -> None:
    place = await start(
        initial={
            "SampledDataCtrlr/SignReadings": signs,
            "OCPPCommCtrlr/PublicKeyWithSignedMeterValue": shows,
        }
    )
    signed = {
        "signedMeterData": "DATA",
        "signingMethod": "ECDSA",
        "encodingMethod": "OCMF",
        "publicKey": "KEY",
    }
    shown = Reading(2000.0, signed={"Energy.Active.Import.Register": signed})
    place.hardware.read = lambda evse: shown  # type: ignore[method-assign]
    await place.charge()
    await place.unplug()
    (ended,) = place.central.events("Ended")
    (value,) = ended["meterValue"][-1]["sampledValue"]
    found = value.get("signedMeterValue")

    assert (found and found["publicKey"]) == key


async def test_what_happened_offline_is_told_later_and_says_so(
    start: Start2, tmp_path: Path
) -> None:
    place = await start(tmp_path)
    await place.charge()
    place.central.shut()
    await place.central.drop()
    await place.unplug()
    ended_at = place.clock.now_ms()
    place.central.open()
    await place.wait(120, step_s=5)
    (ended,) = place.central.events("Ended")

    assert ended["offline"] is True
    assert ended["timestamp"] < place.central.now()
    assert ended_at < place.clock.now_ms()
    assert place.client.waiting == 0


async def test_a_restart_ends_what_ran(start: Start2, tmp_path: Path) -> None:
    place = await start(tmp_path)
    await place.charge()
    key = place.key
    await place.stop()
    again = await start(tmp_path, central=place.central)
    (ended,) = again.central.events("Ended")

    assert ended["transactionInfo"]["transactionId"] == key
    assert ended["transactionInfo"]["stoppedReason"] == "PowerLoss"


async def test_who_is_not_accepted_does_not_charge(start: Start2) -> None:
    place = await start()
    place.central.answers["Authorize"] = {"idTokenInfo": {"status": "Blocked"}}
    await place.charge()

    assert place.central.of("Authorize")
    assert place.central.events() == []


async def test_who_turns_out_to_be_invalid_is_stopped(start: Start2) -> None:
    place = await start(initial={"TxCtrlr/StopTxOnInvalidId": "true"})
    place.central.answers["TransactionEvent"] = {"idTokenInfo": {"status": "Invalid"}}
    await place.charge()
    (ended,) = place.central.events("Ended")

    assert ended["triggerReason"] == "Deauthorized"
    assert ended["transactionInfo"]["stoppedReason"] == "DeAuthorized"


async def test_the_group_of_a_token_may_stop_it(start: Start2) -> None:
    place = await start()
    group = {"idToken": "FLEET", "type": "Central"}
    place.central.answers["Authorize"] = {
        "idTokenInfo": {"status": "Accepted", "groupIdToken": group}
    }
    await place.charge()
    await place.swipe(Token("CARD-2"), 1)
    (ended,) = place.central.events("Ended")

    assert ended["triggerReason"] == "StopAuthorized"
    assert ended["idToken"]["idToken"] == "CARD-2"


async def test_a_token_holds_only_at_its_evses(start: Start2) -> None:
    place = await start(evses=2)
    place.central.answers["Authorize"] = {
        "idTokenInfo": {"status": "Accepted", "evseId": [2]}
    }
    await place.charge(1)
    assert place.central.events() == []
    await place.charge(2)

    assert place.central.events()[0]["evse"]["id"] == 2


async def test_a_token_without_a_word_for_its_type_is_told(
    start: Start2, version: str
) -> None:
    place = await start()
    await place.plug()
    await place.swipe(Token("VIN-1", "VIN"))
    (asked,) = place.central.of("Authorize")

    assert asked["idToken"]["type"] == ("Local" if version == "2.0.1" else "VIN")


@pytest.mark.parametrize("version", ["2.1"])
async def test_a_limit_of_the_central_system_ends_the_energy(start: Start2) -> None:
    place = await start()
    place.central.answers["TransactionEvent"] = {"transactionLimit": {"maxEnergy": 500}}
    await place.charge()
    told = [e for e in place.central.events() if e["triggerReason"] == "LimitSet"]
    place.hardware.energy_wh = 1600.0
    await place.wait(600, step_s=60)
    reasons = [e["triggerReason"] for e in place.central.events()]

    assert [e["transactionInfo"]["transactionLimit"] for e in told] == [
        {"maxEnergy": 500}
    ]
    assert "EnergyLimitReached" in reasons
    assert place.hardware.offers[1] == 0.0


@pytest.mark.parametrize("version", ["2.0.1"])
async def test_a_limit_that_2_0_1_does_not_know_is_not_obeyed(start: Start2) -> None:
    place = await start()
    place.central.answers["TransactionEvent"] = {"transactionLimit": {"maxEnergy": 500}}
    await place.charge()
    place.hardware.energy_wh = 1600.0
    await place.wait(600, step_s=60)
    reasons = {e["triggerReason"] for e in place.central.events()}

    assert not reasons & {"ChargingRateChanged", "EnergyLimitReached"}
    assert place.hardware.offers[1] > 0.0


async def test_aligned_values_outside_transactions(start: Start2) -> None:
    place = await start(initial={"AlignedDataCtrlr/Interval": "60"})
    await place.wait(130, step_s=10)
    told = place.central.of("MeterValues")

    assert len(told) == 2
    assert told[0]["evseId"] == 1
    assert told[0]["meterValue"][0]["sampledValue"][0]["context"] == "Sample.Clock"
