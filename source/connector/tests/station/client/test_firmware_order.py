"""Firmware updates around the reboot: what is told before it, after it, and once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from connector.station.times import iso
from connector.tests.station.client.bench import SILENCE, Place, settle
from connector.tests.station.client.v2.bench import Place2
from connector.tests.station.maintenance.conftest import Server, server

assert server
DEADLINE_S = 10.0
FIRMWARE = ("FirmwareStatusNotification", "SignedFirmwareStatusNotification")
VERSIONS = ("1.6", "2.0.1", "2.1")
BEFORE = ["Downloading", "Downloaded", "Installing"]
BEFORE_2 = [*BEFORE, "InstallRebooting"]


@pytest.fixture(params=VERSIONS)
def version(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


@pytest_asyncio.fixture
async def place(version: str, tmp_path: Path) -> AsyncIterator[Place]:
    found = made(version, tmp_path)
    await found.start()
    yield found
    await found.stop()


def made(version: str, folder: Path, **more: Any) -> Place:
    if version == "1.6":
        return Place(folder, **more)
    return Place2(version, folder, **more)


def told(place: Place) -> list[str]:
    """Boots and firmware statuses, as they were heard."""
    return [
        payload.get("status", "boot")
        for action, payload in place.central.heard
        if action in (*FIRMWARE, "BootNotification")
    ]


def before(version: str) -> list[str]:
    return BEFORE if version == "1.6" else BEFORE_2


async def update(place: Place, version: str, url: str) -> None:
    now = iso(place.clock.now_ms())
    if version == "1.6":
        await place.central.ask("UpdateFirmware", location=url, retrieveDate=now)
        return
    firmware = {"location": url, "retrieveDateTime": now}
    await place.central.ask("UpdateFirmware", requestId=7, firmware=firmware)


async def until_told(place: Place, word: str) -> None:
    async with asyncio.timeout(DEADLINE_S):
        while word not in told(place):
            await asyncio.sleep(0.005)
            await place.wait(1)
    await settle()


async def test_the_order_is_installing_reboot_installed(
    place: Place, version: str, server: Server
) -> None:
    await update(place, version, f"{server.url}/fw-2.0.0.bin")
    await until_told(place, "Installed")
    await place.wait(120, step_s=5)

    assert told(place) == ["boot", *before(version), "boot", "Installed"]


async def test_a_slow_central_system_hears_nothing_late_or_twice(
    place: Place, version: str, server: Server
) -> None:
    central = place.central
    central.answers[FIRMWARE[0]] = lambda status: (
        SILENCE if status["status"] == "Installing" else {}
    )
    await update(place, version, f"{server.url}/fw-2.0.0.bin")
    await until_told(place, "Installing")
    await place.wait(10)
    assert told(place) == ["boot", *BEFORE]
    await central.say([3, central.unanswered[-1], {}])
    await until_told(place, "Installed")

    assert told(place) == ["boot", *before(version), "boot", "Installed"]


async def test_installed_outlives_a_process_that_ends_before_it_was_heard(
    place: Place, version: str, server: Server, tmp_path: Path
) -> None:
    def shuts(status: dict[str, Any]) -> object:
        if status["status"] == before(version)[-1]:
            place.central.shut()
        return {}

    place.central.answers[FIRMWARE[0]] = shuts
    await update(place, version, f"{server.url}/fw-2.0.0.bin")
    await until_told(place, before(version)[-1])
    await place.wait(700, step_s=5)
    assert "Installed" not in told(place)
    await place.stop()
    place.central.open()
    again = made(version, tmp_path, central=place.central)
    await again.start()
    await until_told(again, "Installed")
    await again.wait(60, step_s=5)
    await again.stop()

    assert told(again)[-2:] == ["boot", "Installed"]
    assert told(again).count("Installed") == 1


async def test_a_soft_reset_waits_for_statuses_too(place: Place, version: str) -> None:
    central = place.central
    central.answers["StatusNotification"] = SILENCE
    await place.plug()
    kind = "Soft" if version == "1.6" else "OnIdle"
    await place.unplug()
    await central.ask("Reset", type=kind)
    await place.wait(5)
    assert len(central.of("BootNotification")) == 1
    central.answers["StatusNotification"] = {}
    await central.say([3, central.unanswered[-1], {}])
    await place.wait(30)

    assert len(central.of("BootNotification")) == 2


async def test_a_soft_reset_does_not_wait_for_ever(place: Place, version: str) -> None:
    central = place.central
    central.answers["StatusNotification"] = SILENCE
    await place.plug()
    await place.unplug()
    kind = "Soft" if version == "1.6" else "OnIdle"
    await central.ask("Reset", type=kind)
    await place.wait(60)

    assert len(central.of("BootNotification")) == 2
