"""Stations over the API: shown, registered, adopted, rejected, forgotten."""

from __future__ import annotations

from time import monotonic
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from connector.csms.options import StationOptions
from connector.csms.registering import Wanted
from connector.store import open_store
from connector.tests.csms.conftest import Harness, settle
from connector.tests.web.api.conftest import NAME, Api, StartApi, on_shared_loop

STATIONS = "/api/v1/stations"
NEW = "CP-8"
REFUSED = ["a%2Fb", "%2f", "a%2Fadopt", "a%5Cb", "a%00b", "%0A", "%ff"]


def detail(answer: httpx.Response, status: int) -> str:
    """What a problem says."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    return str(answer.json()["detail"])


async def test_a_station_is_shown_as_it_is(api: Api) -> None:
    end = await api.connect(firmware="x")
    await end.status("Charging")
    started = await end.start(meter=1000)
    await end.meter({"value": "1500"}, transaction=started["transactionId"])

    found = await api.get(f"{STATIONS}/{NAME}")

    assert found["station"] == NAME
    assert (found["connected"], found["protocol"]) == (True, "ocpp1.6")
    assert (found["registration"], found["named"]) == ("Accepted", True)
    assert found["boot"]["vendor"] == "V"
    assert found["last_seen"].startswith("2026-01-31T12:00")
    [connector] = found["connectors"]
    assert (connector["where"], connector["status"]) == ("1", "Charging")
    assert connector["transaction"]["id"] == str(started["transactionId"])
    assert connector["transaction"]["token"] == "card"
    assert connector["transaction"]["energy"] == 500


async def test_its_limit_is_shown(api: Api) -> None:
    end = await api.connect(SetChargingProfile={"status": "Accepted"})
    await end.status("Available")
    await api.client.post(f"{STATIONS}/{NAME}/1/power_limit", json={"value": 4140})

    [connector] = (await api.get(f"{STATIONS}/{NAME}"))["connectors"]

    assert connector["limit"]["power_limit"] == 4140


async def test_one_that_is_away_is_shown_too(api: Api) -> None:
    end = await api.connect()
    await end.leave()

    found = await api.get(f"{STATIONS}/{NAME}")

    assert (found["connected"], found["protocol"]) == (False, None)
    assert found["ocpp_version"] == "1.6"
    assert found["boot"]["model"] == "M"


async def test_it_was_seen_when_it_was_last_heard_of_on_its_link_or_after_it(
    api: Api,
) -> None:
    async def seen() -> str:
        return str((await api.get(f"{STATIONS}/{NAME}"))["last_seen"])[:16]

    end = await api.connect()
    link = api.harness.station().session.link
    await api.harness.advance(630)
    assert await seen() == "2026-01-31T12:10"

    # Nothing came in the last five minutes but what we told ourselves.
    link._last_received_s = monotonic() - 300
    await api.harness.advance(600)
    assert await seen() == "2026-01-31T12:15"
    link._last_received_s -= 60
    assert await seen() == "2026-01-31T12:15", "it never goes back"

    await end.leave()
    assert await seen() == "2026-01-31T12:15"
    await api.harness.advance(600)
    api.harness.central._context.tell_state(api.harness.station(), "0", {"note": "x"})
    assert await seen() == "2026-01-31T12:15"


async def test_one_that_left_without_a_word_is_known_by_what_it_said_last(
    api: Api,
) -> None:
    end = await api.connect()
    await api.harness.advance(25)
    await end.leave()

    found = await api.get(f"{STATIONS}/{NAME}")

    assert found["last_seen"].startswith("2026-01-31T12:00:2")


async def test_one_that_is_only_told_of_was_never_seen(api: Api) -> None:
    await api.client.put(f"{STATIONS}/new", json={"phases": 3})
    api.harness.central._context.tell_state(api.harness.station("new"), "0", {"a": 1})

    assert (await api.get(f"{STATIONS}/new"))["last_seen"] is None


@on_shared_loop
async def test_one_that_was_never_here_is_known_by_its_name(shared_api: Api) -> None:
    found = await shared_api.get(f"{STATIONS}/{NAME}")

    assert (found["ocpp_version"], found["last_seen"]) == (None, None)
    assert [c["where"] for c in found["connectors"]] == ["1"]


async def test_those_that_wait_are_in_the_list(api: Api) -> None:
    await api.harness.connect("stranger", boots=True)

    found = await api.get(STATIONS, registration="Pending")

    [stranger] = found["items"]
    assert stranger["station"] == "stranger"
    assert stranger["boot"]["vendor"] == "V"
    assert found["next"] is None


async def test_the_list_pages(start_api: StartApi) -> None:
    names = [f"CP-{number:02}" for number in range(5)]
    api = await start_api(stations=dict.fromkeys(names, StationOptions()))
    first = await api.get(STATIONS, limit=3)
    # What comes meanwhile shifts nothing.
    await api.client.put(f"{STATIONS}/CP-00a", json={})
    second = await api.get(STATIONS, limit=3, cursor=first["next"])

    assert [s["station"] for s in first["items"]] == names[:3]
    assert [s["station"] for s in second["items"]] == names[3:]
    assert second["next"] is None


@on_shared_loop
@pytest.mark.parametrize("cursor", ["x", "%%", "W10", "WzFd", "bnVsbA", "é"])
async def test_a_cursor_of_somebody_else_is_refused(
    shared_api: Api, cursor: str
) -> None:
    answer = await shared_api.client.get(STATIONS, params={"cursor": cursor})

    assert "cursor" in detail(answer, 422)


@on_shared_loop
@pytest.mark.parametrize("limit", ["0", "1001", "x", "-1", "1e9"])
async def test_a_page_has_bounds(shared_api: Api, limit: str) -> None:
    answer = await shared_api.client.get(STATIONS, params={"limit": limit})

    assert "limit is" in detail(answer, 422)


@pytest.mark.parametrize(
    "identity", ["a b", "..", "ä+#$%", "x?y&z=1", "100%25", "'\"<>", "é" * 100]
)
async def test_an_identity_may_be_odd(api: Api, identity: str) -> None:
    path = f"{STATIONS}/{quote(identity, safe='').replace('.', '%2E')}"
    url = httpx.URL(str(api.client.base_url)).copy_with(raw_path=path.encode())

    made = await api.client.put(url, json={})
    shown = await api.client.get(url)

    assert made.status_code == 201, made.text
    assert shown.json()["station"] == identity
    assert identity in api.harness.central.stations


@on_shared_loop
@pytest.mark.parametrize("identity", [*REFUSED, "x" * 256])
async def test_what_cannot_be_an_identity_is_not_registered(
    shared_api: Api, identity: str
) -> None:
    answer = await shared_api.client.put(f"{STATIONS}/{identity}", json={})

    assert "cannot be an identity: expected 1 to 255 bytes" in detail(answer, 422)
    assert set(shared_api.harness.central.stations) == {NAME}


@on_shared_loop
@pytest.mark.parametrize("identity", REFUSED)
@pytest.mark.parametrize(
    ("method", "rest"),
    [
        ("GET", ""),
        ("PATCH", ""),
        ("DELETE", ""),
        ("POST", "/adopt"),
        ("POST", "/calls"),
        ("POST", "/password"),
        ("POST", "/1/power_limit"),
    ],
)
async def test_what_cannot_be_an_identity_is_told_wherever_it_stands(
    shared_api: Api, method: str, rest: str, identity: str
) -> None:
    path = f"{STATIONS}/{identity}{rest}"

    answer = await shared_api.client.request(method, path, content=b"{}")

    assert "cannot be an identity" in detail(answer, 422)


# -- registered


async def test_one_that_is_registered_is_adopted(api: Api) -> None:
    members = {"name": "North wall", "phases": 3, "max_current_a": 32}

    answer = await api.client.put(f"{STATIONS}/{NEW}", json=members)

    assert answer.status_code == 201
    found = answer.json()
    assert (found["registration"], found["named"]) == ("Accepted", False)
    assert found["registered"] == members
    assert found["options"] == members
    assert (await api.connect(NEW)).close_code is None
    assert (await api.get(f"{STATIONS}/{NEW}"))["registration"] == "Accepted"


async def test_one_that_waits_is_let_in_and_asked_to_boot(api: Api) -> None:
    end = await api.harness.connect(NEW, boots=True)

    answer = await api.client.put(f"{STATIONS}/{NEW}", json={"voltage": 240})
    await settle()

    assert answer.status_code == 200
    assert {"requestedMessage": "BootNotification"} in end.asked("TriggerMessage")
    assert (await end.boot())["status"] == "Accepted"


async def test_put_replaces_and_patch_changes(api: Api) -> None:
    path = f"{STATIONS}/{NEW}"
    await api.client.put(path, json={"name": "a", "phases": 3, "note": None})

    patched = await api.client.patch(path, json={"name": "b", "voltage": 240})
    removed = await api.client.patch(path, json={"phases": None})
    replaced = await api.client.put(path, json={"note": "n"})

    assert patched.json()["registered"] == {"name": "b", "phases": 3, "voltage": 240}
    assert removed.json()["registered"] == {"name": "b", "voltage": 240}
    assert (replaced.status_code, replaced.json()["registered"]) == (200, {"note": "n"})


async def test_what_is_registered_outlives_a_restart(api: Api) -> None:
    await api.client.put(f"{STATIONS}/{NEW}", json={"max_current_a": 20, "phases": 1})
    url = f"sqlite:///{api.context.data_dir / 'connector.sqlite'}"
    store = open_store(url)
    again = Harness(store, read_entry=api.context.read_entry)
    await store.open()
    await again.central.start()

    options = again.station(NEW).options
    await again.close()
    await store.close()

    assert (options.max_current_a, options.phases) == (20, 1)


async def test_other_options_take_effect_at_once(api: Api) -> None:
    await api.client.put(f"{STATIONS}/{NEW}", json={"meter_interval_s": 30})
    end = await api.connect(NEW)
    await settle()
    end.calls.clear()

    await api.client.patch(f"{STATIONS}/{NEW}", json={"meter_interval_s": 45})
    await settle()

    set_to = {(c["key"], c["value"]) for c in end.asked("ChangeConfiguration")}
    assert ("MeterValueSampleInterval", "45") in set_to
    assert end.close_code is None


async def test_a_name_alone_disturbs_nobody(api: Api) -> None:
    await api.client.put(f"{STATIONS}/{NEW}", json={})
    end = await api.connect(NEW)
    await settle()
    end.calls.clear()

    await api.client.patch(f"{STATIONS}/{NEW}", json={"name": "b", "note": "c"})
    await settle()

    assert end.calls == []


async def test_another_version_needs_another_link(api: Api) -> None:
    await api.client.put(f"{STATIONS}/{NEW}", json={})
    end = await api.connect(NEW)

    await api.client.patch(f"{STATIONS}/{NEW}", json={"ocpp_version": "2.0.1"})
    await settle()

    assert end.close_code == 1000
    assert api.harness.central.pinned(NEW) == "ocpp2.0.1"


async def test_more_connectors_are_there_at_once(api: Api) -> None:
    await api.client.put(f"{STATIONS}/{NEW}", json={})

    answer = await api.client.patch(f"{STATIONS}/{NEW}", json={"connectors": 2})

    assert [c["where"] for c in answer.json()["connectors"]] == ["1", "2"]


@on_shared_loop
@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"phases": 2}, ["phases is 2", "1 or 3"]),
        ({"voltage": "x"}, ["voltage is 'x'", "volts, 1 to 1500"]),
        ({"max_curent_a": 3}, ["no 'max_curent_a'", "max_current_a"]),
        ({"profile": {"kind": "x"}}, ["profile.kind", "Absolute"]),
        ({"phases": 2, "voltage": 0}, ["phases", "voltage"]),
        ({"autostart_token": "x" * 99}, ["autostart_token is (hidden)"]),
        ({"password": 5}, ["password is (hidden)"]),
    ],
)
async def test_what_does_not_fit_is_named(
    shared_api: Api, members: dict[str, Any], words: list[str]
) -> None:
    answer = await shared_api.client.put(f"{STATIONS}/{NEW}", json=members)

    told = detail(answer, 422)
    assert all(word in told for word in words), told
    assert answer.json()["errors"][0]["field"] == next(iter(members)).replace(
        "profile", "profile.kind"
    )
    assert NEW not in shared_api.harness.central.stations


@on_shared_loop
@pytest.mark.parametrize(
    ("members", "field", "expected"),
    [
        ({"phases": "3"}, "phases", "a whole number, and no text"),
        ({"voltage": "230"}, "voltage", "a number, and no text"),
        ({"strict_validation": "TRUE"}, "strict_validation", "true or false, and no text"),
        ({"profile": {"stack_level": "3"}}, "profile.stack_level", "a whole number, and no text"),
        ({"quirks": {"poll_s": "60"}}, "quirks.poll_s", "a number, and no text"),
        ({"quirks": {"skip_setup": "true"}}, "quirks.skip_setup", "true or false, and no text"),
    ],
)  # fmt: skip
async def test_text_stands_for_nothing_else(
    shared_api: Api, members: dict[str, Any], field: str, expected: str
) -> None:
    answer = await shared_api.client.put(f"{STATIONS}/{NEW}", json=members)

    assert f"expected {expected}" in detail(answer, 422)
    assert answer.json()["errors"] == [{"field": field, "expected": expected}]
    assert NEW not in shared_api.harness.central.stations


async def test_text_that_was_registered_before_does_not_stand_in_the_way(
    api: Api,
) -> None:
    await api.client.put(f"{STATIONS}/{NEW}", json={})
    api.harness.station(NEW).registered = {"phases": "3"}

    answer = await api.client.patch(f"{STATIONS}/{NEW}", json={"name": "North"})

    assert answer.status_code == 200, answer.text
    assert answer.json()["options"]["phases"] == 3


@on_shared_loop
@pytest.mark.parametrize("body", [b"", b"[]", b"1", b'"x"', b"null"])
async def test_a_body_that_is_no_object_is_refused(
    shared_api: Api, body: bytes
) -> None:
    answer = await shared_api.client.put(f"{STATIONS}/{NEW}", content=body)

    assert "expected a JSON object" in detail(answer, 422)


@on_shared_loop
@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
async def test_one_that_is_named_is_changed_there_alone(
    shared_api: Api, method: str
) -> None:
    body = None if method == "DELETE" else {"phases": 3}

    answer = await shared_api.client.request(method, f"{STATIONS}/{NAME}", json=body)

    assert "STATIONS" in detail(answer, 409)
    assert shared_api.harness.station().options == StationOptions()


async def test_what_configuration_says_rests_on_nothing_else(api: Api) -> None:
    await api.harness.central.registry.register(NAME, Wanted({"phases": 3}))
    url = f"sqlite:///{api.context.data_dir / 'connector.sqlite'}"
    store = open_store(url)
    again = Harness(store, read_entry=api.context.read_entry)
    await store.open()
    await again.central.start()

    options = again.station().options
    await again.close()
    await store.close()

    assert options == StationOptions()


async def test_patch_is_for_those_that_are_adopted(api: Api) -> None:
    await api.harness.connect(NEW)

    waiting = await api.client.patch(f"{STATIONS}/{NEW}", json={})
    unknown = await api.client.patch(f"{STATIONS}/nobody", json={})

    assert "not adopted" in detail(waiting, 409)
    assert "nobody knows" in detail(unknown, 404)


async def test_nothing_holds_that_could_not_be_kept(api: Api) -> None:
    await api.context.store.close()

    answer = await api.client.put(f"{STATIONS}/{NEW}", json={})

    assert "store" in detail(answer, 503)
    assert answer.headers["retry-after"]
    assert NEW not in api.harness.central.stations


async def test_a_password_is_kept_as_a_hash_and_never_shown(api: Api) -> None:
    path = f"{STATIONS}/{NEW}"
    made = await api.client.put(
        path, json={"password": "geheim-und-lang-genug", "phases": 3}
    )
    replaced = await api.client.put(path, json={"security_profile": 1})
    removed = await api.client.patch(path, json={"password": None})

    assert (made.status_code, made.json()["has_password"]) == (201, True)
    # It stays where nobody names it.
    assert replaced.json()["has_password"]
    assert replaced.json()["least_security_profile"] == 1
    assert not removed.json()["has_password"]
    assert "password" not in api.harness.station(NEW).security
    everything = f"{made.text}{replaced.text}{api.harness.station(NEW).registered}"
    assert "geheim-und-lang-genug" not in everything
    assert "scrypt" not in everything


async def test_a_station_is_unprotected_where_nobody_asks_it_who_it_is(
    api: Api,
) -> None:
    path = f"{STATIONS}/{NEW}"
    found = [
        (await api.client.put(path, json=body)).json()["unprotected"]
        for body in ({}, {"security_profile": 2}, {"password": "geheim-und-lang-genug"})
    ]

    assert found == [True, False, False]


async def test_no_station_is_unprotected_where_all_have_to_say_who_they_are(
    start_api: StartApi,
) -> None:
    api = await start_api(min_security_profile=1)

    answer = await api.client.put(f"{STATIONS}/{NEW}", json={})

    assert not answer.json()["unprotected"]


@pytest.mark.parametrize("password", ["the-one-of-a-person", "0123456789abcdef" * 2])
async def test_the_registered_password_is_the_right_one(
    api: Api, password: str
) -> None:
    await api.client.put(f"{STATIONS}/{NEW}", json={"password": password})

    hashed = api.harness.station(NEW).security["password"]

    assert await api.context.passwords.verify(hashed, password)
    assert not await api.context.passwords.verify(hashed, "another")
    assert password not in hashed


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
@pytest.mark.parametrize(
    ("length", "version", "is_fit"),
    [
        (1, None, False),
        (15, None, False),
        (16, None, True),
        (40, None, True),
        (41, None, False),
        (41, "2.0.1", False),
        (15, "2.1", False),
        (64, "2.1", True),
        (65, "2.1", False),
    ],
)
async def test_a_password_has_a_length_that_stations_take(
    api: Api, method: str, length: int, version: str | None, is_fit: bool
) -> None:
    path = f"{STATIONS}/{NEW}"
    await api.client.put(path, json={})
    body = {"password": "p" * length, "ocpp_version": version}

    answer = await api.client.request(method, path, json=body)

    assert (answer.status_code == 200) == is_fit
    assert (await api.get(path))["has_password"] == is_fit
    if not is_fit:
        most = 64 if version == "2.1" else 40
        told = f"password has {length} characters, expected 16 to {most} characters"
        assert told in detail(answer, 422)
        assert answer.json()["errors"][0]["field"] == "password"


async def test_a_station_that_speaks_2_1_may_have_a_longer_one(api: Api) -> None:
    await api.client.put(f"{STATIONS}/{NEW}", json={})
    api.harness.station(NEW).spoken = "2.1"

    answer = await api.client.patch(f"{STATIONS}/{NEW}", json={"password": "p" * 64})

    assert answer.status_code == 200


# -- decided


async def test_adopt_lets_in(api: Api) -> None:
    end = await api.harness.connect(NEW, boots=True)

    answer = await api.client.post(f"{STATIONS}/{NEW}/adopt")
    again = await api.client.post(f"{STATIONS}/{NEW}/adopt")

    assert answer.json() == {"station": NEW, "outcome": "accepted", "detail": ""}
    assert again.json()["detail"] == "adopted already"
    assert (await end.boot())["status"] == "Accepted"


async def test_reject_keeps_out(api: Api) -> None:
    end = await api.harness.connect(NEW)

    answer = await api.client.post(f"{STATIONS}/{NEW}/reject")
    await settle()

    assert answer.json()["outcome"] == "accepted"
    assert end.close_code == 1008
    assert (await api.get(f"{STATIONS}/{NEW}"))["registration"] == "Rejected"


async def test_disconnect_ends_the_link(api: Api) -> None:
    end = await api.connect()

    answer = await api.client.post(f"{STATIONS}/{NAME}/disconnect")
    await settle()
    again = await api.client.post(f"{STATIONS}/{NAME}/disconnect")

    assert answer.json()["detail"] == ""
    assert end.close_code == 1000
    assert again.json()["detail"] == "is not connected"


async def test_delete_makes_unknown_again(api: Api) -> None:
    await api.client.put(f"{STATIONS}/{NEW}", json={})
    end = await api.connect(NEW)

    answer = await api.client.delete(f"{STATIONS}/{NEW}")
    again = await api.client.delete(f"{STATIONS}/{NEW}")

    assert (answer.status_code, answer.content) == (204, b"")
    assert "content-type" not in answer.headers
    assert end.close_code == 1008
    assert "nobody knows" in detail(again, 404)


@on_shared_loop
async def test_one_that_is_named_is_not_rejected(shared_api: Api) -> None:
    answer = await shared_api.client.post(f"{STATIONS}/{NAME}/reject")

    assert "STATIONS" in detail(answer, 409)


@on_shared_loop
@pytest.mark.parametrize("what", ["adopt", "reject", "disconnect"])
async def test_of_one_that_nobody_knows_nothing_is_decided(
    shared_api: Api, what: str
) -> None:
    answer = await shared_api.client.post(f"{STATIONS}/nobody/{what}")

    assert "nobody knows the station 'nobody'" in detail(answer, 404)
