"""TLS, and vehicles that pay by the contract they bring."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.tests.iso15118.conftest import CableOf, EvccOf, SiteOf
from connector.tests.iso15118.overhearing import Overhearing
from connector.tests.iso15118.site import ac
from connector.tests.iso15118.test_sessions import begin, may_take, where

pytestmark = [
    pytest.mark.iso15118,
    pytest.mark.broker,
    pytest.mark.repository,
    pytest.mark.slow,
    pytest.mark.xdist_group("engine"),
]

EMAID = "UKSWI123456791A"
"""Of the contract that the package's script makes."""


def test_a_vehicle_charges_by_its_contract(
    cable: CableOf, site: SiteOf, evcc: EvccOf, listener: Overhearing, pki: Path
) -> None:
    line, certificates = cable(), ("--pki", str(pki))
    place = site(ac(line), secc=("--contracts", *certificates))
    place.do("plug 1")
    vehicle = evcc(line, "iso2-ac", "--tls", *certificates)

    may_take(vehicle, 32)
    listener.until(f"{where()}/id_token", lambda token: token == EMAID)
    vehicle.leave()
    assert vehicle.ended(), vehicle.story()


def test_iso20_charges_over_tls_1_3(
    cable: CableOf, site: SiteOf, evcc: EvccOf, listener: Overhearing, pki: Path
) -> None:
    line, manner = cable(), ("--tls", "--tls-1-3", "--pki", str(pki))
    place = site(ac(line), secc=manner)
    vehicle = begin(place, evcc, line, "iso20-ac", "TAG1", manner=manner)

    may_take(vehicle, 7_360)
    listener.until(f"{where()}/id_token", lambda token: token == "TAG1")
    vehicle.leave()
    assert vehicle.ended(), vehicle.story()
