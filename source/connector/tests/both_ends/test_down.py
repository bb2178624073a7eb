"""Every action that a station of any version may be sent ends as `accepted`."""

from __future__ import annotations

import pytest

from connector.datapoints.outcomes import OutcomeName
from connector.ocppj.routes import ROUTES
from connector.tests.both_ends.central import CentralEnd
from connector.tests.both_ends.station import behaviour
from connector.tests.both_ends.test_up import mistakes
from connector.tests.ocppj.examples import SIZES, Size, request

pytestmark = pytest.mark.asyncio(loop_scope="module")

DOWN = [(version, action) for version, r in ROUTES.items() for action in sorted(r.down)]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("version", "action"), DOWN)
async def test_a_station_that_agrees_is_an_accepted_outcome(
    central: CentralEnd,
    version: str,
    action: str,
    size: Size,
    caplog: pytest.LogCaptureFixture,
) -> None:
    identity = f"down-{version}-{action}-{size}"
    end = await central.connect(identity, version)
    end.behaviour = behaviour(version, size)
    payload = request(version, action, size)
    outcome = await central.order(
        identity, "call", {"action": action, "payload": payload}
    )

    assert outcome.outcome is OutcomeName.ACCEPTED, outcome
    assert action in end.behaviour.asked
    assert await end.is_alive()
    assert not mistakes(caplog)
