"""Quirks of links: how they begin, when they end, and who is at their other end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import orjson
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.client import ClientProtocol
from websockets.exceptions import InvalidStatus
from websockets.frames import Frame, Opcode

from connector.csms.events import Connected, Disconnected
from connector.csms.options import StationOptions
from connector.errors import CallErrorReceived
from connector.sessions.websocket_server import ServerOptions, WebSocketServer
from connector.tests.csms.conftest import NAME, Harness, settle
from connector.tests.quirks.bench import shown

Start = Callable[..., Any]


# -- 22 to 25: the handshake


@asynccontextmanager
async def served(system: Harness, **options: Any) -> AsyncIterator[str]:
    """The central system at a real socket; gives the beginning of its URL."""
    server = WebSocketServer(
        ServerOptions(host="127.0.0.1", port=0, **options),
        system.central.gate,
        system.central.serve,
    )
    await server.start()
    try:
        async with asyncio.timeout(20):
            yield f"ws://127.0.0.1:{server.port}"
    finally:
        await server.stop()


async def ask(link: ClientConnection, action: str, **payload: Any) -> Any:
    """Send a call; the frame that answers it."""
    await link.send(orjson.dumps([2, "7", action, payload]).decode())
    while True:
        frame = orjson.loads(await link.recv())
        if frame[1] == "7":
            return frame


async def test_a_station_that_offers_no_subprotocol_speaks_1_6(
    system: Harness,
) -> None:
    """Row 22: no subprotocol offered."""
    async with served(system) as url, connect(f"{url}/{NAME}", proxy=None) as link:
        assert link.subprotocol is None
        answer = await ask(
            link, "BootNotification", chargePointVendor="V", chargePointModel="M"
        )
        assert (answer[0], answer[2]["status"]) == (3, "Accepted")
        assert shown(system)["0__ocpp_version"] == "1.6"


@pytest.mark.parametrize(
    "offered", [["ocpp1.6"], ["ocpp1.6", "ocpp2.0.1"], ["ocpp1.5", "ocpp1.6", "x"]]
)
async def test_of_several_subprotocols_in_any_order_one_that_is_known_is_taken(
    system: Harness, offered: list[Any]
) -> None:
    """Row 23: several offered, order unstable."""
    async with (
        served(system) as url,
        connect(f"{url}/{NAME}", subprotocols=offered, proxy=None) as link,
    ):
        assert link.subprotocol == "ocpp1.6"
        assert (await ask(link, "Heartbeat"))[0] == 3


async def test_frames_of_another_version_are_refused_and_logged(
    system: Harness, caplog: pytest.LogCaptureFixture
) -> None:
    """Row 24: 1.6-shaped frames on a 2.0.1 link (and the reverse)."""
    end = await system.connect()
    payload = {
        "reason": "PowerUp",
        "chargingStation": {"vendorName": "V", "model": "M"},
    }
    with pytest.raises(CallErrorReceived) as caught:
        await end.say_raw("BootNotification", payload)
    assert caught.value.code == "OccurenceConstraintViolation"
    with pytest.raises(CallErrorReceived):
        await end.say_raw("TransactionEvent", {})
    assert "BootNotification was answered with" in caplog.text
    assert (await end.boot())["status"] == "Accepted"


@pytest.mark.parametrize("identity", ["CP-7", "CP 7/ä", "DE*ABC*E1"])
async def test_the_identity_is_the_last_segment_of_any_path(
    start: Start, identity: str
) -> None:
    """Row 25: path prefixes, id = last segment."""
    name = identity.split("/", maxsplit=1)[0]
    system = await start(stations={name: StationOptions()})
    async with (
        served(system) as url,
        connect(
            f"{url}/steve/websocket/CentralSystemService/{name.replace(' ', '%20')}",
            proxy=None,
        ) as link,
    ):
        assert (await ask(link, "Heartbeat"))[0] == 3
        assert shown(system, name)["0__connected"] is True


# -- 26, 27, 28: links


async def test_the_newest_link_of_an_identity_wins(system: Harness) -> None:
    """Row 26: duplicate connection same id."""
    system.hear(Connected, Disconnected)
    old = await system.connect()
    new = await system.connect()
    await asyncio.wait(old.tasks, timeout=10)
    assert old.close_code == 1008
    assert await new.status("Available") == {}
    assert shown(system)["0__connected"] is True
    assert shown(system)["0__reconnects"] == 1
    assert [type(event) for event in system.events] == [Connected, Connected]


def latency_shown(system: Harness) -> Any:
    return shown(system).get("0__latency_ms")


def hearing(hear: Callable[[], bool]) -> type[ClientConnection]:
    """A station's end that asks ``hear`` at each pong whether it is sent."""

    class Hearing(ClientConnection):
        def __init__(self, protocol: ClientProtocol, **options: Any) -> None:
            super().__init__(protocol, **options)
            send = protocol.send_frame

            def send_frame(frame: Frame) -> None:
                if frame.opcode is not Opcode.PONG or hear():
                    send(frame)

            protocol.send_frame = send_frame  # type: ignore[method-assign]

    return Hearing


async def test_a_half_open_link_is_ended_and_its_latency_was_shown(
    system: Harness,
) -> None:
    """Row 27: half-open TCP; chargers that ignore pings."""
    has_ponged, is_gone = asyncio.Event(), asyncio.Event()
    system.central.events.subscribe(Disconnected, lambda _: is_gone.set())
    async with served(system, ping_interval_s=0.1) as url:
        end = hearing(lambda: has_ponged.set() is None)
        link = await connect(f"{url}/{NAME}", proxy=None, create_connection=end)
        await has_ponged.wait()
        await settle()
        assert (await ask(link, "Heartbeat"))[0] == 3
        assert isinstance(latency_shown(system), float)
        # Nothing comes from it any more, and nobody closes anything.
        link.transport.pause_reading()
        await is_gone.wait()
        assert shown(system)["0__connected"] is False
        link.transport.abort()
        await link.wait_closed()


async def test_a_station_that_ignores_pings_stays_connected(system: Harness) -> None:
    """Row 27: half-open TCP; chargers that ignore pings."""
    was_pinged = asyncio.Event()

    def ignore() -> bool:
        was_pinged.set()
        return False

    system.hear(Disconnected)
    async with (
        served(system, ping_interval_s=0.02) as url,
        connect(f"{url}/{NAME}", proxy=None, create_connection=hearing(ignore)) as link,
    ):
        await was_pinged.wait()
        assert (await ask(link, "Heartbeat"))[0] == 3
        assert latency_shown(system) is None
        assert system.events == []


async def test_a_station_that_never_comes_back_says_when_it_was_seen_last(
    system: Harness,
) -> None:
    """Row 28: charger never redials after drop (Teison, FoxESS 6-19 min)."""
    end = await system.connect(boots=True)
    await system.advance(45)
    await end.status("Available")
    await end.leave()
    await system.advance(1200)
    values = shown(system)
    assert values["0__connected"] is False
    assert values["0__last_seen"] == "2026-01-31T12:00:45Z"
    await system.connect()
    assert shown(system)["0__connected"] is True


# -- 55: who it is


async def test_an_unknown_station_is_pending_shown_and_adopted(start: Start) -> None:
    """Row 55: unknown charger connects."""
    system = await start(stations={})
    end = await system.connect("New")
    answer = await end.boot()
    assert (answer["status"], answer["interval"]) == ("Pending", 30)
    (waiting,) = system.central.pending()
    assert (waiting.station, waiting.vendor, waiting.model) == ("New", "V", "M")
    assert await system.central.adopt("New") == ("accepted", "")
    assert end.asked("TriggerMessage") == [{"requestedMessage": "BootNotification"}]
    assert (await end.boot())["status"] == "Accepted"


@pytest.mark.parametrize(
    ("policy", "status"), [("accept", "Accepted"), ("pending", "Pending")]
)
async def test_the_policy_says_what_becomes_of_an_unknown_station(
    start: Start, policy: str, status: str
) -> None:
    """Row 55: unknown charger connects (policy setting)."""
    system = await start(stations={}, unknown_stations=policy)
    end = await system.connect("New")
    assert (await end.boot())["status"] == status


async def test_strangers_may_be_refused_at_the_door(start: Start) -> None:
    """Row 55: unknown charger connects (policy setting)."""
    system = await start(stations={}, unknown_stations="reject")
    async with served(system) as url:
        with pytest.raises(InvalidStatus) as caught:
            await connect(f"{url}/New", proxy=None)
    assert caught.value.response.status_code == 401
    assert system.central.pending() == []
