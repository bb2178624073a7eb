"""Central systems that want some things otherwise."""

from __future__ import annotations

import pytest

from connector.station.client.quirks import QUIRKS, Quirks, quirks_of
from connector.tests.station.client.conftest import Start


def test_they_are_found_by_name() -> None:
    assert quirks_of(" BiaPower ") is QUIRKS["biapower"]


def test_who_is_unknown_is_named_with_who_is_known() -> None:
    with pytest.raises(ValueError, match=r"'nobody': expected one of biapower, none"):
        quirks_of("nobody")


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
    assert data == ["0", "500"]
