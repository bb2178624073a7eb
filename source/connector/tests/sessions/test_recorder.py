"""Connections are recorded, and whatever happens to the files, nobody notices."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from connector.csms.central_system import LinkOptions
from connector.errors import LinkClosed
from connector.ocppj.escaping import file_name
from connector.sessions.link import Link
from connector.sessions.memory import MemoryLink, link_pair
from connector.sessions.recorded_files import RecorderOptions
from connector.sessions.recorder import RecordedLink, Recorder, Track
from connector.sessions.recordings import CSMS, STATION, Frame, Recording, read
from connector.tests.clock import FakeClock
from connector.tests.csms.conftest import NAME, Harness

HEARTBEAT = '[2,"1","Heartbeat",{}]'
Make = Callable[..., Recorder]


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def make(tmp_path: Path, clock: FakeClock) -> Iterator[Make]:
    """Makes recorders; those that run are stopped at the end."""
    running: list[Recorder] = []

    def make(
        *, starts: bool = True, free: int = 2**40, folder: Path = tmp_path, **more: Any
    ) -> Recorder:
        options = RecorderOptions(folder, "1.0", **more)
        recorder = Recorder(options, clock, file_name, lambda path: free)
        if starts:
            recorder.start()
            running.append(recorder)
        return recorder

    yield make
    for recorder in running:
        recorder.stop()


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.glob("*/*"))


def only(folder: Path) -> Recording:
    [path] = folder.glob("*/*.jsonl")
    return read(path)


def record(recorder: Recorder, *texts: str, end: str = "done") -> Track:
    track = recorder.begin("CP-7", "ocpp1.6")
    for text in texts:
        track.note(STATION, text)
    track.end(end)
    return track


# -- what is recorded


def test_frames_stand_with_their_times(
    make: Make, clock: FakeClock, tmp_path: Path
) -> None:
    recorder = make()
    track = recorder.begin("CP-7", "ocpp1.6")
    clock.advance(1.25)
    track.note(STATION, HEARTBEAT)
    clock.advance(0.0304)
    track.note(CSMS, '[3,"1",{}]')
    track.end("link closed (1006)")
    recorder.stop()
    recording = only(tmp_path)
    assert recording.entries == (
        Frame(2, 1.25, STATION, [2, "1", "Heartbeat", {}]),
        Frame(3, 1.28, CSMS, [3, "1", {}]),
    )
    assert (recording.end, recording.ended_s) == ("link closed (1006)", 1.28)
    assert recording.header.connector == "1.0"


def test_each_connection_has_a_file_in_the_folder_of_its_station(
    make: Make, tmp_path: Path
) -> None:
    recorder = make()
    for identity in ("a+b", "a+b", ".."):
        recorder.begin(identity, None).end("done")
    recorder.stop()
    assert files(tmp_path) == [
        "%2E%2E/20260131T120000Z-1.jsonl",
        "a%2Bb/20260131T120000Z-1.jsonl",
        "a%2Bb/20260131T120000Z-2.jsonl",
    ]


def test_files_that_were_there_are_kept(make: Make, tmp_path: Path) -> None:
    for _ in range(2):
        recorder = make()
        record(recorder, HEARTBEAT)
        recorder.stop()
    assert len(files(tmp_path)) == 2


def test_only_the_first_end_counts(make: Make, tmp_path: Path) -> None:
    recorder = make()
    track = record(recorder, HEARTBEAT, end="first")
    track.note(STATION, HEARTBEAT)
    track.end("second")
    recorder.stop()
    assert (only(tmp_path).end, len(only(tmp_path).entries)) == ("first", 1)


def test_more_connections_than_files_may_be_open(make: Make, tmp_path: Path) -> None:
    recorder = make(open_files=2)
    tracks = [recorder.begin(f"CP-{number}", None) for number in range(5)]
    for _ in range(3):
        for track in tracks:
            track.note(STATION, HEARTBEAT)
    for track in tracks:
        track.end("done")
    recorder.stop()
    found = [read(path) for path in tmp_path.glob("*/*.jsonl")]
    assert [len(recording.entries) for recording in found] == [3] * 5
    assert {recording.end for recording in found} == {"done"}


# -- bounds


def test_a_file_ends_at_its_size(make: Make, tmp_path: Path) -> None:
    recorder = make(file_bytes=300)
    record(recorder, *[HEARTBEAT] * 50)
    recorder.stop()
    recording = only(tmp_path)
    assert recording.end == "recording ended: more than 300 bytes"
    assert 0 < len(recording.entries) < 5


def test_frames_are_dropped_and_counted_where_too_many_wait(
    make: Make, tmp_path: Path
) -> None:
    recorder = make(starts=False, waiting_bytes=1000)
    track = recorder.begin("CP-7", None)
    for _ in range(10):
        track.note(STATION, HEARTBEAT)
    track.end("done")
    recorder.start()
    recorder.stop()
    [path] = tmp_path.glob("*/*.jsonl")
    assert len(only(tmp_path).entries) == 4
    assert b'{"t":0.0,"dropped":6}\n' in path.read_bytes()
    assert only(tmp_path).end == "done"


def test_what_was_dropped_stands_before_what_is_written_again(
    make: Make, tmp_path: Path
) -> None:
    recorder = make(starts=False, waiting_bytes=500)
    track = recorder.begin("CP-7", None)
    for _ in range(3):
        track.note(STATION, HEARTBEAT)
    recorder._writer.taken_bytes = recorder._put_bytes  # the writer has caught up
    track.note(STATION, '[2,"last","Heartbeat",{}]')
    track.end("done")
    recorder.start()
    recorder.stop()
    [path] = tmp_path.glob("*/*.jsonl")
    lines = path.read_bytes().splitlines()
    assert lines[3] == b'{"t":0.0,"dropped":1}'
    assert b"last" in lines[4]


# -- disks


def test_a_folder_that_cannot_be_written_is_told_once_for_a_connection(
    make: Make, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").touch()
    recorder = make(folder=tmp_path / "file" / "below")
    record(recorder, HEARTBEAT, HEARTBEAT, HEARTBEAT)
    recorder.stop()
    [warning] = caplog.records
    assert warning.levelno == logging.WARNING
    assert warning.getMessage().startswith("CP-7: its recording ended: ")


def test_a_disk_that_is_nearly_full_is_left_to_others(
    make: Make, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    recorder = make(free=1000)
    record(recorder, HEARTBEAT)
    recorder.stop()
    assert "only 1000 bytes of the disk are free" in caplog.text
    assert files(tmp_path) == []


def test_a_disk_that_becomes_full_ends_a_recording(
    tmp_path: Path, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    free = iter([2**40, 1000])
    recorder = Recorder(
        RecorderOptions(tmp_path), clock, file_name, lambda path: next(free)
    )
    long = f'[2,"1","DataTransfer",{{"data":"{"x" * 600_000}"}}]'
    record(recorder, long, long, long)
    recorder.start()
    recorder.stop()
    assert caplog.text.count("its recording ended") == 1
    assert len(only(tmp_path).entries) == 1


def test_others_go_on_when_one_file_fails(
    make: Make, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "CP-8").touch()
    recorder = make()
    bad = recorder.begin("CP-8", None)
    good = recorder.begin("CP-7", None)
    for track in (bad, good, bad, good):
        track.note(STATION, HEARTBEAT)
    for track in (bad, good):
        track.end("done")
    recorder.stop()
    assert caplog.text.count("CP-8: its recording ended") == 1
    assert len(only(tmp_path).entries) == 2


# -- links


async def test_a_recorded_link_is_the_link(make: Make, tmp_path: Path) -> None:
    recorder = make()
    pair = link_pair()
    pair.server.latency_ms = 4.5
    link = RecordedLink(pair.server, recorder.begin("CP-7", "ocpp1.6"))
    assert link.remote_address == pair.server.remote_address
    assert link.reached_at == pair.server.reached_at
    assert link.subprotocol == "ocpp1.6"
    assert link.latency_ms == 4.5
    assert link.last_received_s == pair.server.last_received_s
    await pair.client.send(HEARTBEAT)
    assert await link.recv() == HEARTBEAT
    await link.send("answer")
    assert await pair.client.recv() == "answer"
    await link.close(1008, "enough")
    assert pair.client.closed is not None
    with pytest.raises(LinkClosed):
        await link.recv()
    recorder.stop()
    assert only(tmp_path).end == "closed by us (1008, enough)"


async def test_a_session_that_fails_ends_its_recording(
    make: Make, tmp_path: Path
) -> None:
    recorder = make()

    async def serve(link: Link, identity: str, subprotocol: str) -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await recorder.around(serve)(link_pair().server, "CP-7", "ocpp1.6")
    recorder.stop()
    assert only(tmp_path).end == "the session ended"


async def connect(harness: Harness, recorder: Recorder) -> tuple[MemoryLink, Any]:
    pair = link_pair()
    serve = recorder.around(harness.central.serve)
    task = asyncio.create_task(serve(pair.server, NAME, "ocpp1.6"))  # type: ignore[arg-type]
    return pair.client, task


@pytest.mark.parametrize("shows_frames", [False, True])
async def test_all_that_is_said_is_recorded_and_may_be_shown_as_well(
    make: Make, tmp_path: Path, shows_frames: bool
) -> None:
    recorder = make()
    harness = Harness(links=LinkOptions(shows_frames=shows_frames))
    await harness.central.start()
    link, task = await connect(harness, recorder)
    for text in (HEARTBEAT, "rubbish", '[2,"2","Authorize",{"idTag":"04A2"}]'):
        await link.send(text)
    await link.recv()
    await link.recv()
    await link.close(1001, "going away")
    await task
    await harness.close()
    recorder.stop()
    recording = only(tmp_path)
    assert [(e.sender, e.text or e.parts[:2]) for e in recording.entries] == [  # type: ignore[union-attr, index]
        (STATION, [2, "1"]),
        (CSMS, [3, "1"]),
        (STATION, "rubbish"),
        (STATION, [2, "2"]),
        (CSMS, [3, "2"]),
    ]
    assert recording.end == "link closed (1001, going away)"
    told = [facts.frame for facts in harness.facts if facts.frame is not None]
    assert bool(told) is shows_frames
