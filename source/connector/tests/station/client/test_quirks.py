"""Central systems that want some things otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.station.client.quirks import QUIRKS, Quirks, quirks_of
from connector.station.files import read_text
from connector.tests.station.client.conftest import Start


def test_they_are_found_by_name() -> None:
    assert quirks_of(" BiaPower ") == QUIRKS["biapower"]


def test_who_is_unknown_is_named_with_who_is_known() -> None:
    with pytest.raises(ValueError, match=r"'nobody': expected one of biapower, conne"):
        quirks_of("biapower,nobody")


def test_several_names_are_all_meant() -> None:
    assert quirks_of("connector_zero, start_meter_zero") == Quirks(
        reports_connector_zero=False, start_meter_zero=True
    )


def in_file(text: str) -> Quirks:
    """The quirks of a station file."""
    found = read_text(f"identity: CP\nquirks: {text}", "cp.yaml", Path())
    assert found.quirks is not None
    return found.quirks


async def test_one_of_a_file_no_status_of_connector_0(start: Start) -> None:
    place = await start(quirks=in_file("connector_zero"))

    told = place.central.of("StatusNotification")
    assert [each["connectorId"] for each in told] == [1]
    assert place.central.of("SecurityEventNotification")


async def test_one_of_a_file_nothing_of_security(start: Start) -> None:
    place = await start(quirks=in_file("no_security_events"))
    await place.central.ask("Reset", type="Soft")
    await place.wait(5)

    assert len(place.central.of("BootNotification")) == 2
    assert place.central.of("SecurityEventNotification") == []


async def test_one_of_a_file_no_callerror(start: Start) -> None:
    place = await start(quirks=in_file("[never_callerror]"))
    frame = await place.central.frame("NoSuchThing", {})

    assert frame[0] == 3


async def test_one_of_a_file_a_meter_that_begins_at_0(start: Start) -> None:
    place = await start(quirks=in_file("start_meter_zero"))
    await place.charge()

    assert place.central.of("StartTransaction")[0]["meterStart"] == 0


async def test_values_of_a_file_heartbeats_with_a_gap(start: Start) -> None:
    place = await start(quirks=in_file("{periodic: heartbeat, min_gap_ms: 200}"))
    assert place.central.actions() == ["BootNotification"]
    await place.wait(0.2, step_s=0.2)
    assert len(place.central.actions()) == 2
    await place.wait(310, step_s=10)

    assert "Heartbeat" in place.central.actions()


async def test_values_of_a_file_silence(start: Start) -> None:
    place = await start(quirks=in_file("{periodic: none}"))
    place.central.forget()
    await place.wait(1000, step_s=50)

    assert place.central.actions() == []


async def test_no_status_of_connector_0_and_no_heartbeat(start: Start) -> None:
    place = await start(quirks=quirks_of("biapower"))
    await place.wait(700, step_s=50)

    assert place.central.actions() == ["BootNotification", "StatusNotification"]


async def test_statuses_in_the_place_of_heartbeats(start: Start) -> None:
    place = await start(quirks=Quirks(periodic="status"))
    place.central.forget()
    await place.wait(310, step_s=10)

    assert set(place.central.actions()) == {"StatusNotification"}


@pytest.mark.parametrize(
    ("action", "payload", "answer"),
    [
        ("Reset", {"type": "Sometimes"}, {"status": "Rejected"}),
        ("UnlockConnector", {}, {"status": "NotSupported"}),
        ("NoSuchThing", {}, {}),
    ],
)
async def test_an_answer_that_says_no_in_the_place_of_an_error(
    start: Start, action: str, payload: dict[str, str], answer: dict[str, object]
) -> None:
    place = await start(quirks=quirks_of("biapower"))
    frame = await place.central.frame(action, payload)

    assert frame[0] == 3
    assert frame[2] == answer
    assert place.client.is_accepted


async def test_a_gap_between_calls(start: Start) -> None:
    place = await start(quirks=Quirks(min_gap_ms=500))
    assert len(place.central.heard) == 1
    await place.wait(0.5, step_s=0.5)
    assert len(place.central.heard) == 2
    await place.wait(0.4, step_s=0.4)
    assert len(place.central.heard) == 2
    await place.wait(0.2, step_s=0.2)
    assert len(place.central.heard) == 3


async def test_a_meter_that_begins_with_the_transaction(start: Start) -> None:
    place = await start(
        quirks=Quirks(start_meter_zero=True),
        initial={"SampledDataCtrlr/TxUpdatedInterval": "10"},
    )
    await place.charge()
    place.hardware.energy_wh = 1500.0
    await place.wait(11)
    await place.unplug()

    (started,) = place.central.of("StartTransaction")
    (values,) = place.central.of("MeterValues")
    (stopped,) = place.central.of("StopTransaction")
    assert started["meterStart"] == 0
    assert values["meterValue"][0]["sampledValue"][0]["value"] == "500"
    assert stopped["meterStop"] == 500
    data = [d["sampledValue"][0]["value"] for d in stopped["transactionData"]]
    assert data == ["0", "500", "500"]
