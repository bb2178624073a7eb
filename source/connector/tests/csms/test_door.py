"""Who gets in over a real socket: passwords, certificates, profiles, proxies."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from connector.csms.options import StationOptions
from connector.security.passwords import KEY_FILE, Passwords, generate
from connector.store.records import StationRecord
from connector.tests.csms.doorway import (
    NAME,
    SECRET,
    THIS_MACHINE,
    Doorway,
    basic,
    doorway,
)
from connector.tests.csms.memory_store import MemoryStore

Open = Callable[..., Any]
DENIED = 401


@pytest.fixture
async def enter(tmp_path: Path) -> AsyncIterator[Open]:
    """Opens doors that are closed at the end of the test."""
    async with asyncio.timeout(15), AsyncExitStack() as stack:

        async def opened(**options: Any) -> Doorway:
            return await stack.enter_async_context(doorway(tmp_path, **options))

        yield opened


def named(**members: Any) -> dict[str, StationOptions]:
    return {NAME: StationOptions(**members)}


async def known(**security: Any) -> MemoryStore:
    """A store with a station that was registered."""
    store = MemoryStore()
    await store.save_station(StationRecord(NAME, "accepted", security=security))
    return store


# -- without anything


async def test_a_known_station_without_a_password_gets_in_whatever_it_presents(
    enter: Open,
) -> None:
    door = await enter()
    for headers in (None, basic("anything"), basic("x", "another")):
        assert await door.lets_in(headers=headers) == 0
        assert await door.lets_in(headers=headers, tls=True) == 0


@pytest.mark.parametrize("policy", ["pending", "accept"])
async def test_of_an_unknown_station_no_credentials_are_learnt(
    enter: Open, policy: str
) -> None:
    door = await enter(unknown_stations=policy)
    for password in ("first", "second"):
        headers = basic(password, "CP-9")
        assert await door.lets_in("/CP-9", headers) == 0
    assert door.central.stations["CP-9"].security == {}


async def test_who_is_unknown_hears_the_same_as_who_has_a_wrong_password(
    enter: Open,
) -> None:
    door = await enter(unknown_stations="reject", stations=named(password=SECRET))
    answers = []
    for path, user in ((f"/{NAME}", NAME), ("/CP-9", "CP-9")):
        with pytest.raises(InvalidStatus) as caught:
            async with door.dial(path, basic("wrong", user)):
                pass
        response = caught.value.response
        headers = {k: v for k, v in response.headers.raw_items() if k != "Date"}
        answers.append((response.status_code, headers, response.body))
    assert answers[0] == answers[1]
    assert answers[0][0] == DENIED
    assert answers[0][1]["WWW-Authenticate"] == 'Basic realm="OCPP"'
    assert door.counts == {"wrong_password": 1, "not_adopted": 1}


# -- passwords


@pytest.mark.parametrize("tls", [False, True])
async def test_the_password_in_stations_is_asked_for(enter: Open, tls: bool) -> None:
    door = await enter(stations=named(password=SECRET))
    assert await door.lets_in(headers=basic(SECRET), tls=tls) == 1 + tls
    assert await door.refuses(tls=tls) == (DENIED, "no_credentials")
    wrong = basic(SECRET.upper())
    assert await door.refuses(headers=wrong, tls=tls) == (DENIED, "wrong_password")


async def test_no_password_is_kept_or_told(
    enter: Open, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", "connector")
    door = await enter(stations=named(password=SECRET))
    await door.lets_in(headers=basic(SECRET))
    wrong = secrets.token_hex(8)
    await door.refuses(headers=basic(wrong))
    everything = (
        f"{caplog.text} {door.facts!r} {door.central.stations[NAME].record()!r}"
    )
    for secret in (SECRET, wrong, basic(SECRET)["Authorization"][6:]):
        assert secret not in everything


@pytest.mark.parametrize(
    "make", [Passwords.hash_generated, Passwords.hash_human], ids=["fast", "slow"]
)
async def test_a_registered_password_is_asked_for(
    enter: Open, tmp_path: Path, make: Any
) -> None:
    password = generate()
    passwords = Passwords(tmp_path / "ca" / "data")
    (tmp_path / "ca" / "data").mkdir(parents=True)
    store = await known(password=await make(passwords, password), profile=1)
    door = await enter(store=store, stations={})
    for _ in range(2):
        assert await door.lets_in(headers=basic(password)) == 1
        refused = await door.refuses(headers=basic("wrong"))
        assert refused == (DENIED, "wrong_password")
    assert await door.lets_in(headers=basic(bytes.fromhex(password))) == 1
    passwords.close()


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("", "no_credentials"),
        ("Basic", "no_credentials"),
        ("Basic %%%", "no_credentials"),
        ("Basic " + "QQ==" * 1500, "no_credentials"),
        ("Bearer " + basic(SECRET)["Authorization"][6:], "no_credentials"),
        (basic(SECRET, "CP-8")["Authorization"], "no_credentials"),
        (basic(SECRET, "cp-7")["Authorization"], "no_credentials"),
        (basic(SECRET, "")["Authorization"], "no_credentials"),
        (basic("", NAME)["Authorization"], "wrong_password"),
        (basic(SECRET + "\0", NAME)["Authorization"], "wrong_password"),
        (basic("x" * 1025, NAME)["Authorization"], "wrong_password"),
    ],
)
async def test_what_are_no_right_credentials(
    enter: Open, header: str, reason: str
) -> None:
    door = await enter(stations=named(password=SECRET))
    headers = {"Authorization": header}
    assert await door.refuses(headers=headers) == (DENIED, reason)


@pytest.mark.parametrize(
    ("identity", "path", "user"),
    [
        ("CP 7", "/CP%207", b"CP 7"),
        ("CP 7", "/CP%207", b"CP%207"),
        ("a:b", "/a:b", b"a:b"),
        ("a:b", "/a%3Ab", b"a%3Ab"),
        ("a:b", "/a%3ab", b"a%3ab"),
        ("Säule", "/S%C3%A4ule", "Säule".encode()),
        ("Säule", "/S%C3%A4ule", "Säule".encode("latin-1")),
        ("充电桩", "/%E5%85%85%E7%94%B5%E6%A1%A9", "充电桩".encode()),
        ("..", "/..", b".."),
        ("$SYS", "/$SYS", b"$SYS"),
    ],
)
async def test_the_user_is_the_identity_in_the_spellings_that_stations_use(
    enter: Open, identity: str, path: str, user: bytes
) -> None:
    secret = "with:colons:" + SECRET
    door = await enter(stations={identity: StationOptions(password=secret)})
    assert await door.lets_in(path, basic(secret, user)) == 1
    assert await door.refuses(path, basic(SECRET, user)) == (DENIED, "wrong_password")


@pytest.mark.parametrize("spelling", ["basic", "BASIC", "Basic  "])
async def test_the_scheme_is_read_without_case(enter: Open, spelling: str) -> None:
    door = await enter(stations=named(password=SECRET))
    credentials = basic(SECRET)["Authorization"][6:].rstrip("=")
    headers = {"Authorization": f"{spelling} {credentials}"}
    assert await door.lets_in(headers=headers) == 1


async def test_a_new_password_and_the_older_one_are_right_until_the_new_one_is_used(
    enter: Open, tmp_path: Path
) -> None:
    data = tmp_path / "ca" / "data"
    data.mkdir(parents=True)
    passwords, old, new = Passwords(data), generate(), generate()
    store = await known(
        password=await passwords.hash_generated(new),
        older=[await passwords.hash_generated(old)],
    )
    door = await enter(store=store, stations={})
    assert await door.lets_in(headers=basic(old)) == 1
    assert await door.lets_in(headers=basic(new)) == 1
    assert await door.refuses(headers=basic(old)) == (DENIED, "wrong_password")
    await door.central.registry.finish()
    assert "older" not in store.station_records[NAME].security


async def test_a_newer_password_takes_the_place_of_that_in_stations_until_it_changes(
    enter: Open, tmp_path: Path
) -> None:
    data = tmp_path / "ca" / "data"
    data.mkdir(parents=True)
    passwords, new = Passwords(data), generate()
    security = {
        "password": await passwords.hash_generated(new),
        "replaces": await passwords.hash_generated(SECRET),
    }
    door = await enter(store=await known(**security), stations=named(password=SECRET))
    assert await door.lets_in(headers=basic(new)) == 1
    assert await door.refuses(headers=basic(SECRET)) == (DENIED, "wrong_password")
    changed = named(password="another one for it")
    door = await enter(store=await known(**security), stations=changed)
    assert await door.refuses(headers=basic(new)) == (DENIED, "wrong_password")
    assert await door.lets_in(headers=basic("another one for it")) == 1


async def test_a_password_that_cannot_be_checked_is_our_failure_and_told(
    enter: Open, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    data = tmp_path / "ca" / "data"
    data.mkdir(parents=True)
    kept = await Passwords(data).hash_generated(SECRET)
    (data / KEY_FILE).unlink()
    door = await enter(store=await known(password=kept), stations={})
    assert await door.refuses(headers=basic(SECRET)) == (503, "password_unchecked")
    assert f"{data / KEY_FILE} cannot be used" in caplog.text


# -- profiles


async def test_profile_1_needs_a_password_that_is_registered(enter: Open) -> None:
    door = await enter(stations=named(security_profile=1))
    assert await door.refuses(headers=basic("x")) == (DENIED, "no_password")
    assert await door.refuses(headers=basic("x"), tls=True) == (DENIED, "no_password")


async def test_profile_2_gets_in_over_tls_alone(enter: Open) -> None:
    door = await enter(stations=named(password=SECRET, security_profile=2))
    assert await door.refuses(headers=basic(SECRET)) == (DENIED, "tls_required")
    assert await door.lets_in(headers=basic(SECRET), tls=True) == 2
    assert await door.refuses(tls=True) == (DENIED, "no_credentials")


async def test_profile_3_gets_in_with_its_certificate_alone(enter: Open) -> None:
    door = await enter(stations=named(password=SECRET, security_profile=3))
    own = door.ca.issue(NAME)
    assert await door.lets_in(tls=True, own=own) == 3
    wrong = basic("wrong")
    assert await door.lets_in(headers=wrong, tls=True, own=own) == 3
    right = basic(SECRET)
    assert await door.refuses(headers=right, tls=True) == (DENIED, "certificate")
    assert await door.refuses(headers=right) == (DENIED, "certificate")


@pytest.mark.parametrize(
    ("names", "gets_in"),
    [
        ({"common_name": NAME}, True),
        ({"common_name": "SN-0815"}, True),
        ({"common_name": "CP-8"}, False),
        ({"common_name": "cp-7"}, False),
        ({"common_name": f"{NAME} "}, False),
        ({"common_name": f"*{NAME}"}, False),
    ],
)
async def test_the_cn_is_the_identity_or_the_registered_serial_number(
    enter: Open, names: dict[str, str], gets_in: bool
) -> None:
    options = named(security_profile=3, serial_number="SN-0815")
    door = await enter(stations=options)
    own = door.ca.issue(**names)
    if gets_in:
        assert await door.lets_in(tls=True, own=own) == 3
    else:
        assert await door.refuses(tls=True, own=own) == (DENIED, "certificate")


@pytest.mark.parametrize(
    ("organization", "gets_in"),
    [("Example Charging", True), ("Another", False), (None, False)],
)
async def test_the_o_is_the_operator_where_that_is_set(
    enter: Open, organization: str | None, gets_in: bool
) -> None:
    door = await enter(
        stations=named(security_profile=3), operator_name="Example Charging"
    )
    own = door.ca.issue(NAME, organization=organization)
    if gets_in:
        assert await door.lets_in(tls=True, own=own) == 3
    else:
        assert await door.refuses(tls=True, own=own) == (DENIED, "certificate")


async def test_a_better_credential_than_is_asked_for_is_taken(enter: Open) -> None:
    door = await enter(stations=named(password=SECRET, security_profile=1))
    own, other = door.ca.issue(NAME), door.ca.issue("CP-8")
    assert await door.lets_in(tls=True, own=own) == 3
    assert await door.lets_in(headers=basic(SECRET), tls=True, own=other) == 2
    assert await door.refuses(tls=True, own=other) == (DENIED, "no_credentials")


@pytest.mark.parametrize("profile", [0, 1])
async def test_what_a_station_has_reached_is_not_taken_back_by_stations(
    enter: Open, profile: int
) -> None:
    store = await known(profile=2)
    options = named(password=SECRET, security_profile=profile)
    door = await enter(store=store, stations=options)
    assert await door.refuses(headers=basic(SECRET)) == (DENIED, "tls_required")
    assert await door.lets_in(headers=basic(SECRET), tls=True) == 2


async def test_below_the_least_profile_nobody_gets_in(enter: Open) -> None:
    stations = {NAME: StationOptions(password=SECRET), "bare": StationOptions()}
    right = basic(SECRET)
    door = await enter(stations=stations, min_security_profile=1)
    assert await door.lets_in(headers=right) == 1
    assert await door.refuses("/bare") == (DENIED, "no_password")
    assert await door.refuses("/CP-9", basic("x", "CP-9")) == (DENIED, "no_password")
    door = await enter(stations=stations, min_security_profile=2)
    assert await door.refuses(headers=right) == (DENIED, "tls_required")
    assert await door.lets_in(headers=right, tls=True) == 2
    assert await door.refuses("/bare", tls=True) == (DENIED, "no_password")
    door = await enter(stations=stations, min_security_profile=3)
    assert await door.refuses(headers=right, tls=True) == (DENIED, "certificate")
    assert await door.lets_in(tls=True, own=door.ca.issue(NAME)) == 3
    assert await door.lets_in("/CP-9", tls=True, own=door.ca.issue("CP-9")) == 3


async def test_who_is_revoked_while_it_is_connected_is_thrown_out(
    enter: Open, caplog: pytest.LogCaptureFixture
) -> None:
    door = await enter(stations=named(security_profile=3), with_crl=True)
    own = door.ca.issue(NAME)
    certificate = door.ca.last
    async with door.dial(tls=True, own=own) as station:
        await station.send('[2,"1","Heartbeat",{}]')
        await station.recv()
        door.ca.revoke(certificate)
        await door.tls.look()
        await door.tls.look()
        with pytest.raises(ConnectionClosed) as caught:
            while True:
                await station.recv()
    assert caught.value.rcvd is not None
    assert (caught.value.rcvd.code, caught.value.rcvd.reason) == (
        1008,
        "certificate revoked",
    )
    assert f"{NAME}: its certificate was revoked" in caplog.text
    assert not door.central._door._certificates


# -- proxies


SECURE = {"X-Forwarded-For": "192.0.2.9", "X-Forwarded-Proto": "https"}


async def test_a_known_proxy_says_where_a_station_is_and_that_it_came_with_tls(
    enter: Open, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    stations = named(password=SECRET, security_profile=2)
    door = await enter(stations=stations, server={"trusted_proxies": THIS_MACHINE})
    assert await door.lets_in(headers=basic(SECRET) | SECURE) == 2
    assert f"{NAME}: connected from 192.0.2.9, security profile 2" in caplog.text
    plain = basic(SECRET) | SECURE | {"X-Forwarded-Proto": "http"}
    assert await door.refuses(headers=plain) == (DENIED, "tls_required")
    assert "refused CP-7 from 192.0.2.9: 401 its profile is 2" in caplog.text


async def test_what_others_say_in_these_headers_is_ignored(
    enter: Open, caplog: pytest.LogCaptureFixture
) -> None:
    stations = named(password=SECRET, security_profile=2)
    door = await enter(stations=stations)
    headers = basic(SECRET) | SECURE
    assert await door.refuses(headers=headers) == (DENIED, "tls_required")
    assert "from 127.0.0.1" in caplog.text


@pytest.mark.parametrize(
    "header", ["X-Client-Cert", "X-SSL-Client-Cert", "X-Forwarded-Tls-Client-Cert"]
)
async def test_a_certificate_in_a_header_is_never_believed(
    enter: Open, header: str
) -> None:
    options = named(security_profile=3)
    door = await enter(stations=options, server={"trusted_proxies": THIS_MACHINE})
    pem = door.ca.issue(NAME).read_text().partition("-----BEGIN PRIVATE")[0]
    headers = SECURE | {header: pem.replace("\n", "")}
    assert await door.refuses(headers=headers) == (DENIED, "certificate")


# -- bounds


async def test_many_strangers_at_once_are_bounded_by_address(enter: Open) -> None:
    door = await enter(links={"max_connections_per_address": 5})
    found = await asyncio.gather(
        *(door.dial(f"/S-{number}") for number in range(20)), return_exceptions=True
    )
    inside = [each for each in found if not isinstance(each, BaseException)]
    assert len(inside) == 5
    assert door.counts == {"connections_per_address": 15}
    assert await door.lets_in() == 0
    await asyncio.gather(*(each.close() for each in inside))
    assert await door.lets_in("/S-30") == 0


async def test_many_strangers_at_once_are_bounded_in_all(enter: Open) -> None:
    door = await enter(max_pending_stations=5)
    found = await asyncio.gather(
        *(door.dial(f"/S-{number}") for number in range(20)), return_exceptions=True
    )
    inside = [each for each in found if not isinstance(each, BaseException)]
    assert len(inside) == 5
    assert door.counts == {"pending_stations": 15}
    await asyncio.gather(*(each.close() for each in inside))


async def test_authenticated_and_accepted_stations_do_not_count(enter: Open) -> None:
    door = await enter(links={"max_connections_per_address": 1})
    async with (
        door.dial("/S-1"),
        door.dial("/S-2", tls=True, own=door.ca.issue("S-2")),
        door.dial("/S-3", tls=True, own=door.ca.issue("S-3")),
        door.dial(),
    ):
        assert await door.refuses("/S-4") == (429, "connections_per_address")
    door = await enter(
        links={"max_connections_per_address": 1}, unknown_stations="accept"
    )
    async with door.dial("/S-1"), door.dial("/S-2"), door.dial("/S-3"):
        assert door.counts == {}


async def test_frames_beyond_the_rate_are_counted(
    enter: Open, caplog: pytest.LogCaptureFixture
) -> None:
    door = await enter(links={"max_frames_per_s": 20})
    async with door.dial() as station:
        for number in range(25):
            await station.send(f'[2,"{number}","Heartbeat",{{}}]')
        for _ in range(25):
            await station.recv()
    assert door.counts["frames_per_s"] >= 1
    assert caplog.text.count("sends more than 20 frames per second") == 1


async def test_a_frame_that_is_too_long_is_counted(enter: Open) -> None:
    door = await enter(server={"max_frame_bytes": 1000})
    async with door.dial() as station:
        await station.send("x" * 1001)
        with pytest.raises(ConnectionClosed):
            while True:
                await station.recv()
    await door.server.stop()
    assert door.counts == {"frame_bytes": 1}


async def test_a_slow_loris_holds_nothing(enter: Open) -> None:
    door = await enter(server={"handshake_timeout_s": 0.3})
    ends = [
        await asyncio.open_connection("127.0.0.1", door.server.port) for _ in range(20)
    ]
    for number, (_, writer) in enumerate(ends):
        writer.write(b"GET /S HTTP/1.1\r\n"[: number % 10])
    for reader, writer in ends:
        assert await reader.read() == b""
        writer.close()
    assert door.counts == {"handshake_timeout": 20}
    assert len(door.server._openings) == 0
    assert door.central.stations.keys() == {NAME}
