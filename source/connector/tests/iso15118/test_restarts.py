"""Who is in between starts anew, and the vehicle goes on charging."""

from __future__ import annotations

import pytest

from connector.tests.broker import Broker
from connector.tests.iso15118.overhearing import Overhearing
from connector.tests.iso15118.site import AC, DC, DC_V, DC_W, Site
from connector.tests.iso15118.test_sessions import begin, may_take
from connector.tests.system.listener import Listener

pytestmark = [
    pytest.mark.iso15118,
    pytest.mark.broker,
    pytest.mark.repository,
    pytest.mark.slow,
    pytest.mark.xdist_group("engine"),
]


@pytest.mark.parametrize(
    ("kind", "place", "at_first", "then"),
    [("iso2-ac", AC, 32, 10), ("iso2-dc", DC, DC_W / DC_V, 17.25)],
)
def test_the_broker(
    kind: str,
    place: str,
    at_first: float,
    then: float,
    site: Site,
    broker: Broker,
) -> None:
    """Direct current asks the station in every loop, and gets its answers late."""
    outlet = site.outlets[place]
    vehicle = begin(outlet, kind, "TAG1")
    may_take(vehicle, at_first)
    vehicle.forget()

    broker.restart()

    may_take(vehicle, at_first)
    connected = Listener(broker.port)
    connected.until("ocpp/bridge/state", lambda state: state == "online")
    connected.publish(f"{outlet.topic}/power_limit/set", 6_900)
    connected.close()
    may_take(vehicle, then)
    vehicle.leave()
    assert vehicle.ended(), vehicle.story()


def test_the_controller(site: Site, listener: Overhearing) -> None:
    """Its session is lost; the next one goes on with the transaction."""
    outlet = site.outlets[AC]
    first = begin(outlet, "iso2-ac", "TAG1")
    may_take(first, 32)
    transaction = listener.until(f"{outlet.topic}/transaction_id")

    site.hush()
    assert not first.ended()
    site.speaks()

    again = outlet.come("iso2-ac")
    may_take(again, 32)
    again.leave()
    assert again.ended(), again.story()
    assert listener.until(f"{outlet.topic}/transaction_id") == transaction
