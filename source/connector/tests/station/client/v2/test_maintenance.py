"""Firmware, logs and certificates, from the request to what the central system hears."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from connector.security.key_pairs import certificate_pem, new_key
from connector.security.requests import read_request
from connector.security.signing import Issuer, Period, client, name_of, root
from connector.station.times import iso
from connector.tests.station.client.bench import settle
from connector.tests.station.client.v2.bench import Central2, Json, Place2
from connector.tests.station.client.v2.conftest import Start2
from connector.tests.station.maintenance.conftest import Server, server

_NOW = datetime.now(UTC)
VALID = Period(_NOW - timedelta(days=1), _NOW + timedelta(days=30))
DEADLINE_S = 10.0
assert server


@contextmanager
def today(central: Central2) -> Iterator[None]:
    """Certificates of tests are valid now, not at the time that other tests have."""
    now_ms = _NOW.timestamp() * 1000
    central.now = lambda: iso(round(now_ms))  # type: ignore[method-assign]
    yield


def authority() -> Issuer:
    key = new_key()
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return Issuer(key, root(key, name_of("CA", None), VALID))


async def statuses(place: Place2, action: str, last: str) -> list[str]:
    """What is told until the last of it."""
    found: list[str] = []
    async with asyncio.timeout(DEADLINE_S):
        while last not in found:
            await asyncio.sleep(0.005)
            await place.wait(1)
            found = [each["status"] for each in place.central.of(action)]
    return found


async def install(place: Place2, issuer: Issuer, use: str) -> str:
    answer = await place.answered(
        "InstallCertificate",
        certificateType=use,
        certificate=certificate_pem(issuer.certificate),
    )
    found: str = answer["status"]
    return found


async def test_a_root_is_installed_listed_and_deleted(start: Start2) -> None:
    place = await start(begins=False)
    with today(place.central):
        await place.start()
        assert await install(place, authority(), "CSMSRootCertificate") == "Accepted"
    found = await place.answered("GetInstalledCertificateIds")
    (chain,) = found["certificateHashDataChain"]
    hashes = chain["certificateHashData"]
    gone = await place.answered("DeleteCertificate", certificateHashData=hashes)

    assert gone == {"status": "Accepted"}
    assert await place.answered("GetInstalledCertificateIds") == {"status": "NotFound"}


async def test_a_root_of_2_1_has_no_name_in_2_0_1(tmp_path: Path) -> None:
    answers: list[Json] = []
    for version in ("2.1", "2.0.1"):
        place = Place2(version, tmp_path)
        with today(place.central):
            await place.start()
            if version == "2.1":
                await install(place, authority(), "OEMRootCertificate")
        answers.append(await place.answered("GetInstalledCertificateIds"))
        await place.stop()
        assert place.central.misfits == []

    assert [each["status"] for each in answers] == ["Accepted", "NotFound"]


async def test_a_certificate_that_was_asked_for_is_used(
    start: Start2, tmp_path: Path
) -> None:
    place = await start(tmp_path, begins=False)
    with today(place.central):
        await place.start()
    await place.answered(
        "TriggerMessage", requestedMessage="SignChargingStationCertificate"
    )
    (told,) = place.central.of("SignCertificate")
    issuer, asked = authority(), read_request(told["csr"])
    name = name_of(asked.common_name, None)
    leaf = client(issuer, name, asked.public_key, VALID)
    chain = certificate_pem(leaf) + certificate_pem(issuer.certificate)
    answer = await place.answered("CertificateSigned", certificateChain=chain)

    assert answer == {"status": "Accepted"}
    assert place.maintenance.own_certificate.files() is not None


async def test_a_log_is_uploaded(start: Start2, server: Server) -> None:
    place = await start()
    answer = await place.answered(
        "GetLog",
        logType="DiagnosticsLog",
        requestId=8,
        log={"remoteLocation": f"{server.url}/kept/"},
    )
    found = await statuses(place, "LogStatusNotification", "Uploaded")
    ids = {each["requestId"] for each in place.central.of("LogStatusNotification")}

    assert answer["status"] == "Accepted"
    assert (found, ids) == (["Uploading", "Uploaded"], {8})
    assert list(server.taken) == [f"/kept/{answer['filename']}"]


async def test_firmware_is_updated_and_booted(start: Start2, server: Server) -> None:
    place = await start()
    answer = await place.answered(
        "UpdateFirmware",
        requestId=9,
        firmware={
            "location": f"{server.url}/fw-2.0.0.bin",
            "retrieveDateTime": "2020-01-01T00:00:00Z",
        },
    )
    found = await statuses(place, "FirmwareStatusNotification", "Installed")
    boots = place.central.of("BootNotification")

    assert answer["status"] == "Accepted"
    # What was on its way when the link ended is told again.
    assert list(dict.fromkeys(found))[:3] == ["Downloading", "Downloaded", "Installing"]
    assert boots[-1]["reason"] == "FirmwareUpdate"
    assert boots[-1]["chargingStation"]["firmwareVersion"] == "2.0.0"


@pytest.mark.parametrize(
    ("status", "is_refused"), [("Accepted", False), ("Rejected", True)]
)
async def test_a_central_system_that_does_not_sign_is_asked_no_more(
    start: Start2, tmp_path: Path, status: str, is_refused: bool
) -> None:
    place = await start(tmp_path)
    place.central.answers["SignCertificate"] = {"status": status}
    await place.answered(
        "TriggerMessage", requestedMessage="SignChargingStationCertificate"
    )
    await settle()
    await place.wait(200, step_s=20)

    assert (len(place.central.of("SignCertificate")) == 1) is is_refused
