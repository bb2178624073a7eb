"""Id tokens over the API."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from connector.csms.options import StationOptions, TokenOptions
from connector.csms.times import iso
from connector.tests.clock import START_MS
from connector.tests.web.api.conftest import NAME, Api, StartApi, on_shared_loop

TOKENS = "/api/v1/tokens"
Json = dict[str, Any]
WHOLE = {
    "status": "Blocked",
    "expiry": "2026-12-31T23:59:59Z",
    "group": "family",
    "note": "Alice's",
    "language": "de",
    "max_active": 2,
}


CARD = {"status": "Accepted"}


def path(id_token: str, type_: str = "any") -> str:
    return f"{TOKENS}/{type_}/{quote(id_token, safe='')}"


async def put(api: Api, id_token: str, type_: str = "any", **body: Any) -> Json:
    answer = await api.client.put(path(id_token, type_), json=CARD | body)
    assert answer.status_code in (200, 201), answer.text
    found: Json = answer.json()
    return found


async def test_a_token_is_registered_shown_and_forgotten(api: Api) -> None:
    answer = await api.client.put(path("04A2", "iso14443"), json=WHOLE)
    assert answer.status_code == 201
    shown = answer.json()
    assert shown == {
        **WHOLE,
        "id": "04A2",
        "type": "ISO14443",
        "source": "api",
        "versions": ["1.6", "2.0.1", "2.1"],
    }
    assert await api.get(path("04a2", "ISO14443")) == shown

    again = await api.client.put(path("04A2", "ISO14443"), json=CARD)
    assert again.status_code == 200
    assert (again.json()["status"], again.json()["group"]) == ("Accepted", None)

    gone = await api.client.delete(path("04A2", "ISO14443"))
    assert (gone.status_code, gone.content) == (204, b"")
    assert "content-type" not in gone.headers
    for method in ("GET", "DELETE"):
        answer = await api.client.request(method, path("04A2", "ISO14443"))
        assert answer.status_code == 404
        assert "no token '04A2' of type ISO14443" in answer.json()["detail"]


async def test_what_is_registered_is_what_stations_are_told(
    start_api: StartApi,
) -> None:
    api = await start_api(unknown_tokens="reject")
    end = await api.connect()
    await put(api, "04A2", group="family")

    answer = await end.say("Authorize", idTag="04a2")

    assert answer["idTagInfo"] == {"status": "Accepted", "parentIdTag": "family"}


ODD = ["a/b", "a//b", "/", "a b", "50%", "%2F", "?x=1#y", "é", "a+b", "..", "seen"]


@pytest.mark.parametrize("id_token", ODD)
async def test_odd_characters_are_percent_encoded(api: Api, id_token: str) -> None:
    where = path(id_token).replace("..", "%2E%2E")
    answer = await api.client.put(where, json=CARD)
    assert (answer.status_code, answer.json()["id"]) == (201, id_token)
    assert (await api.get(where))["id"] == id_token
    [item] = (await api.get(TOKENS))["items"]
    assert item["id"] == id_token


@pytest.mark.parametrize(
    ("length", "versions"),
    [
        (20, ["1.6", "2.0.1", "2.1"]),
        (21, ["2.0.1", "2.1"]),
        (37, ["2.1"]),
        (255, ["2.1"]),
    ],
)
async def test_the_versions_that_have_room_for_it_are_told(
    api: Api, length: int, versions: list[str]
) -> None:
    assert (await put(api, "x" * length))["versions"] == versions


async def test_no_token_is_unblocked_by_leaving_its_status_out(api: Api) -> None:
    await put(api, "04A2", status="Blocked")

    answer = await api.client.put(path("04A2"), json={"note": "Anna's card"})

    assert answer.status_code == 422
    assert answer.json()["detail"] == "status is missing"
    assert answer.json()["errors"] == [{"field": "status", "expected": "to be there"}]
    assert (await api.get(path("04A2")))["status"] == "Blocked"


async def test_a_whole_number_may_be_written_as_a_fraction(api: Api) -> None:
    body = b'{"status": "Accepted", "max_active": 2.0}'

    answer = await api.client.put(path("04A2"), content=body)

    assert answer.status_code == 201, answer.text
    assert answer.json()["max_active"] == 2


@on_shared_loop
async def test_members_are_described_with_their_bounds(shared_api: Api) -> None:
    schemas = (await shared_api.get("/openapi.json"))["components"]["schemas"]
    members = schemas["TokenBody"]["properties"]

    times = {"type": "string", "format": "date-time"}
    languages = {"type": "string", "minLength": 1, "maxLength": 8}
    assert times in members["expiry"]["anyOf"]
    assert languages in members["language"]["anyOf"]


@on_shared_loop
async def test_the_status_is_described_as_required(shared_api: Api) -> None:
    schemas = (await shared_api.get("/openapi.json"))["components"]["schemas"]

    assert schemas["TokenBody"]["required"] == ["status"]


@on_shared_loop
@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ({"status": "Perhaps"}, "status is 'Perhaps', expected"),
        ({"expiry": "soon"}, "expiry is 'soon', expected a time with its zone"),
        ({"expiry": "2026-12-31T23:59:59"}, "expected a time with its zone"),
        ({"expiry": 5}, "expiry is 5, expected"),
        ({"group": ""}, "group is '', expected"),
        ({"group": "a\nb"}, "expected text without control characters"),
        ({"note": "\u0000"}, "expected text without control characters"),
        ({"language": "Deutsch"}, "expected a language such as de or en-GB"),
        ({"max_active": 0}, "max_active is 0, expected"),
        ({"max_active": "2"}, "max_active is '2', expected"),
        ({"max_active": True}, "max_active is True, expected"),
        ({"colour": "red"}, "there is no 'colour'"),
        ([], "the body"),
        ({}, "status is missing"),
        ({"note": "Anna's card"}, "status is missing"),
        ({"status": None}, "status is None, expected"),
    ],
)
async def test_a_body_that_does_not_fit_is_422(
    shared_api: Api, body: object, detail: str
) -> None:
    answer = await shared_api.client.put(path("04A2"), json=body)

    assert answer.status_code == 422, answer.text
    assert detail in answer.json()["detail"] or not isinstance(body, dict)
    assert (await shared_api.get(TOKENS))["items"] == []


@on_shared_loop
async def test_nobody_can_read_a_token_of_spaces(shared_api: Api) -> None:
    answer = await shared_api.client.put(f"{TOKENS}/any/%20%20", json=CARD)

    assert answer.status_code == 422
    assert answer.json()["detail"].startswith("id is '  ', expected an id token")


@on_shared_loop
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
@pytest.mark.parametrize(
    ("where", "detail"),
    [
        ("a%20b/x", "type is 'a b', expected any, Central, "),
        ("NoAuthorization/x", "type is 'NoAuthorization', expected"),
        ("any/a%00b", "id is 'a\\x00b', expected an id token of 1 to 255"),
        (f"any/{'x' * 256}", "id is"),
    ],
)
async def test_what_can_be_no_token_is_422_and_names_the_field(
    shared_api: Api, method: str, where: str, detail: str
) -> None:
    body = {"json": CARD} if method == "PUT" else {}
    answer = await shared_api.client.request(method, f"{TOKENS}/{where}", **body)

    assert answer.status_code == 422, answer.text
    assert detail in answer.json()["detail"]
    [error] = answer.json()["errors"]
    assert detail.startswith(f"{error['field']} is")


@pytest.mark.parametrize(
    ("id_token", "by"),
    [("CARD", "TOKENS"), ("remote", "REMOTE_ID_TOKEN"), ("auto", "an autostart_token")],
)
async def test_what_a_setting_says_is_409(
    start_api: StartApi, id_token: str, by: str
) -> None:
    api = await start_api(
        tokens={"card": TokenOptions(note="of the file")},
        stations={NAME: StationOptions(autostart_token="auto")},
    )

    answer = await api.client.put(path(id_token), json=CARD)

    assert answer.status_code == 409
    assert answer.json()["detail"] == (
        f"{by} says what holds for this token: change it there"
    )


async def test_one_of_the_configuration_is_shown_as_such_and_stays(
    start_api: StartApi,
) -> None:
    api = await start_api(tokens={"card": TokenOptions()})

    assert (await api.client.delete(path("card"))).status_code == 409
    assert (await api.get(path("card")))["source"] == "configuration"


async def test_the_list_is_sorted_pages_and_is_filtered(api: Api) -> None:
    await put(api, "b", status="Blocked", group="Family")
    await put(api, "C")
    await put(api, "a", "KeyCode")
    await put(api, "a")

    first = await api.get(TOKENS, limit=3)
    second = await api.get(TOKENS, limit=3, cursor=first["next"])

    names = [(t["id"], t["type"]) for t in first["items"] + second["items"]]
    assert names == [("a", "KeyCode"), ("a", "any"), ("b", "any"), ("C", "any")]
    assert second["next"] is None
    for query in ({"status": "Blocked"}, {"group": "family"}):
        assert [t["id"] for t in (await api.get(TOKENS, **query))["items"]] == ["b"]
    assert len((await api.get(TOKENS, type="keycode"))["items"]) == 1


async def test_those_that_nobody_knows_are_listed_until_somebody_does(
    api: Api,
) -> None:
    end = await api.connect()
    for id_token in ("first", "second", "third"):
        await end.say("Authorize", idTag=id_token)
        await api.harness.advance(0.1)

    first = await api.get(f"{TOKENS}/seen", limit=2)
    second = await api.get(f"{TOKENS}/seen", limit=2, cursor=first["next"])
    assert [t["id"] for t in first["items"]] == ["third", "second"]
    assert second["items"] == [
        {
            "id": "first",
            "type": "any",
            "station": NAME,
            "where": "0",
            "first": iso(START_MS),
            "last": iso(START_MS),
            "times": 1,
        }
    ]
    await put(api, "FIRST")

    found = await api.get(f"{TOKENS}/seen")
    assert [t["id"] for t in found["items"]] == ["third", "second"]


@on_shared_loop
@pytest.mark.parametrize("cursor", ["x", "WyJhIl0"])
async def test_a_cursor_that_is_none_is_422(shared_api: Api, cursor: str) -> None:
    for where in (TOKENS, f"{TOKENS}/seen"):
        answer = await shared_api.client.get(where, params={"cursor": f"{cursor}!"})
        assert answer.status_code == 422


@on_shared_loop
async def test_strangers_are_told_nothing(shared_api: Api) -> None:
    for where in (TOKENS, f"{TOKENS}/seen", path("04A2")):
        assert (await shared_api.stranger.get(where)).status_code == 401


@pytest.mark.parametrize("policy", ["accept", "reject", "ask"])
async def test_who_was_seen_comes_with_what_holds_for_them(
    start_api: StartApi, policy: str
) -> None:
    api = await start_api(unknown_tokens=policy)

    found = await api.get(f"{TOKENS}/seen")

    assert found == {"items": [], "next": None, "unknown": policy}
