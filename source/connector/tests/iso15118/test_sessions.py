"""A vehicle charges: ISO 15118 at its end, datapoints at ours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from connector.tests.iso15118.cable import Cable
from connector.tests.iso15118.conftest import CableOf, EvccOf, SiteOf
from connector.tests.iso15118.overhearing import Overhearing
from connector.tests.iso15118.partner import Evcc
from connector.tests.iso15118.site import IDENTITY, Site, ac, dc

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
    outlet: Any
    at_first: float
    limit_w: int
    then: float
    needs: str


CASES = [
    Case("iso2-ac", ac, 32, 6_900, 10, "AC_three_phase"),
    Case("iso2-dc", dc, 60_000 / 920, 12_000, 30, "DC"),
    Case("iso20-ac", ac, 7_360, 6_900, 2_300, "AC_three_phase"),
    Case("din", dc, 60_000 / 920, 12_000, 30, "DC"),
    Case("iso20-dc", dc, 60_000, 12_000, 12_000, "DC"),
]


def where(number: int = 1) -> str:
    return f"ocpp/stations/{IDENTITY}/{number}"


def waits_for_a_card(vehicle: Evcc) -> None:
    vehicle.until(lambda h: str(h.get("heard")).endswith(_ASKED))


def may_take(vehicle: Evcc, limit: float) -> None:
    near = pytest.approx(limit, rel=0.01)
    vehicle.until(lambda h: h.get("limit") == near)


def begin(
    site: Site,
    evcc: EvccOf,
    cable: Cable,
    kind: str,
    token: str,
    number: int = 1,
    manner: tuple[str, ...] = (),
) -> Evcc:
    """Plug in, wait for a card, show one."""
    site.do(f"plug {number}")
    vehicle = evcc(cable, kind, *manner)
    waits_for_a_card(vehicle)
    site.do(f"swipe {token} {number}")
    return vehicle


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.kind)
def test_it_charges_within_the_limit_that_is_written(
    case: Case, cable: CableOf, site: SiteOf, evcc: EvccOf, listener: Overhearing
) -> None:
    line = cable()
    place = site(case.outlet(line))
    vehicle = begin(place, evcc, line, case.kind, "TAG1")

    may_take(vehicle, case.at_first)
    listener.until(f"{where()}/id_token", lambda token: token == "TAG1")
    listener.until(
        f"{where()}/ev_charging_needs",
        lambda needs: needs["requestedEnergyTransfer"] == case.needs,
    )
    listener.publish(f"{where()}/power_limit/set", case.limit_w)
    may_take(vehicle, case.then)
    vehicle.forget()
    listener.publish(f"{where()}/power_limit/set", None)
    may_take(vehicle, case.at_first)

    vehicle.leave()
    assert vehicle.ended(), vehicle.story()
    place.do("unplug 1")
    listener.until(f"{where()}/stop_reason", lambda why: why == "EVDisconnected")
    listener.until(f"{where()}/session_energy", lambda energy: energy > 0)
    listener.said("cs/josev", "cp_status", lambda said: said["state"] == "A1")


@pytest.mark.parametrize("kind", ["iso2-ac", "iso20-ac"])
def test_a_blocked_token_ends_the_session(
    kind: str, cable: CableOf, site: SiteOf, evcc: EvccOf, listener: Overhearing
) -> None:
    line = cable()
    vehicle = begin(site(ac(line)), evcc, line, kind, "BAD")

    vehicle.until(lambda h: str(h.get("code")).startswith("FAILED"))
    assert not vehicle.ended()
    listener.said(
        "cs/josev", "authorization", lambda said: said["status"] == "rejected"
    )
    assert not any(topic == f"{where()}/id_token" for topic, _ in listener.history)


def test_two_vehicles_charge_within_limits_of_their_own(
    cable: CableOf, site: SiteOf, evcc: EvccOf, listener: Overhearing
) -> None:
    lines = [cable(), cable()]
    place = site(ac(lines[0]), dc(lines[1]))
    vehicles = [
        begin(place, evcc, lines[0], "iso20-ac", "TAG1", 1),
        begin(place, evcc, lines[1], "iso2-dc", "TAG2", 2),
    ]
    for number, limit_w in ((1, 6_900), (2, 12_000)):
        token = f"TAG{number}"
        listener.until(f"{where(number)}/id_token", lambda t, x=token: t == x)
        listener.publish(f"{where(number)}/power_limit/set", limit_w)

    may_take(vehicles[0], 2_300)
    may_take(vehicles[1], 30)
    for vehicle in vehicles:
        vehicle.leave()
    assert all(vehicle.ended() for vehicle in vehicles), vehicles[0].story()


@pytest.mark.parametrize("kind", ["iso2-ac", "iso20-ac"])
def test_a_remote_stop_has_the_vehicle_stop(
    kind: str, cable: CableOf, site: SiteOf, evcc: EvccOf, listener: Overhearing
) -> None:
    line = cable()
    vehicle = begin(site(ac(line)), evcc, line, kind, "TAG1")
    vehicle.until(lambda h: h.get("limit"))

    listener.publish(f"{where()}/charge/set", False)

    assert vehicle.ended(), vehicle.story()
    listener.until(f"{where()}/stop_reason", lambda why: why == "Remote")


def test_after_one_that_was_pulled_out_the_next_one_charges(
    cable: CableOf, site: SiteOf, evcc: EvccOf, listener: Overhearing
) -> None:
    line = cable()
    place = site(ac(line))
    first = begin(place, evcc, line, "iso2-ac", "TAG1")
    first.until(lambda h: h.get("limit"))

    place.do("unplug 1")
    listener.until(f"{where()}/stop_reason", lambda why: why == "EVDisconnected")
    assert not first.ended()

    second = begin(place, evcc, line, "iso2-ac", "TAG2")
    may_take(second, 32)
    second.leave()
    assert second.ended(), second.story()
