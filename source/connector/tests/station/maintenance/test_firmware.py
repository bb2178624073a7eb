"""Firmware: from the request to the boot."""

from __future__ import annotations

import asyncio
import base64
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding

from connector.ocppj.schemas import schemas
from connector.security.key_pairs import certificate_pem, new_key
from connector.security.signing import Issuer, Period, client, name_of, root
from connector.station.device_model import DeviceModel
from connector.station.maintenance import Maintenance
from connector.station.maintenance.options import InstallationFailed
from connector.station.times import iso
from connector.tests.station.maintenance.conftest import QuickClock, Server, Yard

ACTION = "FirmwareStatusNotification"
WHOLE = ["Downloading", "Downloaded", "Installing", "InstallRebooting", "Installed"]
_NOW = datetime.now(UTC)
VALID = Period(_NOW - timedelta(days=1), _NOW + timedelta(days=1))
PAST = Period(_NOW - timedelta(days=3), _NOW - timedelta(days=2))


class Maker:
    """A manufacturer that signs firmware."""

    def __init__(self, kind: str = "ec", period: Period = VALID) -> None:
        key = new_key()
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        self.root = root(key, name_of("Maker", None), VALID)
        issuer = Issuer(key, self.root)
        self.key = new_key(kind)  # type: ignore[arg-type]
        public = self.key.public_key()
        self.leaf = client(issuer, name_of("Firmware", None), public, period)

    def sign(self, content: bytes) -> dict[str, str]:
        if isinstance(self.key, ec.EllipticCurvePrivateKey):
            signed = self.key.sign(content, ec.ECDSA(hashes.SHA256()))
        else:
            pss = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
            signed = self.key.sign(content, pss, hashes.SHA256())
        return {
            "signature": base64.b64encode(signed).decode(),
            "signingCertificate": certificate_pem(self.leaf),
        }


def request(url: str, **more: Any) -> dict[str, Any]:
    tries = {
        name: more.pop(name) for name in ("retries", "retryInterval") if name in more
    }
    firmware = {"location": url, "retrieveDateTime": "2020-01-01T00:00:00Z", **more}
    return {"requestId": 7, "firmware": firmware, **tries}


async def update(yard: Yard, url: str, **more: Any) -> list[str]:
    answer = yard.ask("2.0.1", "UpdateFirmware", request(url, **more))
    assert answer["status"] == "Accepted", answer
    await yard.maintenance.firmware.settled()
    return yard.statuses(ACTION)


async def test_an_update(yard: Yard, server: Server) -> None:
    statuses = await update(yard, f"{server.url}/fw-1.2.3.bin")

    assert statuses == WHOLE
    assert yard.reboots == ["FirmwareUpdate"]
    assert yard.bench.core.model.firmware_version == "1.2.3"
    assert yard.values.get("Controller", "FirmwareVersion").value == "1.2.3"
    assert list(yard.folder.glob("*.firmware")) == []  # type: ignore[union-attr]


async def test_every_status_has_the_id_of_the_request(
    yard: Yard, server: Server
) -> None:
    yard.ask("2.0.1", "UpdateFirmware", request(f"{server.url}/fw-1.2.3.bin"))
    await yard.maintenance.firmware.settled()

    told = yard.told(ACTION)

    assert {each["requestId"] for each in told} == {7}
    known = schemas("2.1").request(ACTION)
    assert [m for each in told for m in known.misfits(each)] == []


async def test_an_update_of_1_6_has_no_id(yard: Yard, server: Server) -> None:
    payload = {
        "location": f"{server.url}/fw.bin",
        "retrieveDate": "2020-01-01T00:00:00Z",
    }

    assert yard.ask("1.6", "UpdateFirmware", payload) == {}
    await yard.maintenance.firmware.settled()

    told = yard.told(ACTION)
    assert [each["status"] for each in told] == WHOLE
    assert all("requestId" not in each for each in told)


async def test_what_waits_for_its_time(yard: Yard, server: Server) -> None:
    now_ms = yard.clock.now_ms()
    statuses = await update(
        yard,
        f"{server.url}/fw-1.2.3.bin",
        retrieveDateTime=iso(now_ms + 7_200_000),
        installDateTime=iso(now_ms + 9_000_000),
    )

    assert statuses == [
        "DownloadScheduled",
        "Downloading",
        "Downloaded",
        "InstallScheduled",
        *WHOLE[2:],
    ]
    assert yard.clock.now_ms() >= now_ms + 9_000_000


@pytest.mark.parametrize(
    ("path", "tries"),
    [
        ("/none", 3),
        ("/denied", 1),
        ("/short", 3),
        ("/circle", 18),
    ],
)
async def test_what_cannot_be_downloaded(
    yard: Yard, server: Server, path: str, tries: int
) -> None:
    statuses = await update(yard, f"{server.url}{path}", retries=2, retryInterval=5)

    assert statuses == ["Downloading", "DownloadFailed"]
    assert len(server.asked) == tries
    assert yard.reboots == []


async def test_nobody_there(yard: Yard) -> None:
    assert await update(yard, "http://127.0.0.1:1/fw", retries=0) == [
        "Downloading",
        "DownloadFailed",
    ]


async def test_what_is_too_large_is_given_up(tmp_path: Path, server: Server) -> None:
    yard = Yard(tmp_path, most_firmware_bytes=1_000_000)

    assert await update(yard, f"{server.url}/endless") == [
        "Downloading",
        "DownloadFailed",
    ]
    assert len(server.asked) == 1


async def test_who_says_nothing_is_given_up(tmp_path: Path, server: Server) -> None:
    yard = Yard(tmp_path, idle_timeout_s=0.1)

    statuses = await update(yard, f"{server.url}/hangs", retries=0)

    assert statuses == ["Downloading", "DownloadFailed"]


async def test_another_try(yard: Yard, server: Server) -> None:
    statuses = await update(
        yard, f"{server.url}/second-time", retries=1, retryInterval=90
    )

    assert statuses == WHOLE
    assert 90 in yard.clock.waited


async def test_a_redirection(yard: Yard, server: Server) -> None:
    assert await update(yard, f"{server.url}/moved") == WHOLE


@pytest.mark.parametrize(
    "url", ["ftp://h/fw", "file:///etc/passwd", "fw.bin", "http://[", ""]
)
async def test_places_that_are_none(yard: Yard, url: str) -> None:
    answer = yard.ask("2.0.1", "UpdateFirmware", request(url))
    plain = {"location": url, "retrieveDate": "2020-01-01T00:00:00Z"}
    yard.ask("1.6", "UpdateFirmware", plain)
    await yard.maintenance.firmware.settled()

    assert (answer["status"], answer["statusInfo"]["reasonCode"]) == (
        "Rejected",
        "InvalidURL",
    )
    assert yard.statuses(ACTION) == ["Downloading", "DownloadFailed"]


@pytest.mark.parametrize("kind", ["ec", "rsa"])
async def test_signed_firmware(yard: Yard, server: Server, kind: str) -> None:
    maker = Maker(kind)
    yard.maintenance.roots.install(
        "ManufacturerRootCertificate", certificate_pem(maker.root), yard.clock.now_ms()
    )

    statuses = await update(
        yard, f"{server.url}/fw-2.bin", **maker.sign(server.content)
    )

    assert statuses == [*WHOLE[:2], "SignatureVerified", *WHOLE[2:]]


async def test_firmware_that_was_changed(yard: Yard, server: Server) -> None:
    maker = Maker()
    yard.maintenance.roots.install(
        "ManufacturerRootCertificate", certificate_pem(maker.root), yard.clock.now_ms()
    )
    payload = request(f"{server.url}/fw", **maker.sign(b"another"))

    yard.ask("1.6", "SignedUpdateFirmware", payload)
    await yard.maintenance.firmware.settled()

    events = yard.bench.told()
    told = [e.details for e in events if hasattr(e, "details")]
    assert [d.get("status") for d in told if "status" in d][-1] == "InvalidSignature"
    assert {"type": "InvalidFirmwareSignature"}.items() <= dict(
        next(d for d in told if "type" in d)
    ).items()


@pytest.mark.parametrize("signer", [Maker("ec", PAST), Maker()])
async def test_whose_certificate_is_not_trusted(
    yard: Yard, server: Server, signer: Maker
) -> None:
    is_expired = signer.leaf.not_valid_after_utc < datetime.now(UTC)
    trusted = signer if is_expired else Maker()
    yard.maintenance.roots.install(
        "ManufacturerRootCertificate",
        certificate_pem(trusted.root),
        yard.clock.now_ms(),
    )
    payload = request(f"{server.url}/fw", **signer.sign(server.content))

    assert (
        yard.ask("2.0.1", "UpdateFirmware", payload)["status"] == "InvalidCertificate"
    )
    assert yard.ask("1.6", "SignedUpdateFirmware", payload) == {
        "status": "InvalidCertificate"
    }
    assert [e["type"] for e in yard.told("SecurityEventNotification")] == [
        "InvalidFirmwareSigningCertificate"
    ] * 2
    assert server.asked == []


async def test_half_a_signature(yard: Yard, server: Server) -> None:
    answer = yard.ask(
        "2.0.1", "UpdateFirmware", request(f"{server.url}/fw", signature="x")
    )

    assert answer["status"] == "Rejected"


async def test_a_newer_one_cancels(yard: Yard, server: Server) -> None:
    yard.ask("2.0.1", "UpdateFirmware", request(f"{server.url}/hangs"))
    for _ in range(200):
        await asyncio.sleep(0.01)
        if server.asked:
            break

    answer = yard.ask(
        "2.0.1", "UpdateFirmware", {**request(f"{server.url}/fw"), "requestId": 8}
    )
    server.released.set()
    await yard.maintenance.firmware.settled()

    told = yard.told(ACTION)
    assert answer["status"] == "AcceptedCanceled"
    assert [(e["requestId"], e["status"]) for e in told] == [
        (7, "Downloading"),
        *((8, status) for status in WHOLE),
    ]


async def test_what_is_being_installed_is_not_cancelled(
    tmp_path: Path, server: Server
) -> None:
    going = asyncio.Event()
    free = asyncio.Event()

    async def install(path: Path, name: str) -> str:
        going.set()
        await free.wait()
        return "9"

    yard = Yard(tmp_path, install=install)
    yard.ask("2.0.1", "UpdateFirmware", request(f"{server.url}/fw"))
    await going.wait()
    trigger = yard.maintenance.told_last(ACTION)

    answer = yard.ask("2.0.1", "UpdateFirmware", request(f"{server.url}/fw"))
    plain = {"location": f"{server.url}/fw", "retrieveDate": "2020-01-01T00:00:00Z"}
    yard.ask("1.6", "UpdateFirmware", plain)
    free.set()
    await yard.maintenance.firmware.settled()

    assert answer["statusInfo"]["reasonCode"] == "FwUpdateInProgress"
    assert trigger == {"status": "Installing", "requestId": 7}
    assert yard.maintenance.told_last(ACTION) == {"status": "Idle"}
    assert yard.statuses(ACTION) == WHOLE


@pytest.mark.parametrize(
    ("problem", "status"),
    [
        (InstallationFailed("flash"), "InstallationFailed"),
        (InstallationFailed("crc", is_unfit=True), "InstallVerificationFailed"),
        (OSError("disk"), "InstallationFailed"),
        (RuntimeError("of others"), "InstallationFailed"),
    ],
)
async def test_an_installation_that_fails(
    tmp_path: Path, server: Server, problem: Exception, status: str
) -> None:
    async def install(path: Path, name: str) -> str:
        raise problem

    yard = Yard(tmp_path, install=install)

    assert await update(yard, f"{server.url}/fw") == [*WHOLE[:3], status]
    assert yard.bench.core.model.firmware_version == "1.0"


async def test_nothing_is_installed_while_somebody_charges(
    yard: Yard, server: Server
) -> None:
    charge(yard)
    yard.clock.is_stopped = True
    yard.values.set(
        "ChargingStation", "AllowNewSessionsPendingFirmwareUpdate", value="false"
    )
    yard.ask("2.0.1", "UpdateFirmware", request(f"{server.url}/fw"))
    seen: list[str] = []
    for _ in range(500):
        seen += yard.statuses(ACTION)
        if seen and seen[-1] == "InstallScheduled":
            break
        await asyncio.sleep(0.01)

    other = yard.bench.core.evses[2].status(1), yard.bench.core.status(2, 1)[0]
    assert seen == ["Downloading", "Downloaded", "InstallScheduled"]
    assert "Unavailable" in (*other, yard.bench.core.status(0)[0])
    assert len(list(yard.bench.core.all_running())) == 1


def charge(yard: Yard) -> None:
    from connector.station.core.tokens import Verdict
    from connector.tests.station.core.bench import CARD

    yard.bench.plug()
    yard.bench.swipe()
    yard.bench.core.authorized(1, CARD, Verdict("Accepted"), yard.bench.now_ms)
    assert list(yard.bench.core.all_running())
    yard.bench.told()


async def test_it_is_installed_once_nobody_charges(yard: Yard, server: Server) -> None:
    charge(yard)
    real = yard.clock.call_later

    def call_later(delay_s: float, callback: Any) -> Any:
        if delay_s == 2.0:
            yard.bench.core.end_all("Local", yard.clock.now_ms())
        return real(delay_s, callback)

    yard.clock.call_later = call_later  # type: ignore[method-assign]
    yard.ask("2.0.1", "UpdateFirmware", request(f"{server.url}/fw"))
    await yard.maintenance.firmware.settled()

    assert yard.statuses(ACTION) == [*WHOLE[:2], "InstallScheduled", *WHOLE[2:]]


async def test_a_process_that_starts_again_says_that_it_is_done(
    yard: Yard, server: Server
) -> None:
    yard.boots_at_once = False
    yard.clock.is_stopped = True
    yard.ask("2.0.1", "UpdateFirmware", request(f"{server.url}/fw-3.1.bin"))
    for _ in range(500):
        if yard.reboots:
            break
        await asyncio.sleep(0.01)

    again = Yard(yard.folder)
    again.maintenance.start()

    assert again.told(ACTION) == [{"status": "Installed", "requestId": 7}]
    assert again.bench.core.model.firmware_version == "3.1"


async def test_an_idle_station_has_no_parts(tmp_path: Path) -> None:
    yard = Yard(tmp_path)

    yard.maintenance.start()
    yard.maintenance.booted()

    assert yard.maintenance.told_last(ACTION) == {"status": "Idle"}
    assert not {"firmware", "logs", "roots", "teller"} & set(vars(yard.maintenance))


def test_without_a_folder() -> None:
    bench = Yard(None).bench
    model = DeviceModel(bench.core.model)

    found = Maintenance(
        bench.core, model, QuickClock(), None, reboot=lambda reason: None
    )

    assert found.told_last("LogStatusNotification") == {"status": "Idle"}
