"""Root certificates, and the station's own."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from connector.ocppj.schemas import schemas
from connector.security.certificate_hashes import root_hashes
from connector.security.key_pairs import certificate_pem, new_key
from connector.security.requests import read_request
from connector.security.signing import Issuer, Period, client, name_of, root
from connector.tests.station.maintenance.conftest import Yard

_NOW = datetime.now(UTC)
VALID = Period(_NOW - timedelta(days=1), _NOW + timedelta(days=30))
PAST = Period(_NOW - timedelta(days=3), _NOW - timedelta(days=2))
CSMS = "CSMSRootCertificate"


def authority(title: str = "CA", period: Period = VALID) -> Issuer:
    key = new_key()
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return Issuer(key, root(key, name_of(title, None), period))


def install(yard: Yard, issuer: Issuer, kind: str = CSMS) -> str:
    payload = {
        "certificateType": kind,
        "certificate": certificate_pem(issuer.certificate),
    }
    return str(yard.ask("2.0.1", "InstallCertificate", payload)["status"])


def files(folder: Path) -> Iterator[Path]:
    return (p for p in (folder / "certificates").rglob("*") if p.is_file())


async def test_install_list_delete(yard: Yard) -> None:
    issuer = authority()
    hashes = root_hashes(certificate_pem(issuer.certificate))

    assert install(yard, issuer) == "Accepted"
    listed = yard.ask("2.0.1", "GetInstalledCertificateIds", {})
    assert listed["certificateHashDataChain"] == [
        {"certificateType": CSMS, "certificateHashData": hashes}
    ]
    wanted = {
        "certificateHashData": {
            **hashes,
            "serialNumber": "00" + hashes["serialNumber"].upper(),
        }
    }
    assert yard.ask("2.0.1", "DeleteCertificate", wanted) == {"status": "Accepted"}
    assert yard.ask("2.0.1", "DeleteCertificate", wanted) == {"status": "NotFound"}
    assert yard.ask("2.0.1", "GetInstalledCertificateIds", {}) == {"status": "NotFound"}
    assert list(files(yard.folder or Path())) == []


async def test_other_hash_algorithms(yard: Yard) -> None:
    issuer = authority()
    install(yard, issuer)
    wanted = root_hashes(certificate_pem(issuer.certificate), "SHA512")

    answer = yard.ask("2.0.1", "DeleteCertificate", {"certificateHashData": wanted})

    assert answer == {"status": "Accepted"}


async def test_1_6_calls_them_otherwise(yard: Yard) -> None:
    pem = certificate_pem(authority().certificate)
    kind = {"certificateType": "CentralSystemRootCertificate"}

    assert yard.ask("1.6", "InstallCertificate", {**kind, "certificate": pem}) == {
        "status": "Accepted"
    }
    answer = yard.ask("1.6", "GetInstalledCertificateIds", kind)
    assert answer["certificateHashData"] == [root_hashes(pem)]
    assert (
        list(schemas("1.6").response("GetInstalledCertificateIds").misfits(answer))
        == []
    )


async def test_they_survive_and_are_for_us_alone(yard: Yard) -> None:
    install(yard, authority())

    assert len(Yard(yard.folder).maintenance.roots) == 1
    assert {stat.S_IMODE(p.stat().st_mode) for p in files(yard.folder or Path())} == {
        0o600
    }


async def test_what_is_no_root(yard: Yard) -> None:
    issuer = authority()
    leaf = client(issuer, name_of("L", None), new_key().public_key(), VALID)
    pems = [
        "rubbish",
        certificate_pem(leaf),
        certificate_pem(authority(period=PAST).certificate),
        certificate_pem(issuer.certificate) + certificate_pem(leaf),
    ]

    answers = [
        yard.ask(
            "2.0.1", "InstallCertificate", {"certificateType": CSMS, "certificate": pem}
        )
        for pem in pems
    ]

    assert {a["status"] for a in answers} == {"Rejected"}
    assert {a["statusInfo"]["reasonCode"] for a in answers} == {"InvalidCertificate"}


async def test_there_is_room_for_so_many(yard: Yard) -> None:
    statuses = [install(yard, authority(f"CA {n}")) for n in range(21)]

    assert statuses == ["Accepted"] * 20 + ["Rejected"]


async def test_the_last_one_that_the_link_depends_on_stays(yard: Yard) -> None:
    issuer = authority()
    install(yard, issuer)
    yard.values.override("SecurityCtrlr/SecurityProfile", "2")
    wanted = {"certificateHashData": root_hashes(certificate_pem(issuer.certificate))}

    assert yard.ask("2.0.1", "DeleteCertificate", wanted)["status"] == "Failed"
    install(yard, authority("Another"))
    assert yard.ask("2.0.1", "DeleteCertificate", wanted)["status"] == "Accepted"


# -- the station's own


def ask(yard: Yard) -> Any:
    """The signing request that is sent, read."""
    yard.clock.is_stopped = True
    assert yard.maintenance.ask_for_certificate()
    told = yard.told("SignCertificate")
    assert len(told) == 1
    return read_request(told[0]["csr"])


def signed(
    yard: Yard, issuer: Issuer, key: Any, name: str = "CP", period: Period = VALID
) -> Any:
    leaf = client(issuer, name_of(name, None), key, period)
    chain = certificate_pem(leaf) + certificate_pem(issuer.certificate)
    return yard.ask("2.0.1", "CertificateSigned", {"certificateChain": chain})


async def test_it_asks_in_the_name_of_its_operator(yard: Yard) -> None:
    yard.values.set("SecurityCtrlr", "OrganizationName", value="Example")

    request = ask(yard)

    assert (request.common_name, request.organization) == ("CP", "Example")


async def test_what_is_signed_is_used(yard: Yard) -> None:
    used: list[tuple[Path, Path]] = []
    own = yard.maintenance.own_certificate
    own.on_activated = lambda certificate, key: used.append((certificate, key))
    request = ask(yard)
    before = own.files()

    answer = signed(yard, authority(), request.public_key)

    assert answer == {"status": "Accepted"}
    assert before is None
    assert used == [own.files()]
    assert {stat.S_IMODE(p.stat().st_mode) for p in files(yard.folder or Path())} == {
        0o600
    }
    assert not list((yard.folder or Path()).rglob("*.pending.key"))


async def test_a_key_survives_a_restart(yard: Yard) -> None:
    request = ask(yard)

    assert (
        signed(Yard(yard.folder), authority(), request.public_key)["status"]
        == "Accepted"
    )


@pytest.mark.parametrize("case", ["key", "name", "past", "rubbish", "chain"])
async def test_what_does_not_fit_is_refused(yard: Yard, case: str) -> None:
    key = ask(yard).public_key
    issuer = authority()
    if case == "rubbish":
        answer = yard.ask("2.0.1", "CertificateSigned", {"certificateChain": "x"})
    elif case == "chain":
        leaf = client(issuer, name_of("CP", None), key, VALID)
        pem = certificate_pem(leaf) + certificate_pem(authority("Another").certificate)
        answer = yard.ask("2.0.1", "CertificateSigned", {"certificateChain": pem})
    else:
        other = new_key().public_key() if case == "key" else key
        name = "Somebody" if case == "name" else "CP"
        answer = signed(yard, issuer, other, name, PAST if case == "past" else VALID)

    assert answer["status"] == "Rejected"
    assert yard.maintenance.own_certificate.files() is None
    assert [e["type"] for e in yard.told("SecurityEventNotification")] == [
        "InvalidChargingStationCertificate"
    ]


async def test_it_asks_again_ever_more_rarely(yard: Yard) -> None:
    import asyncio

    yard.maintenance.ask_for_certificate()
    await asyncio.sleep(0.05)

    assert yard.clock.waited == [30, 60, 120]
    assert len(yard.told("SignCertificate")) == 4


async def test_nobody_else_can_have_a_certificate_of_that_type(yard: Yard) -> None:
    answer = yard.ask(
        "2.0.1",
        "CertificateSigned",
        {"certificateChain": "x", "certificateType": "V2G20Certificate"},
    )

    assert answer["status"] == "Rejected"
    assert not yard.maintenance.ask_for_certificate("Nothing")
