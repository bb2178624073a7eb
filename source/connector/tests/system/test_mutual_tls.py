"""From nothing to mutual TLS, as an operator does it: a process, sockets, commands."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidMessage, InvalidStatus

from connector.cli.app import main as command_line
from connector.tests.ports import free_port
from connector.tests.system.listener import Listener
from connector.tests.system.process import ConnectorProcess
from connector.tests.system.secure_station import ROOT, SecureStation
from connector.tests.system.station import RawStation

pytestmark = pytest.mark.broker

Run = Callable[..., ConnectorProcess]
NAME = "CP-7"
TREE = f"ocpp/stations/{NAME}/0"


def say(*arguments: str) -> None:
    """`ocpp-connector` with these arguments; it has to succeed."""
    with pytest.raises(SystemExit) as ended:
        raise SystemExit(command_line(arguments))
    assert ended.value.code == 0


@pytest.fixture
def pki(tmp_path: Path) -> Path:
    """The folder of a CA that was made before the first start."""
    data = str(tmp_path)
    say("pki", "init", "--data-dir", data, "--output", str(tmp_path / "root.pem"))
    say("pki", "server", "localhost", "127.0.0.1", "--data-dir", data)
    return tmp_path / "pki"


def tls(pki: Path, **more: str) -> dict[str, str]:
    """The settings of a connector with mutual TLS."""
    return {
        "OCPP_TLS_PORT": str(free_port()),
        "OCPP_TLS_CERT": str(pki / "server.pem"),
        "OCPP_TLS_KEY": str(pki / "server.key"),
        "OCPP_TLS_CLIENT_CA": str(pki / "station-ca.pem"),
        **more,
    }


class Site:
    """A connector that runs, its broker, and one station."""

    def __init__(
        self, process: ConnectorProcess, listener: Listener, port: int
    ) -> None:
        self.process = process
        self.listener = listener
        self.tls_port = port

    async def until(self, topic: str, test: Callable[[Any], bool]) -> Any:
        return await asyncio.to_thread(self.listener.until, topic, test)

    async def command(self, name: str, value: Any) -> dict[str, Any]:
        """Write a command; its next outcome."""
        topic = f"{TREE}/{name}/result"
        before = self.listener.last.get(topic)
        await asyncio.to_thread(self.listener.publish, f"{TREE}/{name}/set", value)
        found: dict[str, Any] = await self.until(
            topic, lambda _: self.listener.last[topic] != before
        )
        return found

    async def comes_with(self, station: SecureStation, profile: int) -> RawStation:
        """The station comes with what it was asked for; all is told."""
        link = await station.come()
        await self.until(f"{TREE}/security_profile", lambda v: v == profile)
        said = f"it has come with profile {profile}"
        late = await self.until(
            f"{TREE}/security_profile/result", lambda v: v["detail"] == said
        )
        assert late["outcome"] == "accepted"
        return link


async def refused(station: SecureStation) -> int:
    """The status with which a station is not let in."""
    with pytest.raises(InvalidStatus) as caught:
        await station.come()
    station.link = None
    return caught.value.response.status_code


@pytest.fixture
async def leave() -> AsyncIterator[list[SecureStation]]:
    """Stations that leave at the end."""
    stations: list[SecureStation] = []
    yield stations
    for station in stations:
        if station.link is not None:
            await station.link.close()


async def test_a_key_that_was_handed_over_lets_its_station_in_alone(
    pki: Path, tmp_path: Path, run: Run, listener: Listener
) -> None:
    here = ("--data-dir", str(tmp_path), "--output-dir", str(tmp_path / "keys"))
    await asyncio.to_thread(say, "pki", "issue", NAME, *here)
    settings = tls(pki, STATIONS=json.dumps({NAME: {"security_profile": 3}}))
    process = run(**settings)
    port = int(settings["OCPP_TLS_PORT"])
    trusting = ssl.create_default_context(cafile=str(tmp_path / "root.pem"))
    known = ssl.create_default_context(cafile=str(tmp_path / "root.pem"))
    known.load_cert_chain(tmp_path / "keys/CP-7.pem", tmp_path / "keys/CP-7.key")
    protocols: Any = ["ocpp1.6"]

    async with connect(f"wss://localhost:{port}/{NAME}", ssl=known, subprotocols=protocols):  # fmt: skip
        await asyncio.to_thread(listener.until, f"{TREE}/security_profile", lambda v: v == 3)  # fmt: skip
        days = await asyncio.to_thread(listener.until, f"{TREE}/certificate_days_left")
        assert days in (364, 365)
    for context, url in (
        (trusting, f"wss://localhost:{port}/{NAME}"),
        (None, f"ws://127.0.0.1:{process.ocpp_port}/{NAME}"),
        (trusting, f"wss://localhost:{port}/other"),
    ):
        more: dict[str, Any] = {} if context is None else {"ssl": context}
        if url.endswith("other"):
            async with connect(url, subprotocols=protocols, **more):
                pass  # it waits for adoption
            continue
        with pytest.raises(InvalidStatus) as caught:
            await connect(url, subprotocols=protocols, **more)
        assert caught.value.response.status_code == 401


async def test_a_station_is_taken_from_nothing_to_mutual_tls(
    pki: Path,
    tmp_path: Path,
    run: Run,
    listener: Listener,
    leave: list[SecureStation],
) -> None:
    settings = tls(pki, UNKNOWN_STATIONS="accept")
    process = run(**settings)
    port = int(settings["OCPP_TLS_PORT"])
    site = Site(process, listener, port)
    station = SecureStation(NAME, tmp_path, process.ocpp_port, port)
    leave.append(station)
    await station.come()

    # Profile 1: a password that nobody has seen.
    assert (await site.command("security_profile", 1))["outcome"] == "rejected"
    assert (await site.command("password", True))["outcome"] == "accepted"
    assert (await site.command("security_profile", 1))["outcome"] == "accepted"
    await site.comes_with(station, 1)
    password, station.password = station.password, "wrong" * 4
    assert await refused(station) == 401
    station.password = password

    # Profile 2: the root of this server.
    await station.come()
    assert "install the one" in (await site.command("security_profile", 2))["detail"]
    payload = {"certificateType": ROOT, "certificate": (tmp_path / "root.pem").read_text()}  # fmt: skip
    install = {"action": "InstallCertificate", "payload": payload}
    assert (await site.command("call", install))["outcome"] == "accepted"
    assert (await site.command("security_profile", 2))["outcome"] == "accepted"
    await site.comes_with(station, 2)

    # Profile 3: a certificate of its own.
    assert "a certificate of its own" in (await site.command("security_profile", 3))["detail"]  # fmt: skip
    trigger = await site.command("trigger_message", "SignChargePointCertificate")
    assert trigger["outcome"] == "accepted"
    assert station.link is not None
    assert await station.ask_for_a_certificate() == {"status": "Accepted"}
    await station.link.until_received("CertificateSigned")
    await site.until(f"{TREE}/certificate_days_left", lambda v: v in (364, 365))
    assert (await site.command("security_profile", 3))["outcome"] == "accepted"
    await site.comes_with(station, 3)

    # No way back, and none in once the certificate is revoked.
    station.profile = 2
    assert await refused(station) == 401
    station.profile = 3
    link = await station.come()
    [issued] = [c for c in await listed(tmp_path) if c["station"] == NAME]
    await asyncio.to_thread(
        say, "pki", "revoke", issued["serial"], "--data-dir", str(tmp_path)
    )
    async with asyncio.timeout(15):
        await link.websocket.wait_closed()
    assert link.websocket.close_code == 1008
    with pytest.raises((InvalidMessage, OSError, EOFError)):
        await station.come()
    station.link = None
    assert str(password) not in process.log()


async def listed(data_dir: Path) -> list[dict[str, Any]]:
    """What was issued, as the store says."""
    from connector.csms.clock import SystemClock
    from connector.csms.pki import open_pki
    from connector.store import open_store

    store = open_store(f"sqlite:///{data_dir / 'connector.sqlite'}")
    async with open_pki(data_dir, store, None, SystemClock().now_ms) as pki:
        return [{"serial": r.serial, "station": r.station} for r in await pki.list()]
