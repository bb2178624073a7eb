"""Passwords: what is kept of them, what is right, and what it costs."""

from __future__ import annotations

import asyncio
import os
import re
import stat
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.errors import PasswordError
from connector.security import passwords as module
from connector.security.passwords import KEY_FILE, Passwords, generate, same
from connector.security.slow_line import LineFull, SlowLine

KEY = "0001020304050607FFFFFFFFFFFFFFFFFFFFFFFF"
TEXT = "correct horse battery"


@pytest.fixture
def passwords(tmp_path: Path) -> Iterator[Passwords]:
    made = Passwords(tmp_path / "data")
    yield made
    made.close()


@pytest.fixture
def slow_ones(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What the slow function was asked; it is quick here."""
    asked: list[bytes] = []

    def quick(form: bytes, salt: bytes, *costs: int) -> bytes:
        asked.append(form)
        return b"slow" + form + salt

    monkeypatch.setattr(module, "_slow", quick)
    return asked


def test_a_generated_password_has_160_bits_and_fits_every_version() -> None:
    found = {generate() for _ in range(20)}

    assert len(found) == 20
    assert all(re.fullmatch("[0-9a-f]{40}", password) for password in found)


async def test_a_generated_password_is_kept_as_a_fast_keyed_hash(
    passwords: Passwords,
) -> None:
    password = generate()
    kept = await passwords.hash_generated(password)

    assert kept.startswith("hmac-sha256$")
    assert password not in kept
    assert await passwords.verify(kept, password)
    assert not await passwords.verify(kept, generate())
    assert kept != await passwords.hash_generated(password)


async def test_the_key_is_for_us_alone_and_outlives_the_process(tmp_path: Path) -> None:
    first = Passwords(tmp_path / "data")
    kept = await first.hash_generated(generate())
    path = tmp_path / "data" / KEY_FILE

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text() not in kept
    assert not await Passwords(tmp_path / "data").verify(kept, "another")


async def test_a_human_password_is_kept_as_a_slow_hash(passwords: Passwords) -> None:
    kept = await passwords.hash_human(TEXT)

    assert kept.startswith("scrypt$14$8$1$")
    assert TEXT not in kept
    assert await passwords.verify(kept, TEXT)
    assert not await passwords.verify(kept, "correct horse batterY")
    assert kept != await passwords.hash_human(TEXT)


async def test_a_slow_hash_is_read_by_another_process(tmp_path: Path) -> None:
    first, second = Passwords(tmp_path), Passwords(tmp_path)
    kept = await first.hash_human(TEXT)

    assert await second.verify(kept, TEXT)
    assert not await second.verify(kept, "wrong")
    first.close()
    second.close()


async def test_a_slow_hash_is_checked_once_and_quickly_from_then_on(
    tmp_path: Path, slow_ones: list[bytes]
) -> None:
    kept = await Passwords(tmp_path).hash_human(TEXT)
    passwords = Passwords(tmp_path)
    slow_ones.clear()

    for _ in range(50):
        assert await passwords.verify(kept, TEXT)
        assert not await passwords.verify(kept, "wrong")

    assert slow_ones == [TEXT.encode()]


async def test_the_same_check_is_not_done_twice_at_a_time(
    tmp_path: Path, slow_ones: list[bytes]
) -> None:
    kept = await Passwords(tmp_path).hash_human(TEXT)
    passwords = Passwords(tmp_path)
    slow_ones.clear()

    found = await asyncio.gather(*(passwords.verify(kept, TEXT) for _ in range(20)))

    assert found == [True] * 20
    assert slow_ones == [TEXT.encode()]


async def test_who_gave_up_waiting_is_served_at_once_when_it_comes_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_end, began = threading.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def wait(form: bytes, salt: bytes, *costs: int) -> bytes:
        loop.call_soon_threadsafe(began.set)
        may_end.wait(10)
        return b"slow"

    passwords = Passwords(tmp_path)
    monkeypatch.setattr(module, "_slow", wait)
    kept = "scrypt$14$8$1$c2FsdA==$c2xvdw=="
    first = asyncio.create_task(passwords.verify(kept, TEXT))
    await began.wait()
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    second = asyncio.create_task(passwords.verify(kept, TEXT))
    may_end.set()

    assert await second
    passwords.close()


@pytest.mark.parametrize(
    ("registered", "presented"),
    [
        (KEY, KEY.encode()),
        (KEY, KEY.lower().encode()),
        (KEY, bytes.fromhex(KEY)),
        (KEY.lower(), bytes.fromhex(KEY)),
        ("dk2q0rfu2q0f-2f0rdg", b"dk2q0rfu2q0f-2f0rdg".hex().encode()),
        ("dk2q0rfu2q0f-2f0rdg", b"dk2q0rfu2q0f-2f0rdg".hex().upper().encode()),
        ("pässwörd:with:colons", "pässwörd:with:colons".encode()),
        ("pässwörd:with:colons", "pässwörd:with:colons".encode("latin-1")),
    ],
)
async def test_one_password_in_the_spellings_that_stations_use(
    passwords: Passwords, registered: str, presented: bytes
) -> None:
    for kept in (
        await passwords.hash_generated(registered),
        await passwords.hash_human(registered),
    ):
        assert await passwords.verify(kept, presented)
    assert same(registered, presented)


@pytest.mark.parametrize(
    ("registered", "presented"),
    [
        (TEXT, b""),
        (TEXT, TEXT.upper().encode()),
        (TEXT, TEXT.encode() + b" "),
        (TEXT, TEXT.encode() + b"\0"),
        (KEY, bytes.fromhex(KEY)[:-1]),
        (KEY, KEY[:-1].encode()),
        ("12345678", bytes.fromhex("12345678")),
        (TEXT, b"x" * 2_000_000),
    ],
)
async def test_what_is_another_password(
    passwords: Passwords, registered: str, presented: bytes
) -> None:
    for kept in (
        await passwords.hash_generated(registered),
        await passwords.hash_human(registered),
    ):
        assert not await passwords.verify(kept, presented)
    assert not same(registered, presented)


@pytest.mark.parametrize("password", ["", "x" * 1025])
async def test_what_can_be_no_password_is_not_kept(
    passwords: Passwords, password: str
) -> None:
    with pytest.raises(PasswordError, match="1 to 1024 bytes"):
        await passwords.hash_human(password)
    with pytest.raises(PasswordError, match="1 to 1024 bytes"):
        await passwords.hash_generated(password)


@pytest.mark.parametrize(
    "kept",
    [
        "",
        "rubbish",
        "md5$x",
        "scrypt$x$8$1$AA==$AA==",
        "scrypt$14$8$1$%%$AA==",
        "scrypt$0$0$0$AA==$AA==",
        "scrypt$31$8$1$AA==$AA==",
    ],
)
async def test_what_is_no_hash_is_an_error_that_shows_nothing(
    passwords: Passwords, kept: str
) -> None:
    with pytest.raises(PasswordError) as caught:
        await passwords.verify(kept, TEXT)
    assert TEXT not in str(caught.value)


async def test_a_fast_hash_without_its_key_is_an_error_that_names_the_file(
    tmp_path: Path,
) -> None:
    kept = await Passwords(tmp_path).hash_generated(generate())
    path = tmp_path / KEY_FILE
    with pytest.raises(PasswordError, match="is no hash"):
        await Passwords(tmp_path).verify("hmac-sha256$x", "p")

    path.write_text("00" * 32)
    with pytest.raises(PasswordError, match=f"another key than that in {path}"):
        await Passwords(tmp_path).verify(kept, "p")
    path.write_text("short")
    with pytest.raises(PasswordError, match="no key of passwords"):
        await Passwords(tmp_path).verify(kept, "p")
    path.write_text("00")
    with pytest.raises(PasswordError, match="too short"):
        await Passwords(tmp_path).verify(kept, "p")
    path.unlink()
    with pytest.raises(PasswordError, match=f"{path} cannot be used"):
        await Passwords(tmp_path).verify(kept, "p")
    assert not path.exists()


# -- who waits for a slow one


class Gate:
    """Work that says when it began and ends when it may."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.began = asyncio.Event()
        self.may_end = threading.Event()

    def __call__(self) -> None:
        self.loop.call_soon_threadsafe(self.began.set)
        self.may_end.wait(10)


async def test_the_lowest_rank_is_the_first_and_who_has_left_is_skipped() -> None:
    line, gate, order = SlowLine("test", 1), Gate(), []
    first = asyncio.create_task(line.run(0, gate))
    await gate.began.wait()
    waiting = {
        rank: asyncio.create_task(line.run(rank, lambda rank=rank: order.append(rank)))  # type: ignore[misc]
        for rank in (5, 1, 3, 2)
    }
    await asyncio.sleep(0)
    waiting[1].cancel()
    gate.may_end.set()
    await first
    await asyncio.gather(*(waiting[rank] for rank in (2, 3, 5)))

    assert order == [2, 3, 5]
    await line.run(9, lambda: order.append(9))
    assert order == [2, 3, 5, 9]
    line.close()


async def test_a_full_line_sends_those_behind_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("connector.security.slow_line.MOST_WAITING", 2)
    line, gate = SlowLine("test", 1), Gate()
    first = asyncio.create_task(line.run(0, gate))
    await gate.began.wait()
    behind = [asyncio.create_task(line.run(7, int)) for _ in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(LineFull):
        await line.run(7, int)
    ahead = asyncio.create_task(line.run(0, int))
    await asyncio.sleep(0)
    gate.may_end.set()
    await first

    assert await ahead == 0
    found = await asyncio.gather(*behind, return_exceptions=True)
    assert found[0] == 0
    assert isinstance(found[1], LineFull)
    line.close()


@pytest.mark.skipif(sys.platform != "linux", reason="threads have none of their own")
async def test_slow_work_gives_way_to_everything_else() -> None:
    line = SlowLine("test", 1)
    own = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    found = await line.run(
        0, lambda: os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    )
    assert found == max(own, 10)
    line.close()


async def test_work_that_fails_makes_room_for_the_next() -> None:
    line = SlowLine("test", 1)
    with pytest.raises(ZeroDivisionError):
        await line.run(0, lambda: 1 // 0)
    assert await line.run(0, int) == 0
    line.close()
    line.close()
