"""How often what a station of 1.6 says is looked at, and what becomes of the rest."""

from __future__ import annotations

import logging

import pytest

from connector.errors import ConnectorError, LocalProtocolError
from connector.station.client.messages import Message
from connector.tests.station.client.bench import settle
from connector.tests.station.client.conftest import Start
from connector.tests.station.client.looks import looks


@pytest.mark.parametrize(
    "action", ["BootNotification", "MeterValues", "StartTransaction", "StopTransaction"]
)
async def test_what_fits_is_looked_at_once(
    start: Start, action: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = await start(
        begins=False, initial={"SampledDataCtrlr/TxUpdatedInterval": "10"}
    )
    asked = looks(monkeypatch, "1.6", action)
    await place.start()
    await place.charge()
    await place.wait(25)
    await place.unplug()

    assert place.central.of(action) != []
    assert asked == place.central.of(action)


async def test_what_does_not_fit_fails_once_and_the_rest_is_told(
    start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    place = await start()
    place.central.forget()
    failures: list[ConnectorError] = []
    wrong = {"connectorId": 1, "errorCode": "NoError", "status": "Odd"}
    place.client.tell(Message("StatusNotification", wrong, failed=failures.append))
    await settle()
    (problem,) = failures

    assert type(problem) is LocalProtocolError
    assert place.central.heard == []
    warned = [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING]
    assert warned == [f"CP 1: StatusNotification: {problem}"]
    await place.charge()
    assert len(place.central.of("StartTransaction")) == 1
