"""What verbs do at a station."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.station.driving import NotDone
from connector.tests.station.driving.bench import Place


@pytest.mark.parametrize(
    ("more", "fed_back_w"), [("", 0.0), (" discharge_kw=4", 4000.0)]
)
async def test_a_vehicle_feeds_back_what_it_can(
    more: str, fed_back_w: float, place: Place
) -> None:
    await place.do(f"plug 1 soc=80{more}")

    vehicle = place.station.plant.hardware.outlets[1].vehicle
    assert vehicle.model.max_discharge_w == fed_back_w


async def test_a_whole_session_by_hand(place: Place) -> None:
    await place.do("plug 1 soc=50 capacity_kwh=60 max_a=16 phases=3")
    await place.do("swipe TAG1")
    await place.wait(20)
    assert place.evse["status"] == "Charging"
    assert place.evse["power_w"] == pytest.approx(11_040, rel=0.03)
    await place.do("pause 1")
    assert place.evse["status"] == "SuspendedEV"
    await place.do("resume 1")
    await place.wait(3600, step_s=60)
    assert place.evse["soc"] > 60
    await place.do("stop 1")
    assert place.evse["status"] == "Finishing"
    await place.do("unplug 1")

    [stop] = place.central.of("StopTransaction")
    assert stop["idTag"] == "TAG1"
    assert place.evse["status"] == "Available"


async def test_a_vehicle_is_taken_away_when_it_said(place: Place) -> None:
    await place.do("plug 1 leaves_after_s=60")
    await place.do("swipe TAG1")
    await place.wait(70)

    assert place.evse["status"] == "Available"
    assert place.central.of("StopTransaction")[0]["reason"] == "EVDisconnected"


async def test_faults_come_and_go(place: Place) -> None:
    await place.do("fault 1 GroundFailure 'water in it'")
    assert (place.evse["status"], place.evse["error"]) == ("Faulted", "GroundFailure")
    await place.do("clear 1")

    assert place.evse["status"] == "Available"


async def test_values_are_told_when_asked_for(place: Place) -> None:
    await place.do("meter 2")
    assert [each["connectorId"] for each in place.central.of("MeterValues")] == [2]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("wait 1 Nonsense 1", "expected one of Available, Unavailable, Faulted, Prep"),
        ("wait 1 Charging 0", "expected one of Available, Unavailable, Faulted"),
        ("call Nope {}", "call: OCPP 1.6 has no Nope from a charging station"),
    ],
)
async def test_what_there_is_not_is_named(
    place: Place, line: str, problem: str
) -> None:
    with pytest.raises(NotDone, match=problem):
        await place.do(line)


async def test_no_card_is_read_without_power(place: Place) -> None:
    await place.do("power-loss 5")
    with pytest.raises(NotDone, match="swipe: the station has no power"):
        await place.do("swipe TAG1")


async def test_a_dropped_link_comes_back_in_its_time(place: Place) -> None:
    await place.do("drop 30")
    assert not place.station.client.is_connected
    await place.wait(29)
    assert not place.station.client.is_connected
    await place.wait(5)

    assert place.station.client.is_accepted


async def test_a_reboot_ends_what_runs_and_boots(place: Place) -> None:
    await place.do("plug 1")
    await place.do("swipe TAG1")
    place.central.forget()
    await place.do("reboot")
    await place.wait(5)

    assert place.central.of("StopTransaction")[0]["reason"] == "Reboot"
    assert place.central.of("BootNotification")


async def test_what_was_lost_with_the_power_is_told_afterwards(place: Place) -> None:
    await place.do("plug 1")
    await place.do("swipe TAG1")
    await place.wait(30)
    energy_wh = place.evse["energy_wh"]
    core = place.station.core
    place.central.forget()
    await place.do("power-loss 60")
    assert not place.station.client.is_connected
    with pytest.raises(NotDone, match="the station has no power"):
        await place.do("meter")
    await place.wait(65)

    assert place.station.core is not core
    assert place.central.actions()[0] == "BootNotification"
    [stop] = place.central.of("StopTransaction")
    assert stop["reason"] == "PowerLoss"
    assert stop["meterStop"] == pytest.approx(energy_wh, abs=60)
    assert place.evse["plugged"]
    assert place.evse["energy_wh"] == pytest.approx(energy_wh, abs=60)


async def test_any_call_is_sent_and_its_answer_shown(place: Place) -> None:
    answer = await place.do('call DataTransfer {"vendorId": "x"}')
    assert answer == {"answer": {"status": "Accepted"}}
    with pytest.raises(NotDone, match="call: "):
        await place.do("call Reset {}")


async def test_variables_are_set_and_shown(place: Place) -> None:
    await place.do("set HeartbeatInterval 77")
    assert await place.do("get HeartbeatInterval") == {"value": "77"}
    await place.do("set TxCtrlr/EVConnectionTimeOut 33")
    assert await place.do("get TxCtrlr/EVConnectionTimeOut") == {"value": "33"}


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("unplug 1", "EVSE 1: no vehicle is plugged in"),
        ("plug 3", "EVSE 3: expected one of 1, 2"),
        ("plug 1 connector=2", "connector 2: expected 1 to 1"),
        ("swipe TAG1 3", "EVSE 3: expected one of 1, 2"),
        ("stop 1", "stop: nobody charges at EVSE 1"),
        ("fault 1 Broken", "fault 'Broken': expected one of ConnectorLockFailure"),
        ("set NoKey 1", "set: NoKey: NotSupported"),
        ("set No/Variable 1", "set: there is no variable 'No/Variable'"),
        ("get NoKey", "get: there is no key 'NoKey'"),
        ("get No/Variable", "get: No/Variable: UnknownComponent"),
        ("wait 0 Charging", "wait: EVSE 1 is Available after 0 s, expected Charging"),
        ("meter 5", "EVSE 5: expected one of 1, 2"),
    ],
)
async def test_what_cannot_be_done_is_named(
    place: Place, line: str, problem: str
) -> None:
    with pytest.raises(NotDone) as caught:
        await place.do(line)

    assert str(caught.value).startswith(problem)


async def test_status_is_ready_for_json(place: Place) -> None:
    status = await place.do("status")

    assert status["station"] == "CP 1"
    assert (status["version"], status["boot"]) == ("1.6", "Accepted")
    assert [each["evse"] for each in status["evses"]] == [1, 2]


async def test_who_was_called_from_afar_charges_at_once(place: Place) -> None:
    await place.central.ask("RemoteStartTransaction", idTag="FAR", connectorId=1)
    place.central.forget()
    await place.do("plug 1")

    told = [each["status"] for each in place.central.of("StatusNotification")]
    assert told == ["Charging"]


@pytest.mark.parametrize(
    ("content", "problem"),
    [(None, "No such file or directory"), ("\u00e9", "expected a PEM file")],
)
async def test_a_contract_that_cannot_be_read_is_named(
    tmp_path: Path, content: str | None, problem: str
) -> None:
    place = await Place().start()
    path = tmp_path / "car.pem"
    if content is not None:
        path.write_text(content, "utf-8")
    with pytest.raises(NotDone, match=problem):
        await place.do(f"swipe A 1 contract={path}")
    await place.stop()
