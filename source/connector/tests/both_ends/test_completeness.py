"""No action of any version is without a handler, and none without a row in the table.

A schema that comes with a new version of the library fails here until it has both.
"""

from __future__ import annotations

from functools import cache

import pytest

from connector.csms.central_system import CentralSystem
from connector.csms.options import CsmsOptions
from connector.datapoints.action_table import FATES
from connector.ocppj.behaviours import CSMS, ChargingStation
from connector.ocppj.behaviours.behaviour import method_name
from connector.ocppj.routes import ROUTES
from connector.sessions.handlers import Handler
from connector.tests.clock import FakeClock
from connector.tests.csms.memory_store import MemoryStore
from connector.tests.ocppj.examples import VERSIONS, messages

UP = [(v, a) for v, r in ROUTES.items() for a in sorted(r.up | r.sent_up)]
DOWN = [(v, a) for v, r in ROUTES.items() for a in sorted(r.down)]


@cache
def handlers(version: str) -> dict[str, Handler]:
    """Those of the central system."""
    central = CentralSystem(
        CsmsOptions(), MemoryStore(), FakeClock(), lambda facts: None
    )
    return central.blocks.handlers(version)


@pytest.mark.parametrize("version", VERSIONS)
def test_every_schema_has_a_route(version: str) -> None:
    actions = {message.action for message in messages(version)}
    routes = ROUTES[version]

    assert actions == routes.up | routes.down | routes.sent_up


@pytest.mark.parametrize(("version", "action"), UP)
def test_an_action_of_stations_is_handled(version: str, action: str) -> None:
    assert action in handlers(version)
    assert action in FATES[version][0]
    assert hasattr(CSMS, method_name(action)) or action in ROUTES[version].sent_up


@pytest.mark.parametrize(("version", "action"), DOWN)
def test_an_action_to_stations_is_told_of(version: str, action: str) -> None:
    assert action in FATES[version][1]
    assert hasattr(ChargingStation, method_name(action))


@pytest.mark.parametrize("version", VERSIONS)
def test_nothing_is_handled_that_no_station_may_send(version: str) -> None:
    routes = ROUTES[version if version == "1.6" else "2.1"]

    assert handlers(version).keys() <= routes.up | routes.sent_up
    up, down = FATES[version]
    assert up.keys() <= ROUTES[version].up | ROUTES[version].sent_up
    assert down.keys() <= ROUTES[version].down
