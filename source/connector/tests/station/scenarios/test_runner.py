"""Scenarios that run, fail, are skipped, and never begin."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from connector.station.assembly import numbered
from connector.station.scenarios import Outcome, RunnerOptions, run
from connector.station.scenarios.desk import Person
from connector.station.scenarios.results import Result
from connector.station.scenarios.shelf import Choice
from connector.tests.both_ends.central import CentralEnd
from connector.tests.station.scenarios.bench import (
    Desk,
    central_end,
    plan,
    played,
    scenario,
)


@pytest_asyncio.fixture
async def central(tmp_path: Path) -> AsyncIterator[CentralEnd]:
    async with central_end(tmp_path) as found:
        yield found


async def test_a_step_that_fails_says_where_and_why(central: CentralEnd) -> None:
    steps = """\
  - do: {plug: 1}
  - expect:
      sent: StatusNotification
      payload: {status: Charging}
      within_s: 0.2
"""
    result = await played(central, scenario(steps))

    assert result.outcome is Outcome.FAILED
    assert result.reason == (
        "StatusNotification: payload.status is 'Preparing', expected 'Charging', "
        "within 0.2 s"
    )
    assert (result.line, result.step) == (5, "2")


async def test_a_call_that_does_not_come_is_told_from_those_that_did(
    central: CentralEnd,
) -> None:
    steps = """\
  - do: {call: Heartbeat}
  - expect: {sent: Authorize, within_s: 0.1}
"""
    result = await played(central, scenario(steps))

    assert result.reason.startswith("Authorize was not sent, but Heartbeat")


async def test_never_is_held_against_what_comes(central: CentralEnd) -> None:
    steps = """\
  - do: {plug: 1}
    expect: {sent: StatusNotification, never: true, within_s: 1}
"""
    result = await played(central, scenario(steps))

    assert result.reason == "StatusNotification was sent, expected never"


async def test_what_was_said_before_the_deed_does_not_count(
    central: CentralEnd,
) -> None:
    steps = """\
  - do: {call: Heartbeat}
    expect: {sent: Heartbeat}
  - do: {plug: 1}
    expect: {sent: Heartbeat, within_s: 0.1}
"""
    result = await played(central, scenario(steps))

    assert (result.outcome, result.step) == (Outcome.FAILED, "2")


async def test_steps_are_repeated_in_their_time(central: CentralEnd) -> None:
    steps = """\
  - repeat:
      times: 3
      every_s: 0.1
      steps:
        - do: {call: Heartbeat}
          expect: {answered: {currentTime: "*"}}
  - expect: {answered: {}, within_s: 1}
"""
    with pytest.raises(Exception, match="beside a `do"):
        scenario(steps)
    result = await played(central, scenario(steps.rpartition("  - expect")[0]))

    assert result.outcome is Outcome.PASSED
    assert result.seconds >= 0.2


async def test_what_cannot_be_done_fails_the_step(central: CentralEnd) -> None:
    result = await played(central, scenario("  - do: {unplug: 1}\n"))

    assert result.reason == "EVSE 1: no vehicle is plugged in"
    assert result.step == "1"


async def test_names_are_known_and_learnt(central: CentralEnd) -> None:
    steps = """\
  - do: {plug: 1}
  - do: {swipe: "${other}"}
    expect:
      - sent: StartTransaction
        payload: {idTag: "${other}"}
        answer: {transactionId: "${transaction}"}
  - do: {unplug: 1}
    expect: {sent: StopTransaction, payload: {transactionId: "${transaction}"}}
"""
    found = scenario(steps, parameters="{other: TAG2}")
    assert (await played(central, found)).outcome is Outcome.PASSED

    steps = """\
  - do: {swipe: "${later}"}
  - expect: {sent: Authorize, payload: {idTag: "${later}"}}
"""
    result = await played(central, scenario(steps))
    assert result.reason == "nothing is known under ${later} yet"


async def test_parameters_may_be_given(central: CentralEnd) -> None:
    steps = '  - do: {plug: "${place}"}\n'
    found = scenario(steps, parameters="{place: 9}")

    first = await played(central, found)
    assert first.reason == "EVSE 9: expected one of 1"
    second = await played(central, found, parameters={"place": 1})
    assert second.outcome is Outcome.PASSED


@pytest.mark.parametrize(
    "step",
    [
        "- do: {swipe: '${nope}'}",
        "- expect: {sent: Heartbeat, payload: {vendorId: 'a ${nope}'}}",
        "- expect: {state: {status: '${nope}'}}",
        "- repeat: {times: 2, steps: [{do: {swipe: '${nope}'}}]}",
    ],
)
async def test_a_name_that_nothing_gives_a_value_is_found_first(step: str) -> None:
    result = await played(None, scenario(f"  - do: {{plug: 1}}\n  {step}\n"))

    assert result.outcome is Outcome.FAILED
    assert result.reason.startswith("nothing gives ${nope} a value")
    assert (result.line, result.step) == (4, "names")


async def test_where_nothing_comes_nothing_is_named_beside_it() -> None:
    steps = "  - expect: {received: Reset, within_s: 0.1}\n"
    result = await played(None, scenario(steps, waits_for_boot="false"))

    assert result.reason == "Reset was not received, nor anything else, within 0.1 s"


async def test_a_wrong_value_of_a_name_is_named(central: CentralEnd) -> None:
    found = scenario('  - do: {plug: "${place}"}\n', parameters="{place: left}")

    result = await played(central, found)

    assert result.reason.startswith("plug: where is 'left', expected a whole number")


async def test_what_is_for_another_version_is_skipped(central: CentralEnd) -> None:
    found = scenario("  - do: meter\n", versions="[ocpp2.0.1]")

    result = await played(central, found, "ocpp1.6")

    assert result.outcome is Outcome.SKIPPED
    assert result.reason == "not for ocpp1.6, but for ocpp2.0.1"


async def test_the_version_is_that_of_the_central_system(central: CentralEnd) -> None:
    found = scenario("  - do: {call: Heartbeat}\n", versions="[ocpp2.1]")

    result = await played(central, found, "ocpp2.1", "ocpp1.6")

    assert (result.outcome, result.version) == (Outcome.PASSED, "2.1")


async def test_evses_are_added_unless_they_are_what_they_are(
    central: CentralEnd,
) -> None:
    found = scenario("  - do: {plug: 2}\n", evses=2)

    assert (await played(central, found)).outcome is Outcome.PASSED
    result = await played(central, found, has_fixed_model=True)
    assert (result.outcome, result.reason) == (Outcome.SKIPPED, "it needs 2 EVSEs")


@pytest.mark.parametrize("versions", [("ocpp1.6",), ("ocpp2.1", "ocpp1.6")])
async def test_nobody_there_is_a_failure(versions: tuple[str, ...]) -> None:
    found = scenario("  - do: meter\n")
    person = Person(lambda _: None)

    result = await played(None, found, *versions, desk=person, boots_within_s=0.2)

    assert result.outcome is Outcome.FAILED
    assert "no connection to ws://127.0.0.1:9/" in result.reason


async def test_a_person_is_told_what_to_do_and_has_time(central: CentralEnd) -> None:
    told: list[str] = []
    machine = Desk(central)

    class Slow(Person):
        async def ask(self, identity: str, ask: object) -> None:
            await super().ask(identity, ask)  # type: ignore[arg-type]
            done.append(asyncio.create_task(self._later(identity, ask)))

        async def _later(self, identity: str, ask: object) -> None:
            await asyncio.sleep(0.3)
            await machine.ask(identity, ask)  # type: ignore[arg-type]

    done: list[asyncio.Task[None]] = []
    steps = """\
  - csms: {action: GetLocalListVersion}
    expect: {received: GetLocalListVersion, answer: {listVersion: "*"}, within_s: 0.1}
"""
    result = await played(central, scenario(steps), desk=Slow(told.append, 5.0))

    assert result.outcome is Outcome.PASSED
    assert told == ["let the central system send CP1: GetLocalListVersion {}"]


async def test_many_stations_run_the_same_scenarios(central: CentralEnd) -> None:
    found: list[Result] = []
    first = scenario("  - do: {call: Heartbeat}\n    expect: {answered: {}}\n")
    second = replace(first, name="another")
    choices = [Choice(each.name, (each,)) for each in (first, second)]
    plans = list(numbered(plan(central, "CP"), 20))

    await run(plans, choices, Desk(central), RunnerOptions(per_s=1000), found.append)

    assert len(found) == 40
    assert {each.outcome for each in found} == {Outcome.PASSED}
    assert len({each.station for each in found}) == 20
