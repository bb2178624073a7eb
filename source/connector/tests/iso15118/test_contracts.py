"""TLS, and vehicles that pay by a contract: one that they bring, or are given."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.tests.iso15118.overhearing import Overhearing
from connector.tests.iso15118.partner import Evcc
from connector.tests.iso15118.site import AC, Outlet, Site
from connector.tests.iso15118.test_sessions import begin, may_take
from connector.tests.system.process import ConnectorProcess

pytestmark = [
    pytest.mark.iso15118,
    pytest.mark.broker,
    pytest.mark.repository,
    pytest.mark.slow,
    pytest.mark.xdist_group("engine"),
]

EMAID = "UKSWI123456791A"
"""Of the contract that the package's script makes."""
_INSTALLED = "CertificateInstallationRes"


@pytest.fixture
def certificates(pki: Path) -> tuple[str, str]:
    return "--pki", str(pki)


@pytest.fixture
def bare(whole_site: Site) -> Iterator[Site]:
    """A site with whatever controller a test wants."""
    yield whole_site
    whole_site.tidy()


def charges_by_contract(vehicle: Evcc, outlet: Outlet, listener: Overhearing) -> None:
    may_take(vehicle, 32)
    listener.until(f"{outlet.topic}/id_token", lambda token: token == EMAID)
    vehicle.leave()
    assert vehicle.ended(), vehicle.story()


def test_a_vehicle_charges_by_its_contract(
    bare: Site, listener: Overhearing, certificates: tuple[str, str]
) -> None:
    bare.speaks("--makes-contracts", *certificates)
    outlet = bare.outlets[AC]
    vehicle = outlet.come("iso2-ac", "--tls", *certificates)

    charges_by_contract(vehicle, outlet, listener)


def test_a_vehicle_without_a_contract_is_given_one(
    bare: Site,
    listener: Overhearing,
    connector: ConnectorProcess,
    certificates: tuple[str, str],
) -> None:
    """The central system is asked first, and has none."""
    bare.speaks("--makes-contracts", *certificates)
    outlet = bare.outlets[AC]
    vehicle = outlet.come("iso2-ac", "--tls", "--needs-contract", *certificates)

    vehicle.until(lambda h: h.get("contract") == EMAID)
    charges_by_contract(vehicle, outlet, listener)
    asked = listener.said("josev/cs", "x_ev_certificate")
    assert asked["iso15118_schema_version"] == "urn:iso:15118:2:2013:MsgDef"
    answer = listener.said("cs/josev", "x_ev_certificate")
    assert answer["status"] == "Failed"
    assert "Get15118EVCertificate" in connector.log()


def test_where_nobody_has_one_the_vehicle_is_told_so(
    bare: Site, listener: Overhearing, certificates: tuple[str, str]
) -> None:
    bare.speaks("--contracts", *certificates)
    outlet = bare.outlets[AC]
    vehicle = outlet.come("iso2-ac", "--tls", "--needs-contract", *certificates)

    answer = vehicle.until(lambda h: h.get("heard") == _INSTALLED)
    assert answer["code"] == "FAILED_NoCertificateAvailable"
    assert not vehicle.ended()


def test_iso20_charges_over_tls_1_3(
    bare: Site, listener: Overhearing, certificates: tuple[str, str]
) -> None:
    manner = ("--tls", "--tls-1-3", *certificates)
    bare.speaks(*manner)
    outlet = bare.outlets[AC]
    vehicle = begin(outlet, "iso20-ac", "TAG1", *manner)

    may_take(vehicle, 7_360)
    listener.until(f"{outlet.topic}/id_token", lambda token: token == "TAG1")
    vehicle.leave()
    assert vehicle.ended(), vehicle.story()
