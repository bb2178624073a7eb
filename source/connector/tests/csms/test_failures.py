"""Who fails is slowed down, more and more and only so far, and is forgotten."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from websockets.datastructures import Headers

from connector.csms import failures as module
from connector.csms.central_system import LinkOptions
from connector.csms.failures import Failures, neighbourhood
from connector.csms.options import StationOptions
from connector.sessions.websocket_server import Admission, HandshakeRequest, Refusal
from connector.tests.clock import FakeClock
from connector.tests.csms.conftest import NAME, Harness, settle
from connector.tests.csms.doorway import SECRET, basic

Start = Callable[..., Any]
HERE, THERE = "192.0.2.1", "192.0.2.2"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def failures(clock: FakeClock) -> Failures:
    return Failures(clock, 200)


def test_the_first_ones_are_free_and_then_it_takes_longer_up_to_a_bound(
    failures: Failures,
) -> None:
    delays = [failures.note(HERE, NAME) for _ in range(20)]

    assert delays[:8] == [0, 0, 0, 0.25, 0.5, 1, 2, 4]
    assert set(delays[8:]) == {5}


def test_addresses_and_identities_count_each_for_itself(failures: Failures) -> None:
    for number in range(5):
        failures.note(HERE, f"S-{number}")
    assert failures.note(HERE, "S-9") > 0
    assert failures.note(THERE, "S-10") == 0
    for number in range(5):
        failures.note(f"192.0.2.{10 + number}", NAME)
    assert failures.note("192.0.2.99", NAME) > 0


def test_with_time_they_are_forgotten(failures: Failures, clock: FakeClock) -> None:
    for _ in range(50):
        failures.note(HERE, NAME)
    clock.advance(30)
    assert failures.note(HERE, NAME) > 0
    clock.advance(180)
    assert failures.note(HERE, NAME) == 0


def test_what_is_remembered_is_bounded(
    failures: Failures, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_REMEMBERED", 10)
    for number in range(1000):
        failures.note(f"10.0.{number // 256}.{number % 256}", f"S-{number}")

    assert len(failures) == 20


def test_only_so_many_are_held_back_at_a_time(clock: FakeClock) -> None:
    failures = Failures(clock, 2)
    for _ in range(10):
        failures.note(HERE, NAME)
    failures.hold(HERE)
    assert failures.note(HERE, NAME) > 0
    failures.hold(HERE)
    assert failures.note(HERE, NAME) == 0
    assert failures.note(THERE, NAME) > 0
    failures.release(HERE)
    assert failures.note(HERE, NAME) > 0


def test_checks_of_those_who_failed_are_behind_the_others(failures: Failures) -> None:
    assert failures.begin(HERE, NAME) == 0
    assert failures.begin(HERE, NAME) == 1
    assert failures.begin(THERE, NAME) == 0
    failures.end(HERE)
    failures.end(HERE)
    for _ in range(4):
        failures.note(HERE, NAME)
    assert failures.begin(HERE, "another") == 4
    assert failures.begin("192.0.2.3", "another") == 0


@pytest.mark.parametrize(
    ("one", "another", "is_same"),
    [
        ("192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8::1", "2001:db8::2", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("fe80::1%eth0", "fe80::2%eth1", True),
        ("no:address", "no:address", True),
        ("", "memory", False),
    ],
)
def test_what_is_one_address(one: str, another: str, is_same: bool) -> None:
    assert (neighbourhood(one) == neighbourhood(another)) is is_same


# -- at the door


def request(password: str, address: str = HERE) -> HandshakeRequest:
    headers = Headers(basic(password))
    return HandshakeRequest(NAME, f"/{NAME}", headers, address)


async def failing(system: Harness, times: int, address: str = HERE) -> None:
    """So many failures, each of which was answered."""
    for _ in range(times):
        waiting = asyncio.create_task(system.central.gate(request("wrong", address)))
        await settle()
        await system.advance(5)
        assert isinstance(await waiting, Refusal)


@pytest.fixture
async def system(start: Start) -> Harness:
    found: Harness = await start(
        stations={NAME: StationOptions(password=SECRET)},
        links=LinkOptions(max_frames_per_s=0, max_connections_per_address=3),
    )
    return found


async def test_a_failure_is_answered_late_after_many(system: Harness) -> None:
    await failing(system, 30)
    waiting = asyncio.create_task(system.central.gate(request("wrong")))
    await settle()
    assert not waiting.done()
    await system.advance(4.9)
    assert not waiting.done()
    await system.advance(0.2)
    assert isinstance(await waiting, Refusal)


async def test_the_answer_comes_before_the_handshake_is_given_up(start: Start) -> None:
    links = LinkOptions(max_frames_per_s=0, handshake_timeout_s=2)
    system: Harness = await start(
        stations={NAME: StationOptions(password=SECRET)}, links=links
    )
    await failing(system, 30)
    waiting = asyncio.create_task(system.central.gate(request("wrong")))
    await settle()
    assert not waiting.done()
    await system.advance(1)
    assert isinstance(await waiting, Refusal)


async def test_right_credentials_are_let_in_at_once_whatever_has_failed_before(
    system: Harness,
) -> None:
    await failing(system, 30)
    held = [
        asyncio.create_task(system.central.gate(request("wrong"))) for _ in range(50)
    ]
    await settle()
    for address in (HERE, THERE):
        waiting = asyncio.create_task(system.central.gate(request(SECRET, address)))
        await settle()
        assert waiting.done()
        assert isinstance(await waiting, Admission)
    assert sum(task.done() for task in held) == 47  # no more than 3 are held back
    await system.advance(5)
    await asyncio.gather(*held)


async def test_who_leaves_while_it_is_held_back_is_not_held_back_any_more(
    system: Harness,
) -> None:
    await failing(system, 10)
    held = [
        asyncio.create_task(system.central.gate(request("wrong"))) for _ in range(3)
    ]
    await settle()
    for task in held:
        task.cancel()
    await asyncio.wait(held)
    waiting = asyncio.create_task(system.central.gate(request("wrong")))
    await settle()
    assert not waiting.done()
    await system.advance(5)
    await waiting
