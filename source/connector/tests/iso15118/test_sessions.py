"""A vehicle charges: ISO 15118 at its end, datapoints at ours."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from connector.tests.iso15118.overhearing import Overhearing
from connector.tests.iso15118.partner import Evcc
from connector.tests.iso15118.site import AC, DC, DC_V, DC_W, Outlet, Site

pytestmark = [
    pytest.mark.iso15118,
    pytest.mark.broker,
    pytest.mark.repository,
    pytest.mark.slow,
    pytest.mark.xdist_group("engine"),
]

_ASKED = ("AuthorizationRes", "ContractAuthenticationRes")


@dataclass(frozen=True)
class Case:
    """A kind of vehicle, and limits as its charging loop knows them."""

    kind: str
    outlet: str
    at_first: float
    limit_w: int
    then: float
    needs: str
    manner: tuple[str, ...] = ()


CASES = [
    Case("iso2-ac", AC, 32, 6_900, 10, "AC_three_phase"),
    Case("iso2-dc", DC, DC_W / DC_V, 12_000, 30, "DC"),
    Case("iso20-ac", AC, 7_360, 6_900, 2_300, "AC_three_phase"),
    Case("iso20-ac-bpt", AC, 7_360, 6_900, 2_300, "AC_BPT"),
    Case("iso20-ac", AC, 7_360, 6_900, 2_300, "AC_three_phase", ("--scheduled",)),
    Case("iso20-dc", DC, DC_W, 12_000, 12_000, "DC", ("--scheduled",)),
    Case("din", DC, DC_W / DC_V, 12_000, 30, "DC"),
    Case("iso20-dc", DC, DC_W, 12_000, 12_000, "DC"),
    Case("iso20-dc-bpt", DC, DC_W, 12_000, 12_000, "DC_BPT"),
]


def waits_for_a_card(vehicle: Evcc) -> None:
    vehicle.until(lambda h: str(h.get("heard")).endswith(_ASKED))


def may_take(vehicle: Evcc, limit: float) -> None:
    near = pytest.approx(limit, rel=0.01)
    vehicle.until(lambda h: h.get("limit") == near)


def begin(outlet: Outlet, kind: str, token: str, *manner: str) -> Evcc:
    """Plug in, wait for a card, show one."""
    vehicle = outlet.come(kind, *manner)
    waits_for_a_card(vehicle)
    outlet.swipe(token)
    return vehicle


@pytest.mark.parametrize("case", CASES, ids=lambda c: "".join((c.kind, *c.manner)))
def test_it_charges_within_the_limit_that_is_written(
    case: Case, site: Site, listener: Overhearing
) -> None:
    outlet = site.outlets[case.outlet]
    vehicle = begin(outlet, case.kind, "TAG1", *case.manner)

    may_take(vehicle, case.at_first)
    listener.until(f"{outlet.topic}/id_token", lambda token: token == "TAG1")
    listener.until(
        f"{outlet.topic}/ev_charging_needs",
        lambda needs: needs["requestedEnergyTransfer"] == case.needs,
    )
    listener.publish(f"{outlet.topic}/power_limit/set", case.limit_w)
    may_take(vehicle, case.then)
    vehicle.forget()
    listener.publish(f"{outlet.topic}/power_limit/set", None)
    may_take(vehicle, case.at_first)

    vehicle.leave()
    assert vehicle.ended(), vehicle.story()
    outlet.unplug()
    listener.until(f"{outlet.topic}/stop_reason", lambda why: why == "EVDisconnected")
    listener.until(f"{outlet.topic}/session_energy", lambda energy: energy > 0)


@pytest.mark.parametrize(
    ("kind", "place", "key", "expected"),
    [("iso20-ac-bpt", AC, "limit", -2_000), ("iso20-dc-bpt", DC, "feeds back", 6_000)],
)
def test_a_vehicle_feeds_back(
    kind: str,
    place: str,
    key: str,
    expected: float,
    site: Site,
    listener: Overhearing,
) -> None:
    outlet = site.outlets[place]
    vehicle = begin(outlet, kind, "TAG1")
    vehicle.until(lambda h: h.get("limit"))

    told = {"evse_id": outlet.evse_id, "limit": -6_000.0}
    message = {"id": "s1", "name": "iso15118_charge_limit", "type": "update"}
    listener.publish("smart_charging/iso15118", message | {"data": told})

    near = pytest.approx(expected, rel=0.01)
    vehicle.until(lambda h: h.get(key) == near)
    vehicle.leave()
    assert vehicle.ended(), vehicle.story()
    asked = {"id": "s2", "name": "meter_values", "type": "request"}
    listener.publish("josev/cs", asked | {"data": {"evse_id": outlet.evse_id}})
    meter = listener.said(
        "cs/josev", "meter_values", lambda said: said["evse_id"] == outlet.evse_id
    )
    assert meter["total_active_energy_exported"] > 0


@pytest.mark.parametrize("kind", ["iso2-ac", "iso20-ac"])
def test_a_blocked_token_ends_the_session(
    kind: str, ac: Outlet, listener: Overhearing
) -> None:
    vehicle = begin(ac, kind, "BAD")

    vehicle.until(lambda h: str(h.get("code")).startswith("FAILED"))
    assert not vehicle.ended()
    listener.said(
        "cs/josev", "authorization", lambda said: said["status"] == "rejected"
    )
    assert not any(topic == f"{ac.topic}/id_token" for topic, _ in listener.history)


def test_two_vehicles_charge_within_limits_of_their_own(
    ac: Outlet, dc: Outlet, listener: Overhearing
) -> None:
    vehicles = [begin(ac, "iso20-ac", "TAG1"), begin(dc, "iso2-dc", "TAG2")]
    for outlet, token, limit_w in ((ac, "TAG1", 6_900), (dc, "TAG2", 12_000)):
        listener.until(f"{outlet.topic}/id_token", lambda t, x=token: t == x)
        listener.publish(f"{outlet.topic}/power_limit/set", limit_w)

    may_take(vehicles[0], 2_300)
    may_take(vehicles[1], 30)
    for vehicle in vehicles:
        vehicle.leave()
    assert all([vehicle.ended() for vehicle in vehicles]), vehicles[0].story()


@pytest.mark.parametrize("kind", ["iso2-ac", "iso20-ac"])
def test_a_remote_stop_has_the_vehicle_stop(
    kind: str, ac: Outlet, listener: Overhearing
) -> None:
    vehicle = begin(ac, kind, "TAG1")
    vehicle.until(lambda h: h.get("limit"))

    listener.publish(f"{ac.topic}/charge/set", False)

    assert vehicle.ended(), vehicle.story()
    listener.until(f"{ac.topic}/stop_reason", lambda why: why == "Remote")


def test_after_one_that_was_pulled_out_the_next_one_charges(
    ac: Outlet, listener: Overhearing
) -> None:
    first = begin(ac, "iso2-ac", "TAG1")
    first.until(lambda h: h.get("limit"))

    ac.unplug()
    listener.until(f"{ac.topic}/stop_reason", lambda why: why == "EVDisconnected")
    assert not first.ended()

    second = begin(ac, "iso2-ac", "TAG2")
    may_take(second, 32)
    second.leave()
    assert second.ended(), second.story()
