"""What peers send that they should not: the session answers what it can, and lives."""

from __future__ import annotations

import asyncio
import logging
from decimal import Decimal
from typing import Any

import pytest
from ocpp.exceptions import FormatViolationError

from connector.errors import RemoteProtocolError
from connector.ocppj.frames import Call, CallError, Json
from connector.sessions.handlers import Answer
from connector.tests.ocppj.examples import request
from connector.tests.sessions.bench import (
    BOOT,
    NOW,
    VERSIONS,
    Bench,
    frame,
    now,
    settle,
    status,
)

INTERNAL = "InternalError"


@pytest.fixture(params=VERSIONS)
def version(request: pytest.FixtureRequest) -> str:
    """Each row of the table is held for every version."""
    return str(request.param)


async def test_an_unknown_action_is_not_implemented(version: str) -> None:
    async with Bench(version=version) as bench:
        answer = await bench.ask("NoSuchAction", {}, "7")
        assert answer[:3] == [4, "7", "NotImplemented"]


async def test_a_known_action_that_nobody_handles_is_not_supported(
    version: str,
) -> None:
    async with Bench(version=version) as bench:
        for action in ("Heartbeat", "Reset"):
            answer = await bench.ask(action, {})
            assert answer[2] == "NotSupported"


UNREADABLE = [
    "",
    "rubbish",
    "{}",
    "[]",
    "[2]",
    '[2,{},"Heartbeat",{}]',
    "[" * 100_000,
    "[" * 100_000 + "]" * 100_000,
]


@pytest.mark.parametrize(
    "text",
    [
        *UNREADABLE,
        '[9,"1","Heartbeat",{}]',
        '[5,"1","Heartbeat",{}]',
        '[6,"1","Heartbeat",{}]',
        '[3,"1",[]]',
        b"\x00\x01",
        b'[2,"1","Heartbeat",{}]',
    ],
    ids=lambda text: repr(text[:25]),
)
async def test_what_is_no_frame_is_dropped_and_counted_in_16(text: str | bytes) -> None:
    async with Bench({"Heartbeat": now}) as bench:
        await bench.send(text)

        assert await bench.is_alive()
        kind = "malformed binary" if isinstance(text, bytes) else "malformed"
        assert bench.watcher.kinds[0] == kind


@pytest.mark.parametrize("version", ["2.0.1", "2.1"])
@pytest.mark.parametrize("text", UNREADABLE, ids=lambda text: repr(text[:25]))
async def test_what_has_no_readable_id_is_answered_to_minus_one_in_2x(
    version: str, text: str
) -> None:
    async with Bench(version=version) as bench:
        await bench.send(text)

        assert (await bench.recv())[:3] == [4, "-1", "RpcFrameworkError"]
        assert await bench.is_alive()
        assert bench.watcher.kinds[0] == "malformed"


@pytest.mark.parametrize(
    ("version", "kind"), [("2.0.1", 5), ("2.0.1", 6), ("2.0.1", 9), ("2.1", 9)]
)
async def test_an_unknown_type_is_not_supported_in_2x(version: str, kind: int) -> None:
    async with Bench({"Heartbeat": now}, version=version) as bench:
        await bench.send(f'[{kind},"1","Heartbeat",{{}}]')

        assert (await bench.recv())[:3] == [4, "1", "MessageTypeNotSupported"]
        assert await bench.is_alive()


@pytest.mark.parametrize("version", ["2.0.1", "2.1"])
async def test_a_binary_message_is_dropped_and_counted_in_2x_too(version: str) -> None:
    async with Bench({"Heartbeat": now}, version=version) as bench:
        await bench.send(b'[2,"1","Heartbeat",{}]')

        assert await bench.is_alive()
        assert bench.watcher.kinds[0] == "malformed binary"


@pytest.mark.parametrize(
    "text",
    [
        '[2,"1"]',
        '[2,"1",["a"],{}]',
        '[2,"1",{"a":1},{}]',
        '[2,"1",null,{}]',
        '[2,"1","Heartbeat"]',
        '[2,"1","Heartbeat",[]]',
        '[2,"1","Heartbeat",{}',
        '[2,"1","Heartbeat",' + '{"a":' * 100 + "1" + "}" * 100 + "]",
    ],
    ids=lambda text: text[:25],
)
async def test_a_malformed_call_with_an_id_is_answered_and_the_session_lives(
    version: str, text: str
) -> None:
    async with Bench({"Heartbeat": now}, version=version) as bench:
        await bench.send(text)

        assert (await bench.recv())[:3] == [4, "1", bench.dialect.formation]
        assert await bench.is_alive()


async def test_an_id_of_90_characters_is_refused(version: str) -> None:
    async with Bench({"Heartbeat": now}, version=version) as bench:
        answer = await bench.ask("Heartbeat", {}, "x" * 90)

        assert answer[:3] == [4, "x" * 90, bench.dialect.formation]


async def test_an_excerpt_of_what_is_malformed_shows_no_secret() -> None:
    async with Bench() as bench:
        await bench.send('[2,"1","X",{"password":"s3cret"}')
        assert "s3cret" not in str(await bench.recv())

        assert "s3cret" not in str(bench.watcher.warnings)


@pytest.mark.parametrize("text", ['[3,"1",{}]', '[4,"1","GenericError","",{}]'])
async def test_answers_nobody_asked_for_are_dropped_and_counted(
    version: str, text: str
) -> None:
    async with Bench(version=version) as bench:
        for _ in range(2000):
            await bench.send(text)

        assert await bench.is_alive()
        assert bench.watcher.kinds[:2000] == ["unsolicited"] * 2000


def raises(owner: object, call: Call) -> Json:
    raise ValueError("s3cret")


async def raises_later(owner: object, call: Call) -> Json:
    await asyncio.sleep(0)
    raise KeyError("s3cret")


async def is_cancelled_within(owner: object, call: Call) -> Json:
    task = asyncio.create_task(asyncio.sleep(0))
    task.cancel()
    await task
    return NOW


async def gives_a_text_later(owner: object, call: Call) -> str:
    return "Accepted"


def gives(result: object) -> Any:
    return lambda owner, call: result


@pytest.mark.parametrize(
    "handler",
    [
        raises,
        raises_later,
        is_cancelled_within,
        gives_a_text_later,
        gives(None),
        gives("Accepted"),
        gives(5),
        gives([]),
        gives({}),
        gives({"currentTime": 5}),
        gives(NOW | {"more": 1}),
        gives({"currentTime": Decimal(1)}),
        gives({"currentTime": "\ud800"}),
        gives({"currentTime": object()}),
        gives(Answer({}, lambda: None)),
    ],
)
async def test_a_handler_that_fails_gives_an_internal_error_without_details(
    version: str, handler: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    async with Bench({"Heartbeat": handler}, version=version) as bench:
        await bench.send(frame("1", "Heartbeat", {}))
        await bench.send(frame("2", "NoSuchAction", {}))

        assert await bench.recv() == [4, "1", INTERNAL, "", {}]
        assert (await bench.recv())[:3] == [4, "2", "NotImplemented"]
        assert await bench.is_alive()


async def test_a_handlers_protocol_error_is_the_answer(version: str) -> None:
    def refuse(owner: object, call: Call) -> Json:
        raise RemoteProtocolError("SecurityError", "not you", {"a": 1})

    async with Bench({"Heartbeat": refuse}, version=version) as bench:
        answer = await bench.ask("Heartbeat", {}, "1")
        assert answer == [4, "1", "SecurityError", "not you", {"a": 1}]


async def test_an_exception_of_the_library_is_the_answer_spelled_as_the_version_does(
    version: str,
) -> None:
    def refuse(owner: object, call: Call) -> Json:
        raise FormatViolationError("what is this")

    async with Bench({"Heartbeat": refuse}, version=version) as bench:
        answer = await bench.ask("Heartbeat", {}, "1")
        assert answer == [4, "1", bench.dialect.formation, "what is this", {}]


async def test_an_error_whose_details_are_no_json_is_an_internal_error() -> None:
    def refuse(owner: object, call: Call) -> CallError:
        return CallError(call.unique_id, "SecurityError", "", {"a": object()})

    async with Bench({"Heartbeat": refuse}) as bench:
        assert await bench.ask("Heartbeat", {}, "1") == [4, "1", INTERNAL, "", {}]
        assert await bench.is_alive()


async def test_a_payload_that_does_not_fit_is_refused_without_repeating_it() -> None:
    async with Bench({"BootNotification": raises}) as bench:
        answer = await bench.ask("BootNotification", {"chargePointVendor": "s3cret"})

        assert answer[2:] == [
            "OccurenceConstraintViolation",
            "chargePointModel is missing",
            {},
        ]


async def test_what_is_tolerated_is_warned_of_and_handled() -> None:
    taken: list[Json] = []

    def boot(owner: object, call: Call) -> Json:
        taken.append(call.payload)
        return NOW | {"interval": 300, "status": "Accepted"}

    async with Bench({"BootNotification": boot}) as bench:
        payload = BOOT | {"chargePointModel": "M" * 30, "iccid": 5}
        answer = await bench.ask("BootNotification", payload)

        assert answer[0] == 3
        assert taken == [BOOT | {"chargePointModel": "M" * 30}]
        assert len(bench.watcher.warnings) == 2


@pytest.mark.parametrize("version", ["2.0.1", "2.1"])
async def test_a_payload_of_2x_that_does_not_fit_is_refused_without_repeating_it(
    version: str,
) -> None:
    async with Bench({"TransactionEvent": raises}, version=version) as bench:
        event = request(version, "TransactionEvent") | {"triggerReason": "s3cret"}
        del event["seqNo"]
        answer = await bench.ask("TransactionEvent", event)

        assert answer[2:] == ["OccurrenceConstraintViolation", "seqNo is missing", {}]


@pytest.mark.parametrize("version", ["2.0.1", "2.1"])
async def test_16_on_a_link_of_2x_is_refused_and_warned_of_as_one_thing(
    version: str,
) -> None:
    async with Bench({"BootNotification": raises}, version=version) as bench:
        assert (await bench.ask("BootNotification", BOOT))[0] == 4
        answer = await bench.ask("StartTransaction", {})

        assert answer[2] == "NotImplemented"
        assert set(bench.watcher.kinds) == {"1.6 on a 2.x link"}
        assert "`ocpp_version`" in bench.watcher.warnings[0][1]


async def test_a_strict_session_refuses_a_time_that_is_none(version: str) -> None:
    payload = status(version) | {"timestamp": "foo"}
    handlers = {"StatusNotification": gives({})}
    async with Bench(handlers, version=version, strict=True) as bench:
        answer = await bench.ask("StatusNotification", payload)
        assert answer[2] == "PropertyConstraintViolation"
    async with Bench(handlers, version=version) as bench:
        assert (await bench.ask("StatusNotification", payload))[0] == 3


async def test_the_same_call_twice_has_the_same_answer_and_runs_once(
    version: str,
) -> None:
    runs: list[str] = []

    def handler(owner: object, call: Call) -> Json:
        runs.append(call.unique_id)
        return {"currentTime": f"time {len(runs)}"}

    async with Bench({"Heartbeat": handler}, version=version) as bench:
        first = await bench.ask("Heartbeat", {}, "1")
        assert await bench.ask("Heartbeat", {}, "1") == first
        assert runs == ["1"]
        assert await bench.ask("Heartbeat", {}, "2") != first


async def test_the_same_id_with_another_payload_or_action_is_handled_anew() -> None:
    runs: list[Json] = []

    def handler(owner: object, call: Call) -> Json:
        runs.append(call.payload)
        return {"idTagInfo": {"status": "Accepted"}}

    async with Bench({"Authorize": handler, "Heartbeat": now}) as bench:
        await bench.ask("Authorize", {"idTag": "A"}, "1")
        await bench.ask("Authorize", {"idTag": "B"}, "1")
        assert await bench.ask("Heartbeat", {}, "1") == [3, "1", NOW]
        assert runs == [{"idTag": "A"}, {"idTag": "B"}]


async def test_a_call_repeated_while_it_is_handled_runs_once() -> None:
    is_through, runs = asyncio.Event(), 0

    async def handler(owner: object, call: Call) -> Json:
        nonlocal runs
        runs += 1
        await is_through.wait()
        return NOW

    async with Bench({"Heartbeat": handler}) as bench:
        for _ in range(3):
            await bench.send(frame("1", "Heartbeat", {}))
        await settle()
        is_through.set()

        assert [await bench.recv() for _ in range(3)] == [[3, "1", NOW]] * 3
        assert runs == 1


async def test_a_repeated_call_whose_link_is_gone_harms_nobody(
    caplog: pytest.LogCaptureFixture,
) -> None:
    is_through = asyncio.Event()

    async def handler(owner: object, call: Call) -> Json:
        await is_through.wait()
        return NOW

    bench = Bench({"Heartbeat": handler})
    for _ in range(2):
        await bench.send(frame("1", "Heartbeat", {}))
    await settle()
    await bench.peer.close()
    is_through.set()
    await bench.end()

    assert not [r for r in caplog.records if r.levelno >= logging.ERROR]
