"""Stations come and go: who gets in, which link counts, who is asked to boot."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from websockets.datastructures import Headers

from connector.csms.central_system import LinkOptions
from connector.csms.events import Connected, Disconnected
from connector.errors import CallErrorReceived
from connector.sessions.websocket_server import Admission, HandshakeRequest, Refusal
from connector.tests.csms.conftest import NAME, Harness, settle

Start = Callable[..., Any]


def request(identity: str, address: str = "memory") -> HandshakeRequest:
    return HandshakeRequest(identity, f"/{identity}", Headers(), address)


async def refusal(system: Harness, identity: str, address: str = "memory") -> int:
    """The status that keeps a station out; 0: it gets in."""
    found = await system.central.gate(request(identity, address))
    if isinstance(found, Refusal):
        return found.status
    if found.end is not None:
        found.end()
    return 0


# -- who gets in


@pytest.mark.parametrize(
    ("policy", "status"), [("pending", 0), ("accept", 0), ("reject", 401)]
)
async def test_an_unknown_station_gets_in_as_the_policy_says(
    start: Start, policy: str, status: int
) -> None:
    system = await start(unknown_stations=policy)
    assert await refusal(system, "CP-9") == status
    assert await refusal(system, NAME) == 0


async def test_only_so_many_stations_may_wait(start: Start) -> None:
    system = await start(max_pending_stations=2)
    for identity in ("CP-8", "CP-9"):
        await system.connect(identity)
    assert await refusal(system, "CP-10") == 503
    assert await refusal(system, "CP-9") == 0
    assert await refusal(system, NAME) == 0
    await system.central.adopt("CP-8")
    assert await refusal(system, "CP-10") == 0


async def test_who_left_without_a_word_keeps_nobody_out(start: Start) -> None:
    system = await start(max_pending_stations=2)
    for identity in ("CP-7a", "CP-7b", "CP-7c"):
        end = await system.connect(identity)
        await end.leave()
    assert await refusal(system, "CP-8") == 0
    assert system.central.pending() == []


async def test_no_bound_lets_any_number_wait(start: Start) -> None:
    system = await start(max_pending_stations=0)
    await system.connect("CP-8")
    assert await refusal(system, "CP-9") == 0


async def test_an_address_has_only_so_many_links_that_are_not_adopted(
    start: Start,
) -> None:
    links = LinkOptions(max_frames_per_s=0, max_connections_per_address=2)
    system = await start(links=links)
    await system.connect()
    await system.connect("CP-8")
    assert await refusal(system, "CP-9") == 0
    end = await system.connect("CP-9")
    assert await refusal(system, "CP-10") == 429
    assert await refusal(system, "CP-10", "elsewhere") == 0
    assert await refusal(system, NAME) == 0
    await end.leave()
    assert await refusal(system, "CP-10") == 0


async def test_the_bound_of_an_address_lets_a_station_renew_its_link(
    start: Start,
) -> None:
    links = LinkOptions(max_frames_per_s=0, max_connections_per_address=1)
    system = await start(links=links)
    await system.connect("CP-8")
    assert await refusal(system, "CP-8") == 0


async def test_nobody_gets_in_while_we_stop(system: Harness) -> None:
    await system.central.stop()
    assert await refusal(system, NAME) == 503


async def test_who_waits_at_the_door_is_answered_when_we_stop(system: Harness) -> None:
    for _ in range(4):
        await system.connect()
    waiting = asyncio.create_task(refusal(system, NAME))
    await system.advance(1)
    assert not waiting.done()

    system.central.take_nobody_in()

    assert await waiting == 503


# -- links


async def test_all_stations_are_told_as_not_connected_at_the_start(
    system: Harness,
) -> None:
    assert system.told("connected", "0") == [False]
    assert system.central.connected == 0


async def test_what_is_told_of_a_station_that_connects(system: Harness) -> None:
    system.hear(Connected, Disconnected)
    end = await system.connect()
    assert system.newest("connected", "0") is True
    assert system.newest("ocpp_version", "0") == "1.6"
    assert system.newest("registration", "0") == "Accepted"
    assert system.newest("reconnects", "0") == 0
    assert system.newest("last_seen", "0") == "2026-01-31T12:00:00Z"
    await end.leave()
    assert system.newest("connected", "0") is False
    await system.connect()
    assert system.newest("reconnects", "0") == 1
    kinds = [type(event) for event in system.events]
    assert kinds == [Connected, Disconnected, Connected]


async def test_when_a_station_left_is_known_after_a_restart(start: Start) -> None:
    before = await start()
    end = await before.connect()
    await before.advance(60)
    await end.leave()
    seen_ms = before.station().seen_ms
    await before.central.stop()

    after = await start(store=before.store, clock=before.clock)

    assert seen_ms > before.station().since_ms
    assert after.station().seen_ms == seen_ms
    assert after.station().learned == before.station().learned


async def test_the_newest_link_wins_and_the_late_end_of_the_old_is_no_loss(
    system: Harness,
) -> None:
    system.hear(Disconnected)
    old = await system.connect()
    new = await system.connect()
    await asyncio.wait(old.tasks, timeout=10)
    assert old.close_code == 1008
    assert system.newest("connected", "0") is True
    assert system.events == []
    assert await new.status("Available") == {}
    assert system.newest("status") == "Available"


async def test_links_that_replace_each_other_are_slowed_down(
    system: Harness, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(4):
        await system.connect()
    assert "two devices" in caplog.text
    waiting = asyncio.create_task(system.central.gate(request(NAME)))
    await settle()
    assert not waiting.done()
    assert await refusal(system, "CP-9") == 0
    await system.advance(5)
    async with asyncio.timeout(10):
        assert isinstance(await waiting, Admission)
    await system.advance(60)
    assert await refusal(system, NAME) == 0


async def test_a_link_that_is_renewed_now_and_then_is_not_slowed_down(
    system: Harness,
) -> None:
    for _ in range(5):
        await system.connect()
        await system.advance(31)
    assert await refusal(system, NAME) == 0


# -- boots


async def test_a_boot_is_answered_and_shown(start: Start) -> None:
    system = await start(heartbeat_interval_s=0.4)
    end = await system.connect()
    answer = await end.boot(chargeBoxSerialNumber="S", firmwareVersion="F")
    assert answer == {
        "currentTime": "2026-01-31T12:00:00Z",
        "interval": 1,
        "status": "Accepted",
    }
    for name, value in {
        "vendor": "V",
        "model": "M",
        "serial_number": "S",
        "firmware_version": "F",
    }.items():
        assert system.newest(name, "0") == value


async def test_what_it_said_when_it_booted_is_known_after_a_restart(
    start: Start,
) -> None:
    before = await start()
    end = await before.connect(boots=True)
    await end.status("Available", connector=2)
    await before.central.stop()
    system = await start(before.store)
    assert system.newest("vendor", "0") == "V"
    assert system.station().places == ["1", "2"]


async def test_what_could_not_be_kept_is_kept_later(system: Harness) -> None:
    system.store.is_failing = True
    end = await system.connect()
    assert (await end.boot())["status"] == "Accepted"
    system.store.is_failing = False
    await system.advance(5)
    assert system.store.station_records[NAME].boot["chargePointVendor"] == "V"


async def test_a_status_before_the_boot_is_answered_and_shown(system: Harness) -> None:
    end = await system.connect()
    assert await end.status("Charging") == {}
    assert system.newest("status") == "Charging"
    assert system.newest("plugged") is True
    assert system.newest("status_iec") == "C"


async def test_a_station_that_does_not_boot_is_asked_to_after_10_seconds(
    system: Harness,
) -> None:
    end = await system.connect()
    await system.advance(9.9)
    assert end.calls == []
    await system.advance(0.1)
    assert end.calls == [("TriggerMessage", {"requestedMessage": "BootNotification"})]


async def test_a_station_that_boots_is_not_asked_to(system: Harness) -> None:
    end = await system.connect(boots=True)
    await end.status("Available")
    await system.advance(60)
    assert end.asked("TriggerMessage") == []


async def test_the_time_to_boot_is_that_of_the_newest_link(system: Harness) -> None:
    await system.connect()
    await system.advance(9)
    end = await system.connect()
    await system.advance(9)
    assert end.calls == []
    await system.advance(1)
    assert len(end.asked("TriggerMessage")) == 1


@pytest.mark.parametrize(
    "answer",
    [
        {"status": "Rejected"},
        {"status": "NotImplemented"},
        CallErrorReceived("NotImplemented"),
    ],
)
async def test_a_station_that_refuses_to_boot_is_configured_as_it_is(
    system: Harness, answer: Any
) -> None:
    end = await system.connect(TriggerMessage=answer)
    await system.advance(10)
    assert end.asked("GetConfiguration")


async def test_a_station_that_promises_to_boot_and_does_not_is_configured(
    system: Harness,
) -> None:
    end = await system.connect()
    await system.advance(10)
    assert end.asked("GetConfiguration") == []
    await system.advance(60)
    assert len(end.asked("GetConfiguration")) == 1
    await system.advance(600)
    assert len(end.asked("GetConfiguration")) == 1


async def test_a_binary_message_is_told_though_something_was_malformed_before(
    system: Harness, caplog: pytest.LogCaptureFixture
) -> None:
    end = await system.connect()
    for text in ("nonsense", b"\x00", b"\x01"):
        await end.link.send(text)
        await settle()

    lines = [r.getMessage() for r in caplog.records if "binary" in r.getMessage()]
    assert lines == [
        "CP-7: sent a binary message; OCPP-J sends text: 1 bytes (told once)"
    ]
    assert system.central.counts.malformed_frames == 3
