"""Messages on displays: what is sent, and what is known to be shown."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from connector.csms.v2.display import OUR_ID, message_of
from connector.tests.csms.conftest import NAME, settle
from connector.tests.csms.v2.conftest import Harness2

Json = dict[str, Any]
YES = {"status": "Accepted"}


def info(number: int, content: str = "Hello", **more: Any) -> Json:
    message = {"format": "UTF8", "content": content}
    return {"id": number, "priority": "NormalCycle", "message": message} | more


def shown(harness: Harness2) -> list[Json]:
    found: list[Json] = orjson.loads(str(harness.newest("display_messages", "0")))
    return found


async def told(harness: Harness2, action: str, **payload: Any) -> Json:
    """Whoever it was that sent it."""
    answer: Json = await harness.station().call(action, payload)
    await settle()
    return answer


@pytest.mark.parametrize(
    "wanted",
    [
        {"content": "Hello"},
        {"message": "Hello"},
        {"message": {"content": "Hello"}},
        {"message": {"message": {"content": "Hello"}}},
        {"message": {"format": "UTF8", "content": "Hello"}},
    ],
)
def test_what_is_left_out_of_a_message_is_filled_in(wanted: Json) -> None:
    assert message_of(wanted) == {"message": info(OUR_ID)}


def test_what_is_given_goes_out_as_it_is() -> None:
    given = {
        "message": info(3, state="Idle", priority="InFront"),
        "customData": {"vendorId": "V"},
    }

    assert message_of(given) == given
    assert message_of({"content": "x", "format": "URI", "priority": "InFront"}) == {
        "message": {
            "id": OUR_ID,
            "priority": "InFront",
            "message": {"format": "URI", "content": "x"},
        }
    }


@pytest.mark.parametrize("version", ["2.0.1", "2.1"])
async def test_a_message_is_known_once_it_was_accepted(
    start2: Any, version: str
) -> None:
    harness = await start2()
    await harness.connect_2(
        version=version, boots=True, SetDisplayMessage=YES, ClearDisplayMessage=YES
    )
    await harness.central.blocks.v2.display.show(
        harness.station(), {"content": "Hello"}
    )
    await told(harness, "SetDisplayMessage", message=info(3, "Bye", state="Idle"))

    assert shown(harness) == [
        {"id": OUR_ID, "content": "Hello", "priority": "NormalCycle"},
        {"id": 3, "content": "Bye", "priority": "NormalCycle", "state": "Idle"},
    ]
    await told(harness, "ClearDisplayMessage", id=OUR_ID)
    assert [message["id"] for message in shown(harness)] == [3]


async def test_a_refused_message_is_not_shown(start2: Any) -> None:
    harness = await start2()
    await harness.connect_2(boots=True, SetDisplayMessage={"status": "Rejected"})
    await told(harness, "SetDisplayMessage", message=info(3))

    assert not harness.told("display_messages", "0")


async def test_only_one_message_is_always_in_front(start2: Any) -> None:
    harness = await start2()
    await harness.connect_2(boots=True, SetDisplayMessage=YES)
    for number in (1, 2):
        message = info(number, priority="AlwaysFront")
        await told(harness, "SetDisplayMessage", message=message)

    assert [message["id"] for message in shown(harness)] == [2]


async def test_a_report_of_several_parts_replaces_what_was_known(start2: Any) -> None:
    harness = await start2()
    end = await harness.connect_2(
        boots=True, SetDisplayMessage=YES, GetDisplayMessages=YES
    )
    await told(harness, "SetDisplayMessage", message=info(1))
    await told(harness, "GetDisplayMessages", requestId=7)
    await end.say("NotifyDisplayMessages", requestId=7, messageInfo=[info(2)], tbc=True)
    assert [message["id"] for message in shown(harness)] == [1]
    await end.say("NotifyDisplayMessages", requestId=7, messageInfo=[info(3)])

    assert [message["id"] for message in shown(harness)] == [2, 3]


async def test_a_report_of_some_adds_to_what_was_known(start2: Any) -> None:
    harness = await start2()
    end = await harness.connect_2(
        boots=True, SetDisplayMessage=YES, GetDisplayMessages=YES
    )
    await told(harness, "SetDisplayMessage", message=info(1))
    await told(harness, "GetDisplayMessages", requestId=7, id=[2])
    await end.say("NotifyDisplayMessages", requestId=7, messageInfo=[info(2)])
    assert [message["id"] for message in shown(harness)] == [1, 2]

    end.answers["GetDisplayMessages"] = {"status": "Unknown"}
    await told(harness, "GetDisplayMessages", requestId=8, id=[2])
    assert [message["id"] for message in shown(harness)] == [1]
    await told(harness, "GetDisplayMessages", requestId=9)
    assert shown(harness) == []


async def test_a_report_that_stops_half_way_is_given_up(
    start2: Any, caplog: pytest.LogCaptureFixture
) -> None:
    harness = await start2()
    end = await harness.connect_2(boots=True)
    await end.say("NotifyDisplayMessages", requestId=7, messageInfo=[info(2)], tbc=True)
    await harness.advance(61)

    assert not harness.told("display_messages", "0")
    assert "report" in caplog.text
    await end.say("NotifyDisplayMessages", requestId=7, messageInfo=[info(3)])
    assert [message["id"] for message in shown(harness)] == [3]


async def test_reports_without_end_take_no_room(
    start2: Any, caplog: pytest.LogCaptureFixture
) -> None:
    harness = await start2()
    end = await harness.connect_2(boots=True)
    for number in range(12):
        await end.say(
            "NotifyDisplayMessages", requestId=number, messageInfo=[info(2)], tbc=True
        )

    assert caplog.text.count("at the same time") == 1
    await harness.central.forget(NAME)


async def test_messages_go_when_their_time_or_their_transaction_is_over(
    start2: Any,
) -> None:
    harness = await start2()
    end = await harness.connect_2(boots=True, SetDisplayMessage=YES)
    until = end.time(ago_s=-60)
    await told(harness, "SetDisplayMessage", message=info(1, endDateTime=until))
    await told(harness, "SetDisplayMessage", message=info(2, transactionId="tx-1"))
    await told(harness, "SetDisplayMessage", message=info(3))
    await end.event("Started", 0)
    await end.event("Ended", 1)
    assert [message["id"] for message in shown(harness)] == [1, 3]

    await harness.advance(61)
    await told(harness, "SetDisplayMessage", message=info(4))
    assert [message["id"] for message in shown(harness)] == [3, 4]


async def test_only_so_many_messages_are_remembered(start2: Any) -> None:
    harness = await start2()
    end = await harness.connect_2(boots=True)
    many = [info(number) for number in range(100)]
    await end.say("NotifyDisplayMessages", requestId=1, messageInfo=many)

    assert [message["id"] for message in shown(harness)] == list(range(68, 100))


async def test_a_text_without_end_is_not_remembered_whole(start2: Any) -> None:
    harness = await start2()
    end = await harness.connect_2(boots=True)
    long = info(1, "x" * 5000, startDateTime="y" * 5000)
    await end.say_raw("NotifyDisplayMessages", {"requestId": 1, "messageInfo": [long]})

    (message,) = shown(harness)
    assert len(message["content"]) == 1024
    assert len(message["startDateTime"]) < 100
