"""Every recorded station plays before the connector, and the facts are those of its
story: beside each recording stands what is expected of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from connector.csms.station import STATION
from connector.sessions.recorded_files import RecorderOptions
from connector.sessions.recorder import Recorder
from connector.sessions.recordings import CSMS, Command, Frame, Recording, read
from connector.station.replay_answers import Likeness
from connector.tests.recordings.stage import Stage

Json = dict[str, Any]
FOLDER = Path(__file__).parent
FILES = sorted(FOLDER.glob("*.jsonl"))
LATER_S = 30 * 86_400.0
ANY_FILE = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


def expected_of(path: Path) -> Json:
    found: Json = json.loads(path.with_suffix(".expected.json").read_text())
    return found


def facts(stage: Stage, expected: Json) -> Json:
    """What came of a replay, in the form of the expectations."""
    members = ("where", "token", "meter_start", "meter_stop", "energy", "reason")
    return {
        "outcomes": [" ".join(outcome) for outcome in stage.outcomes],
        "transactions": [
            {name: transaction[name] for name in members}
            for transaction in stage.transactions()
        ],
        "datapoints": {key: stage.newest(key) for key in expected["datapoints"]},
    }


async def played(recording: Recording, recorder: Recorder | None = None) -> Stage:
    """A replay on another day; nothing is lost, and nothing refused."""
    stage = Stage(recording)
    stage.clock.advance(LATER_S)
    result = await stage.play(recorder)
    assert result.is_good, list(result.report())
    assert stage.is_quiet
    return stage


def test_there_are_a_dozen_and_more() -> None:
    assert len(FILES) >= 12


@ANY_FILE
async def test_a_recorded_station_is_served(path: Path) -> None:
    expected = expected_of(path)
    stage = await played(read(path))
    assert facts(stage, expected) == expected


@ANY_FILE
async def test_what_the_recorder_makes_of_it_is_served_alike(
    path: Path, tmp_path: Path
) -> None:
    expected, recording = expected_of(path), read(path)
    again = await recorded(recording, tmp_path)
    assert facts(again, expected) == expected
    copy = with_commands(only_recording_in(tmp_path), recording)
    stage = await played(copy)
    assert without_tokens(facts(stage, expected)) == without_tokens(expected)


async def recorded(recording: Recording, folder: Path) -> Stage:
    stage = Stage(recording)
    options = RecorderOptions(folder, "test", kept_free_bytes=0)
    recorder = Recorder(options, stage.clock, lambda identity: identity)
    recorder.start()
    await stage.play(recorder)
    recorder.stop()
    return stage


def only_recording_in(folder: Path) -> Recording:
    [path] = folder.glob("*/*.jsonl")
    return read(path)


def with_commands(copy: Recording, original: Recording) -> Recording:
    """The recorder does not know what people did: it is put in where it was."""
    commands = [entry for entry in original.entries if isinstance(entry, Command)]
    entries: list[Frame | Command] = list(copy.entries)
    for command in commands:
        # Before what followed from it: the next thing that the connector said.
        index = next(
            (i for i, entry in enumerate(entries) if entry.t > command.t - 0.01),
            len(entries),
        )
        entries.insert(index, command)
    return Recording(copy.header, tuple(entries), copy.ended_s, copy.end)


def without_tokens(found: Json) -> Json:
    """Tokens have other names in another recording."""
    transactions = [t | {"token": ""} for t in found["transactions"]]
    return found | {"transactions": transactions}


@ANY_FILE
def test_a_written_recording_says_so_and_names_its_sources(path: Path) -> None:
    header = read(path).header
    assert header.is_written
    assert header.about.endswith(".")
    assert header.sources
    assert all(source.startswith("https://") for source in header.sources)


@ANY_FILE
def test_a_recording_is_listed(path: Path) -> None:
    assert f"`{path.stem}`" in (FOLDER / "README.md").read_text()


@ANY_FILE
def test_a_recording_begins_with_the_station_and_is_in_order(path: Path) -> None:
    recording = read(path)
    times = [entry.t for entry in recording.entries]
    first = recording.entries[0]
    assert isinstance(first, Frame)
    assert first.sender != CSMS
    assert times == sorted(times)
    assert recording.end


async def test_another_answer_of_ours_is_told() -> None:
    recording = read(FOLDER / "zaptec-go-2.jsonl")
    stage = Stage(recording, unknown_tokens="reject")
    result = await stage.play()
    assert result.is_good
    [authorize, start, stop] = [e for e in result.exchanges if e.differences]
    assert authorize.action == "Authorize"
    assert authorize.differences == ["idTagInfo.status: Invalid, was Accepted"]
    assert (start.action, stop.action) == ("StartTransaction", "StopTransaction")


async def test_a_station_that_is_not_adopted_is_told_apart() -> None:
    recording = read(FOLDER / "zaptec-go-2.jsonl")
    stage = Stage(recording, stations={}, unknown_stations="pending")
    result = await stage.play()
    assert not result.is_good
    [start] = [e for e in result.exchanges if e.action == "StartTransaction"]
    assert start.differences == ["CALLERROR SecurityError, was CALLRESULT"]
    assert stage.harness.newest("registration", STATION, stage.identity) == "Pending"


async def test_other_settings_ask_for_other_things() -> None:
    recording = read(FOLDER / "zaptec-go-2.jsonl")
    stage = Stage(recording, meter_interval_s=0)
    result = await stage.play()
    [(line, action)] = result.not_asked
    assert (action, result.is_good) == ("ChangeConfiguration", True)
    text = f"not asked for now: ChangeConfiguration (line {line})"
    assert text in result.report()
    assert {question.likeness for question in result.questions} == {Likeness.SAME}
