"""The frame log over the API: what was said, with its answers, without secrets."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from connector.errors import LinkClosed, RemoteProtocolError
from connector.sessions.frame_log import FrameLog
from connector.tests.csms.conftest import settle
from connector.tests.web.api.conftest import NAME, Api, StartApi
from connector.tests.web.api.test_events import listen

LIST = "/api/v1/messages"
SECRET = "d0c0ffee-d0c0ffee"


async def messages(api: Api, **query: Any) -> list[Any]:
    return (await api.get(LIST, **query))["items"]


def frames(api: Api) -> FrameLog:
    found = api.context.frames
    assert found is not None
    return found


async def test_a_call_and_its_answer_belong_together(api: Api) -> None:
    end = await api.connect()
    await end.say("Heartbeat")

    call, answer = (await messages(api, action="Heartbeat"))[-2:]

    assert call == {
        "number": call["number"],
        "time": "2026-01-31T12:00:00.000Z",
        "station": NAME,
        "direction": "in",
        "kind": "CALL",
        "action": "Heartbeat",
        "id": call["frame"][1],
        "latency_ms": None,
        "frame": [2, call["id"], "Heartbeat", {}],
        "note": None,
    }
    assert answer["kind"] == "CALLRESULT"
    assert (answer["direction"], answer["id"]) == ("out", call["id"])
    assert (answer["action"], answer["latency_ms"]) == ("Heartbeat", 0)


async def test_an_answer_tells_how_long_it_took(api: Api) -> None:
    log, clock = frames(api), api.harness.clock
    log.add(NAME, "out", '[2, "17", "Reset", {"type": "Soft"}]')
    clock.advance(1.5)
    log.add(NAME, "in", ' [ 4 ,"17","GenericError","",{}]')

    [call, error] = await messages(api)

    assert (error["kind"], error["action"]) == ("CALLERROR", "Reset")
    assert (call["latency_ms"], error["latency_ms"]) == (None, 1500)


async def test_an_answer_is_not_that_of_another_station_or_way(api: Api) -> None:
    log = frames(api)
    log.add(NAME, "out", '[2,"17","Reset",{}]')
    log.add("CP-8", "in", '[3,"17",{}]')
    log.add(NAME, "out", '[3,"17",{}]')

    assert [m["action"] for m in await messages(api)] == ["Reset", None, None]


async def test_the_newest_come_first_page_by_page(api: Api) -> None:
    for number in range(7):
        frames(api).add(NAME, "in", f'[2,"{number}","Heartbeat",{{}}]')

    pages, cursor = [], None
    for _ in range(3):
        query = {"cursor": cursor} if cursor else {}
        page = await api.get(LIST, limit=3, **query)
        pages.append([item["id"] for item in page["items"]])
        cursor = page["next"]

    assert pages == [["4", "5", "6"], ["1", "2", "3"], ["0"]]
    assert cursor is None


async def test_they_are_chosen_by_station_action_and_time(api: Api) -> None:
    log, clock = frames(api), api.harness.clock
    log.add(NAME, "in", '[2,"1","Heartbeat",{}]')
    log.add("CP-8", "in", '[2,"2","Heartbeat",{}]')
    clock.advance(60)
    log.add(NAME, "in", '[2,"3","Heartbeat",{}]')
    log.add(NAME, "in", '[2,"4","MeterValues",{}]')

    async def ids(**query: str) -> list[str]:
        return [item["id"] for item in await messages(api, **query)]

    assert await ids(station=NAME) == ["1", "3", "4"]
    assert await ids(action="Heartbeat") == ["1", "2", "3"]
    assert await ids(since="2026-01-31T12:00:30Z") == ["3", "4"]
    assert await ids(station="CP-8", action="MeterValues") == []


async def test_they_are_chosen_by_parts_kinds_and_what_they_say(api: Api) -> None:
    log = frames(api)
    log.add(NAME, "in", '[2,"1","Heartbeat",{}]')
    log.add(NAME, "out", '[3,"1",{"currentTime":"x"}]')
    log.add("FRESH16", "in", '[2,"2","Authorize",{"idTag":"Tag7"}]')
    log.malformed("FRESH16", "no frame", "it is no JSON")

    async def numbers(**query: Any) -> list[int]:
        return [item["number"] for item in await messages(api, **query)]

    first = (await messages(api))[0]["number"]
    assert await numbers(station_part="fresh") == [first + 2, first + 3]
    assert await numbers(action_part="heart") == [first, first + 1]
    assert await numbers(direction="out") == [first + 1]
    assert await numbers(kind=["MALFORMED", "CALLRESULT"]) == [first + 1, first + 3]
    assert await numbers(text="tAG7") == [first + 2]
    assert await numbers(text="no json") == [first + 3]
    assert await numbers(text="nobody says this") == []


async def test_what_has_a_note_is_found_whatever_kind_it_is(api: Api) -> None:
    log = frames(api)
    log.add(NAME, "out", '[2,"1","Reset",{}]')
    log.note(log.end - 1, "not answered within 30 s")
    log.add(NAME, "in", '[2,"2","Heartbeat",{}]')
    log.add(NAME, "in", '[4,"1","GenericError","",{}]')
    log.disconnected(NAME, LinkClosed(1006, "gone"))

    found = await messages(api, kind=["NOTED", "CALLERROR"])

    assert [(m["kind"], m["note"]) for m in found] == [
        ("CALL", "not answered within 30 s"),
        ("CALLERROR", None),
    ]


@pytest.mark.parametrize(
    "text",
    [
        '"idTag": "Tag',
        '"idTag":"Tag',
        '{\n  "idTag"',
        "\\u202E",
        "\u202e",
        "TAG 7",
        "\\u200b",
        "not right · [2",
    ],
)
async def test_text_is_found_as_it_is_shown(api: Api, text: str) -> None:
    log = frames(api)
    log.add(NAME, "in", '[2,"1","Authorize",{"idTag":"Tag7\u202e\u200b"}]')
    log.note(log.end - 1, "not right")
    log.add(NAME, "in", '[2,"2","Heartbeat",{}]')

    assert [m["id"] for m in await messages(api, text=text)] == ["1"]


async def test_pages_of_what_says_a_text_lead_to_older_ones(api: Api) -> None:
    for number in range(8):
        said = "odd" if number % 2 else "even"
        frames(api).add(NAME, "in", f'[2,"{number}","DataTransfer",{{"a":"{said}"}}]')

    page = await api.get(LIST, limit=3, text="odd")
    older = await api.get(LIST, limit=3, text="odd", cursor=page["next"])
    lines = (await api.client.get(f"{LIST}.jsonl", params={"text": "odd"})).text

    assert [item["id"] for item in page["items"]] == ["3", "5", "7"]
    assert ([item["id"] for item in older["items"]], older["next"]) == (["1"], None)
    assert len(lines.splitlines()) == 4


async def test_no_secret_can_be_guessed_by_looking_for_it(api: Api) -> None:
    call = {"key": "AuthorizationKey", "value": SECRET}
    frames(api).add(
        NAME, "out", orjson.dumps([2, "1", "ChangeConfiguration", call]).decode()
    )

    assert len(await messages(api, text="AuthorizationKey")) == 1
    assert await messages(api, text=SECRET) == []


@pytest.mark.parametrize("is_malformed", [False, True], ids=["frame", "rubbish"])
async def test_secrets_are_blanked(api: Api, is_malformed: bool) -> None:
    text = (
        f'[2,"1","ChangeConfiguration",{{"key":"AuthorizationKey","value":"{SECRET}"}}'
    )
    frames(api).add(NAME, "out", text if is_malformed else f"{text}]")

    answer = await api.client.get(LIST)
    lines = await api.client.get(f"{LIST}.jsonl")

    assert SECRET not in answer.text + lines.text
    assert "ChangeConfiguration" in answer.text


async def test_a_secret_that_a_station_repeats_is_blanked(api: Api) -> None:
    refusal = RemoteProtocolError("GenericError", f"{SECRET} is too short")
    end = await api.connect()
    end.answers["ChangeConfiguration"] = refusal
    payload = {"key": "AuthorizationKey", "value": SECRET}
    call = {"action": "ChangeConfiguration", "payload": payload}
    await api.client.post(f"/api/v1/stations/{NAME}/calls", json=call)

    answer = await api.client.get(LIST)

    assert "is too short" in answer.text
    assert SECRET not in answer.text


async def test_a_secret_is_blanked_after_the_station_came_again(api: Api) -> None:
    end = await api.connect()
    payload = {"key": "AuthorizationKey", "value": SECRET}
    call = {"action": "ChangeConfiguration", "payload": payload}
    await api.client.post(f"/api/v1/stations/{NAME}/calls", json=call)
    await end.link.close(4000, f"key is {SECRET}")
    await settle()
    end = await api.connect()
    await end.say("DataTransfer", vendorId="v", data=f"my key is {SECRET}")
    await end.link.close(4000, f"bye {SECRET}")
    await settle()

    answer = await api.client.get(LIST)

    assert SECRET not in answer.text
    for said in ("key is ***", "my key is ***", "bye ***"):
        assert said in answer.text


async def test_what_is_no_frame_is_there_with_what_is_wrong(api: Api) -> None:
    end = await api.connect()
    await end.link.send("rubbish")
    await settle()

    [wrong] = [m for m in await messages(api) if m["kind"] == "MALFORMED"]

    assert (wrong["station"], wrong["direction"]) == (NAME, "in")
    assert wrong["frame"] == "rubbish"
    assert "not JSON" in wrong["note"]


@pytest.mark.parametrize(
    ("call", "action", "unique_id"),
    [
        ('[2,17,"Heartbeat",{}]', "Heartbeat", "17"),
        ('[2,"x15","Heartbeat",{},"extra"]', "Heartbeat", "x15"),
        ('[2,"x18",null,{}]', None, "x18"),
    ],
)
async def test_a_call_that_is_malformed_and_our_error_belong_together(
    api: Api, call: str, action: str | None, unique_id: str
) -> None:
    end = await api.connect()
    await end.link.send(call)
    await settle()

    wrong, error = (await messages(api))[-2:]

    assert (wrong["kind"], wrong["direction"]) == ("MALFORMED", "in")
    assert (error["kind"], error["direction"]) == ("CALLERROR", "out")
    assert (wrong["action"], wrong["id"]) == (action, unique_id)
    assert (error["action"], error["id"], error["latency_ms"]) == (action, unique_id, 0)


async def test_a_connection_is_there_with_its_end(api: Api) -> None:
    end = await api.connect()
    await end.leave()

    found = {m["kind"]: m for m in await messages(api)}

    assert "ocpp1.6" in found["CONNECTED"]["note"]
    assert found["DISCONNECTED"]["station"] == NAME
    assert found["DISCONNECTED"]["frame"] is None


async def test_who_is_refused_at_the_door_is_there_with_the_reason(api: Api) -> None:
    text = "refused %s from %s: %d %s"
    refusals = api.harness.central.refusals
    refusals.tell("password", text, NAME, "192.0.2.1", 401, "wrong", station=NAME)

    [refused] = await messages(api, station=NAME)

    assert refused["kind"] == "REFUSED"
    assert refused["note"] == f"refused {NAME} from 192.0.2.1: 401 wrong"


async def test_all_can_be_downloaded_line_by_line(api: Api) -> None:
    for number in range(450):
        frames(api).add(NAME, "in", f'[2,"{number}","Heartbeat",{{}}]')

    answer = await api.client.get(f"{LIST}.jsonl", params={"station": NAME})

    assert answer.headers["content-type"].startswith("application/jsonl")
    lines = [orjson.loads(line) for line in answer.text.splitlines()]
    assert [line["id"] for line in lines] == [str(number) for number in range(450)]
    assert lines[0].keys() == (await messages(api))[0].keys()


async def test_they_come_as_events_to_those_who_ask_for_them(api: Api) -> None:
    end = await api.connect()
    async with listen(api, f"?types=message&station={NAME}") as listener:
        frames(api).add("CP-8", "in", '[2,"1","Heartbeat",{}]')
        await end.say("Heartbeat")
        call = await listener.data("message")
        answer = await listener.data("message")

    assert [call, answer] == (await messages(api))[-2:]
    assert answer["action"] == "Heartbeat"


async def test_an_answer_to_what_was_asked_before_somebody_read_has_its_name(
    api: Api,
) -> None:
    frames(api).add(NAME, "out", '[2,"17","Reset",{}]')
    async with listen(api, "?types=message") as listener:
        frames(api).add(NAME, "in", '[3,"17",{}]')

        assert (await listener.data("message"))["action"] == "Reset"


async def test_what_gets_a_note_later_is_told_again(api: Api) -> None:
    log = frames(api)
    log.add(NAME, "out", '[2,"17","Reset",{}]')
    async with listen(api, "?types=message") as listener:
        log.add(NAME, "in", '[3,"17",{}]')
        answer = await listener.data("message")
        log.note(answer["number"], "does not fit")
        log.note(answer["number"] - 1, "not answered")
        call = await listener.data("message")

        assert call == (await messages(api))[-2]
        assert call["note"] == "not answered"
        assert await listener.data("message") == answer | {"note": "does not fit"}


async def test_a_log_that_is_off_says_how_it_is_turned_on(start_api: StartApi) -> None:
    api = await start_api(context={"frames": None})

    answer = await api.client.get(LIST)

    assert answer.status_code == 404
    assert "FRAME_LOG_BYTES" in answer.json()["detail"]
    assert (await api.client.get(f"{LIST}.jsonl")).status_code == 404
