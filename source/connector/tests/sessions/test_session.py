"""Order, calls of our own, what follows an answer, and the end of a link."""

from __future__ import annotations

import asyncio
import logging
from decimal import Decimal
from typing import Any

import pytest

from connector.errors import (
    CallErrorReceived,
    CommandTimeout,
    LinkClosed,
    LocalProtocolError,
    OutboxFull,
    RemoteProtocolError,
    UnsupportedAction,
)
from connector.ocppj.frames import Call, Json
from connector.sessions.handlers import Answer
from connector.tests.sessions.bench import (
    DEADLINE_S,
    NOW,
    VERSIONS,
    Bench,
    frame,
    now,
    settle,
    soft,
)

SOFT: Json = {"type": "Soft"}
ACCEPTED: Json = {"status": "Accepted"}


def reset(bench: Bench) -> asyncio.Task[Json]:
    call = bench.session.call_action("Reset", soft(bench.version))
    return asyncio.create_task(call)


async def answer_next(bench: Bench, payload: Json) -> list[Any]:
    call: list[Any] = await bench.recv()
    await bench.send(f'[3,"{call[1]}",{{}}]' if not payload else _result(call, payload))
    return call


def _result(call: list[Any], payload: Json) -> str:
    return frame("", "", payload).replace('[2,"",""', f'[3,"{call[1]}"')


# -- calls of our own


@pytest.mark.parametrize("version", VERSIONS)
async def test_a_call_is_sent_and_its_answer_given(version: str) -> None:
    async with Bench(version=version) as bench:
        task = reset(bench)
        call = await answer_next(bench, ACCEPTED)

        assert await task == ACCEPTED
        assert call[0] == 2
        assert call[2:] == ["Reset", soft(version)]
        assert 0 < len(call[1]) <= 36


async def test_the_ids_of_our_calls_are_all_different() -> None:
    async with Bench() as bench:
        seen = set()
        for _ in range(50):
            task = reset(bench)
            seen.add((await answer_next(bench, ACCEPTED))[1])
            await task
        assert len(seen) == 50


@pytest.mark.parametrize("version", VERSIONS)
async def test_a_callerror_is_raised_and_never_none(version: str) -> None:
    async with Bench(version=version) as bench:
        task = reset(bench)
        call = await bench.recv()
        await bench.send(f'[4,"{call[1]}","MadeUpCode","no",{{}}]')

        with pytest.raises(CallErrorReceived, match="MadeUpCode: no"):
            await task


@pytest.mark.parametrize(
    ("action", "payload", "problem"),
    [
        ("Heartbeat", {}, UnsupportedAction),
        ("NoSuchAction", {}, UnsupportedAction),
        ("Reset", {}, LocalProtocolError),
        ("DataTransfer", {"vendorId": "V", "data": Decimal(1)}, LocalProtocolError),
        ("ClearChargingProfile", {"id": Decimal(1)}, LocalProtocolError),
        ("ClearChargingProfile", {"id": 2**70}, LocalProtocolError),
    ],
)
async def test_a_call_that_cannot_be_one_is_not_sent(
    action: str, payload: Json, problem: type[Exception]
) -> None:
    async with Bench() as bench:
        with pytest.raises(problem):
            await bench.session.call_action(action, payload)
        assert await bench.is_alive()


@pytest.mark.parametrize("version", ["1.6", "2.0.1"])
async def test_an_answer_that_means_nothing_is_an_error_and_the_session_lives(
    version: str,
) -> None:
    async with Bench(version=version) as bench:
        task = reset(bench)
        await answer_next(bench, {"status": "Perhaps"})

        with pytest.raises(RemoteProtocolError):
            await task
        assert await bench.is_alive()


async def test_a_call_without_an_answer_times_out_and_the_late_answer_is_nothing() -> (
    None
):
    async with Bench() as bench:
        with pytest.raises(CommandTimeout) as caught:
            await bench.session.call_action("Reset", SOFT, timeout_s=0.001)
        assert caught.value.sent
        late = await bench.recv()
        task = reset(bench)
        current = await bench.recv()

        await bench.send(_result(late, {"status": "Rejected"}))
        await bench.send(_result(current, ACCEPTED))

        assert await task == ACCEPTED
        assert bench.watcher.kinds == ["unsolicited"]


@pytest.mark.parametrize("version", VERSIONS)
async def test_an_answer_that_is_handed_over_is_taken_and_nothing_else_is(
    version: str,
) -> None:
    async with Bench(version=version) as bench:
        task = reset(bench)
        call: list[Any] = await bench.recv()
        for text in (
            "[3,",
            '[3,"another",{}]',
            f'[3,"{call[1]}","yes"]',
            f'[4,"{call[1]}","InternalError","",{{}}]',
            f'[2,"{call[1]}","Heartbeat",{{}}]',
            "rubbish",
        ):
            assert not bench.session.take_answer(text)
        assert bench.session.take_answer(_result(call, ACCEPTED))
        assert await task == ACCEPTED


async def test_more_calls_than_may_wait_are_refused() -> None:
    async with Bench(outbox_limit=1) as bench:
        tasks = [reset(bench), reset(bench)]
        await settle()
        with pytest.raises(OutboxFull):
            await bench.session.call_action("Reset", SOFT)
        for task in tasks:
            await answer_next(bench, ACCEPTED)
            await task


async def test_the_commands_send_what_they_are_named_after() -> None:
    async with Bench() as bench:
        profile = {
            "chargingProfileId": 1,
            "stackLevel": 0,
            "chargingProfilePurpose": "TxDefaultProfile",
            "chargingProfileKind": "Relative",
            "chargingSchedule": {
                "chargingRateUnit": "A",
                "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 10.2}],
            },
        }
        session = bench.session
        sent = []
        for command in (
            session.send_charging_profile(1, profile),
            session.clear_charging_profile(id=5),
            session.clear_charging_profile(),
            session.trigger_message("Heartbeat"),
            session.trigger_message("MeterValues", 2),
            session.reset(),
        ):
            task = asyncio.create_task(command)
            sent.append((await answer_next(bench, ACCEPTED))[2:])
            assert await task == ACCEPTED
        assert sent == [
            ["SetChargingProfile", {"connectorId": 1, "csChargingProfiles": profile}],
            ["ClearChargingProfile", {"id": 5}],
            ["ClearChargingProfile", {}],
            ["TriggerMessage", {"requestedMessage": "Heartbeat"}],
            ["TriggerMessage", {"requestedMessage": "MeterValues", "connectorId": 2}],
            ["Reset", {"type": "Soft"}],
        ]


# -- handlers


@pytest.mark.parametrize("version", VERSIONS)
async def test_a_call_from_within_an_async_handler_works(version: str) -> None:
    async def handler(owner: Any, call: Call) -> Json:
        answer = await owner.session.call_action("Reset", soft(version))
        assert answer == ACCEPTED
        return NOW

    async with Bench({"Heartbeat": handler}, version=version) as bench:
        await bench.send(frame("1", "Heartbeat", {}))
        await answer_next(bench, ACCEPTED)

        assert await bench.recv() == [3, "1", NOW]


@pytest.mark.parametrize("version", VERSIONS)
async def test_answers_to_us_arrive_while_a_handler_waits(version: str) -> None:
    is_through = asyncio.Event()

    async def handler(owner: object, call: Call) -> Json:
        await is_through.wait()
        return NOW

    async with Bench({"Heartbeat": handler}, version=version) as bench:
        await bench.send(frame("1", "Heartbeat", {}))
        task = reset(bench)
        await answer_next(bench, ACCEPTED)

        assert await task == ACCEPTED
        is_through.set()
        assert await bench.recv() == [3, "1", NOW]


async def test_pipelined_calls_are_answered_in_order_and_none_is_lost() -> None:
    async def slow(owner: object, call: Call) -> Json:
        for _ in range(3):
            await asyncio.sleep(0)
        return NOW

    handlers = {"Heartbeat": slow, "StatusNotification": lambda owner, call: {}}
    status = {"connectorId": 1, "errorCode": "NoError", "status": "Available"}
    async with Bench(handlers, inbox_limit=4, limit=3) as bench:
        expected = []

        async def send_all() -> None:
            for number in range(60):
                action, payload = (
                    ("Heartbeat", {}) if number % 3 else ("StatusNotification", status)
                )
                await bench.send(frame(str(number), action, payload))

        sending = asyncio.create_task(send_all())
        expected = [str(number) for number in range(60)]
        assert [(await bench.recv())[1] for _ in range(60)] == expected
        await sending


async def test_the_inbox_is_bounded() -> None:
    is_through = asyncio.Event()

    async def wait(owner: object, call: Call) -> Json:
        await is_through.wait()
        return NOW

    async with Bench({"Heartbeat": wait}, inbox_limit=4, limit=1) as bench:
        sent = 0

        async def send_all() -> None:
            nonlocal sent
            for number in range(20):
                await bench.send(frame(str(number), "Heartbeat", {}))
                sent += 1

        sending = asyncio.create_task(send_all())
        await settle()
        await settle()
        assert sent == 1 + 4 + 1
        is_through.set()
        answers = [(await bench.recv())[1] for _ in range(20)]
        assert answers == [str(number) for number in range(20)]
        await sending


async def test_two_status_notifications_before_the_answer_to_a_boot_are_taken() -> None:
    is_through = asyncio.Event()

    async def boot(owner: object, call: Call) -> Json:
        await is_through.wait()
        return NOW | {"interval": 300, "status": "Accepted"}

    handlers = {"BootNotification": boot, "StatusNotification": lambda o, c: {}}
    status = {"connectorId": 1, "errorCode": "NoError", "status": "Available"}
    async with Bench(handlers) as bench:
        payload = {"chargePointVendor": "V", "chargePointModel": "M"}
        await bench.send(frame("1", "BootNotification", payload))
        await bench.send(frame("2", "StatusNotification", status))
        await bench.send(frame("3", "StatusNotification", status))
        await settle()
        is_through.set()

        assert [(await bench.recv())[:2] for _ in range(3)] == [
            [3, "1"],
            [3, "2"],
            [3, "3"],
        ]


async def test_a_pace_delays_and_loses_nothing() -> None:
    async with Bench({"Heartbeat": now}, max_frames_per_s=1000.0) as bench:
        for number in range(5):
            assert await bench.ask("Heartbeat", {}, str(number)) == [
                3,
                str(number),
                NOW,
            ]


# -- what follows an answer


async def test_after_runs_once_the_answer_is_on_the_link_and_before_the_next_call() -> (
    None
):
    steps: list[str] = []

    def handler(owner: Any, call: Call) -> Answer:
        async def after() -> None:
            out = [way for way, _ in owner.watcher.frames if way == "out"]
            steps.append(f"{len(out)} frames out")
            await asyncio.sleep(0)
            steps.append(f"after {call.unique_id}")

        steps.append(f"call {call.unique_id}")
        return Answer(NOW, after)

    async with Bench({"Heartbeat": handler}, shows_frames=True) as bench:
        await bench.send(frame("1", "Heartbeat", {}))
        await bench.send(frame("2", "Heartbeat", {}))
        assert (await bench.recv())[1] == "1"
        assert (await bench.recv())[1] == "2"
        await settle()

    assert [step for step in steps if "frames" not in step] == [
        "call 1",
        "after 1",
        "call 2",
        "after 2",
    ]
    assert bench.watcher.frames[1] == ("out", f'[3,"1",{_dumps(NOW)}]')
    assert steps[1] == "1 frames out"


def _dumps(payload: Json) -> str:
    return frame("", "", payload)[len('[2,"","",') : -1]


async def test_after_runs_even_if_the_link_is_gone() -> None:
    is_through, ran = asyncio.Event(), []

    async def handler(owner: object, call: Call) -> Answer:
        await is_through.wait()
        return Answer(NOW, lambda: ran.append(call.unique_id))

    bench = Bench({"Heartbeat": handler})
    for number in range(3):
        await bench.send(frame(str(number), "Heartbeat", {}))
    await settle()
    await bench.peer.close()
    is_through.set()
    await bench.end()

    assert ran == ["0", "1", "2"]


async def test_an_after_that_fails_is_logged_and_the_session_lives(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def fails_later() -> None:
        raise KeyError("later")

    def fails() -> None:
        raise KeyError("now")

    for after in (fails, fails_later):
        handler = lambda owner, call, after=after: Answer(NOW, after)  # noqa: E731
        async with Bench({"Heartbeat": handler}) as bench:
            assert (await bench.ask("Heartbeat", {}))[0] == 3
            assert await bench.is_alive()
    assert [r.levelno for r in caplog.records] == [logging.ERROR] * 2


@pytest.mark.parametrize("version", VERSIONS)
async def test_a_call_from_within_an_after_works(version: str) -> None:
    answers: list[Json] = []

    def handler(owner: Any, call: Call) -> Answer:
        async def after() -> None:
            answers.append(await owner.session.call_action("Reset", soft(version)))

        return Answer(NOW, after)

    async with Bench({"Heartbeat": handler}, version=version) as bench:
        assert (await bench.ask("Heartbeat", {}))[0] == 3
        await answer_next(bench, ACCEPTED)
        await settle()

    assert answers == [ACCEPTED]


# -- the end


@pytest.mark.parametrize("version", VERSIONS)
async def test_pending_and_waiting_calls_end_the_moment_the_link_does(
    version: str,
) -> None:
    bench = Bench(version=version)
    tasks = [reset(bench) for _ in range(3)]
    await settle()

    await bench.peer.close(1001, "bye")
    await settle()

    assert bench.task.done()
    for task in tasks:
        assert task.done()
        problem = task.exception()
        assert isinstance(problem, LinkClosed)
        assert problem.code == 1001
    with pytest.raises(LinkClosed):
        await bench.session.call_action("Reset", soft(version))


async def test_a_handler_that_calls_hears_of_the_end_and_what_was_heard_is_handled() -> (
    None
):
    seen: list[str] = []

    async def handler(owner: Any, call: Call) -> Json:
        seen.append(call.unique_id)
        try:
            await owner.session.call_action("Reset", SOFT)
        except LinkClosed:
            seen.append("closed")
        return NOW

    bench = Bench({"Heartbeat": handler})
    for number in range(2):
        await bench.send(frame(str(number), "Heartbeat", {}))
    await settle()
    await bench.end()

    assert seen == ["0", "closed", "1", "closed"]


@pytest.mark.parametrize("version", VERSIONS)
async def test_cancelling_a_session_ends_its_calls(version: str) -> None:
    bench = Bench(version=version)
    task = reset(bench)
    await settle()

    bench.task.cancel()

    async with asyncio.timeout(DEADLINE_S):
        with pytest.raises(LinkClosed):
            await task
        with pytest.raises(asyncio.CancelledError):
            await bench.task


async def test_closing_a_session_closes_its_link() -> None:
    bench = Bench()
    await bench.session.close(1012, "restart")

    with pytest.raises(LinkClosed) as caught:
        await bench.peer.recv()
    assert (caught.value.code, caught.value.reason) == (1012, "restart")
    await bench.end()


async def test_frames_are_logged_without_secrets(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG, "connector.sessions")
    async with Bench() as bench:
        task = asyncio.create_task(
            bench.session.call_action(
                "ChangeConfiguration", {"key": "AuthorizationKey", "value": "s3cret"}
            )
        )
        await answer_next(bench, ACCEPTED)
        await task

    assert "ChangeConfiguration" in caplog.text
    assert "s3cret" not in caplog.text
