"""Reservations over the API."""

from __future__ import annotations

from connector.csms.times import iso
from connector.tests.clock import START_MS
from connector.tests.web.api.conftest import NAME, Api

RESERVATIONS = "/api/v1/reservations"


async def reserve(api: Api, token: str) -> None:
    value = {"idTag": token, "expiryDate": iso(START_MS + 3_600_000)}
    path = f"/api/v1/stations/{NAME}/1/reserve"
    answer = await api.client.post(path, json={"value": value})
    assert answer.json()["outcome"] == "accepted", answer.text


async def test_those_that_were_made_are_listed_the_newest_first(api: Api) -> None:
    await api.connect(ReserveNow={"status": "Accepted"})
    await reserve(api, "first")
    await reserve(api, "second")

    found = await api.get(RESERVATIONS)

    assert [r["token"] for r in found["items"]] == ["second", "first"]
    assert {r["station"] for r in found["items"]} == {NAME}
    newest = found["items"][0]
    assert (newest["where"], newest["status"]) == ("1", "Accepted")
    assert newest["expiry"] == iso(START_MS + 3_600_000)


async def test_the_list_pages(api: Api) -> None:
    await api.connect(ReserveNow={"status": "Accepted"})
    for token in ("a", "b", "c"):
        await reserve(api, token)

    first = await api.get(RESERVATIONS, limit=2)
    second = await api.get(RESERVATIONS, limit=2, cursor=first["next"])

    assert [r["token"] for r in first["items"]] == ["c", "b"]
    assert [r["token"] for r in second["items"]] == ["a"]
    assert second["next"] is None


async def test_of_another_station_there_are_none(api: Api) -> None:
    await api.connect(ReserveNow={"status": "Accepted"})
    await reserve(api, "a")

    assert (await api.get(RESERVATIONS, station="x"))["items"] == []
