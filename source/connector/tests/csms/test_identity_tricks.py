"""Names that try to be something else: no topic, file or log line one did not mean."""

from __future__ import annotations

import asyncio
import io
import logging
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from websockets.exceptions import InvalidStatus

from connector.bemcom.logs import PrintableFormatter, printable
from connector.csms.clock import SystemClock
from connector.datapoints.keys import file_name
from connector.openmqtt.topics import Topics
from connector.sessions.recorded_files import RecorderOptions
from connector.sessions.recorder import Recorder
from connector.tests.csms.doorway import Doorway, doorway

TOPICS = Topics("n")
TRICKS = {
    "/..": "..",
    "/.": ".",
    "/ocpp/%2e%2e": "..",
    "/...": "...",
    "/~root": "~root",
    "/+": "+",
    "/%23": "#",
    "/$SYS": "$SYS",
    "/$share": "$share",
    "/a+b%23c": "a+b#c",
    "/__": "__",
    "/_": "_",
    "/a__1__Power": "a__1__Power",
    "/%25n%25s": "%n%s",
    "/%25s%25d%25(message)s": "%s%d%(message)s",
    "/%7B0%7D": "{0}",
    "/CON": "CON",
    "/-rf": "-rf",
    "/%27%3B%20DROP%20TABLE%20stations%3B--": "'; DROP TABLE stations;--",
    "/%E2%80%A8line": "\u2028line",
    "/%E2%80%AEtxt": "\u202etxt",
    "/%E2%80%8B": "\u200b",
    "/%F0%9F%94%8C": "🔌",
    "/" + "x" * 255: "x" * 255,
    "/" + "%C3%A4" * 127: "ä" * 127,
}
"""Path and identity."""
REFUSED = [
    "/",
    "/ocpp/",
    "/%00",
    "/CP%00-7",
    "/%2F",
    "/..%2f..%2fetc%2fpasswd",
    "/%5C..%5C",
    "/CP%0A2026-01-31%20ERROR%20all%20is%20lost",
    "/CP%0D%0ASet-Cookie:%20x",
    "/%1B%5B2J",
    "/%1B%5D0;title%07",
    "/%7F",
    "/%C2%9B31m",
    "/%C2%85",
    "/%C0%AF",
    "/%C0%80",
    "/%E0%80%AF",
    "/%F8%88%80%80%80",
    "/%ED%A0%80",
    "/%FF",
    "/%EF%BF%BE",
    "/" + "x" * 256,
    "/" + "x" * 300,
    "/" + "%C3%A4" * 128,
]


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[Doorway]:
    async with asyncio.timeout(15), doorway(tmp_path / "own") as found:
        yield found


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the process writes."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(PrintableFormatter("%(levelname)s %(message)s"))
    logger = logging.getLogger("connector")
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    yield written
    logger.removeHandler(handler)
    logger.setLevel(before)


def recorded(folder: Path) -> list[Path]:
    return [each for each in folder.rglob("*.jsonl*") if each.is_file()]


@pytest.mark.parametrize(("path", "identity"), TRICKS.items())
async def test_an_odd_name_is_one_station_one_file_and_one_level_of_a_topic(
    door: Doorway, tmp_path: Path, log: io.StringIO, path: str, identity: str
) -> None:
    recordings = tmp_path / "recordings"
    recorder = Recorder(RecorderOptions(recordings, "0"), SystemClock(), file_name)
    recorder.start()
    door.server.serve = recorder.around(door.central.serve)
    async with door.dial(path) as station:
        await station.send('[2,"1","Heartbeat",{}]')
        await station.recv()
        assert identity in door.central.stations
    await door.server.stop()
    recorder.stop()

    topic = TOPICS.result(identity, "0", "reset")
    assert topic.split("/")[:2] == ["n", "stations"]
    assert len(topic.split("/")) == len(TOPICS.result("a", "0", "reset").split("/"))
    assert not set(topic) & set("+#\0")
    [folder] = recordings.iterdir()
    assert folder.parent == recordings
    assert folder.name not in (".", "..")
    assert len(folder.name.encode()) <= 255
    assert all(folder in each.parents for each in recorded(tmp_path))
    lines = log.getvalue().splitlines()
    assert all(line.split(" ")[0] in logging.getLevelNamesMapping() for line in lines)
    assert all(line.isprintable() for line in lines)


@pytest.mark.parametrize("path", REFUSED)
async def test_what_can_be_no_name_is_refused_and_leaves_no_trace(
    door: Doorway, log: io.StringIO, path: str
) -> None:
    with pytest.raises(InvalidStatus) as caught:
        async with door.dial(path):
            pass
    assert caught.value.response.status_code == 400
    assert door.counts == {"identity": 1}
    assert door.central.stations.keys() == {"CP-7"}
    assert len(log.getvalue().splitlines()) == log.getvalue().count("\n")
    assert all(line.isprintable() for line in log.getvalue().splitlines())


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain ä 充电桩 🔌", "plain ä 充电桩 🔌"),
        ("a\nERROR b", "a\\nERROR b"),
        ("\x1b[2Jx", "\\x1b[2Jx"),
        ("a\u2028b\u202ec", "a\\u2028b\\u202ec"),
        ("\ud800", "\\ud800"),
        ("", ""),
    ],
)
def test_a_line_of_the_log_is_one_line_and_harmless(text: str, shown: str) -> None:
    assert printable(text) == shown
    record = logging.LogRecord("n", 20, "p", 1, "%s", (text,), None)
    assert PrintableFormatter("%(message)s").format(record) == shown


def test_a_traceback_is_written_as_ever() -> None:
    try:
        _ = 1 // 0
    except ZeroDivisionError as problem:
        found = (type(problem), problem, problem.__traceback__)
    record = logging.LogRecord("n", 40, "p", 1, "a\nb", (), found)
    text = PrintableFormatter("%(message)s").format(record)
    assert text.startswith("a\\nb\nTraceback")
    assert text.count("\n") >= 3
