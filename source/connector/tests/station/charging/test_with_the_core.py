"""Profiles as the core asks for them."""

from __future__ import annotations

import random

import pytest

from connector.station.charging import Profiles
from connector.station.core.station import Offers, StationCore
from connector.station.core.tokens import Verdict
from connector.station.model import EvseModel, StationModel
from connector.station.ports import Demand, Plug
from connector.tests.station.charging.desk import (
    VARIABLES,
    at,
    profile,
)
from connector.tests.station.core.bench import CARD, NotedHardware, Values


def station() -> tuple[StationCore, Profiles, NotedHardware]:
    model = StationModel("CP", evses=(EvseModel(1), EvseModel(2)))
    variables, hardware = Values(VARIABLES), NotedHardware()
    profiles = Profiles(model, variables, source=random.Random(1))
    offers: Offers = profiles
    core = StationCore(model, hardware, variables, offers, source=random.Random(1))
    core.is_online = True
    profiles.attach(core.evses)
    return core, profiles, hardware


def begin(core: StationCore, evse: int, now_s: float) -> None:
    core.plugged(evse, Plug.PLUGIN, at(now_s))
    core.authorized(evse, CARD, Verdict("Accepted"), at(now_s))
    core.demands(evse, Demand.CHARGING, at(now_s))


def test_the_hardware_is_offered_what_profiles_leave() -> None:
    core, profiles, hardware = station()
    begin(core, 1, 0)
    profiles.install(1, profile((0, 6000.0), (10, 7000.0)), at(1), version="2.0.1")
    core.offer_anew(at(1))
    assert hardware.offers[1] == 6000

    assert core.step(at(2)) <= at(10)
    core.step(at(10))
    assert hardware.offers[1] == 7000


def test_evses_share_the_maximum_as_soon_as_they_are_offered_anew() -> None:
    core, profiles, hardware = station()
    wire = profile((0, 11_040.0), purpose="ChargingStationMaxProfile")
    profiles.install(0, wire, at(0), version="2.1")
    begin(core, 1, 0)
    assert hardware.offers[1] == pytest.approx(11_040)

    begin(core, 2, 1)
    core.offer_anew(at(1))

    assert hardware.offers == pytest.approx({1: 5520, 2: 5520})


def test_the_profile_of_a_transaction_ends_with_it() -> None:
    core, profiles, _hardware = station()
    begin(core, 1, 0)
    session = core.evses[1].session
    assert session is not None
    wire = profile((0, 6000.0), purpose="TxProfile", transactionId=session.key)
    assert profiles.install(1, wire, at(0), version="2.1").is_accepted

    core.end_all("Local", at(5))

    assert len(profiles) == 0
