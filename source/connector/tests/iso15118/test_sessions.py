"""A vehicle charges: ISO 15118 at its end, datapoints at ours."""

from __future__ import annotations

import pytest

from connector.tests.broker import Broker
from connector.tests.iso15118.cable import Cable
from connector.tests.iso15118.conftest import EvccOf, SeccOf, StationOf
from connector.tests.system.listener import Listener

AC = """
identity: CP15118
evses:
  - connectors: [cType2]
    power_w: 22080
    iso15118_id: AT*OCX*E0015*1
josev:
  broker: 127.0.0.1:{port}
  evses:
    - network_interface: {interface}
"""
WHERE = "ocpp/stations/CP15118/1"


def test_a_vehicle_of_iso2_charges_ac(
    cable: Cable,
    broker: Broker,
    listener: Listener,
    station: StationOf,
    secc: SeccOf,
    evcc: EvccOf,
) -> None:
    site = station(AC.format(port=broker.port, interface=cable.station_end))
    secc()
    site.do("plug 1")
    vehicle = evcc(cable, "iso2-ac", "--stay", "8", "--loop", "0.3")
    vehicle.until(lambda h: h.get("heard") == "AuthorizationRes")
    site.do("swipe TAG1 1")
    vehicle.until(lambda h: h.get("limit") == pytest.approx(32))
    listener.until(f"{WHERE}/id_token", lambda t: t == "TAG1")
    listener.publish(f"{WHERE}/power_limit/set", 6_900)
    vehicle.until(lambda h: h.get("limit") == pytest.approx(10))
    assert vehicle.ended(), vehicle.story()
