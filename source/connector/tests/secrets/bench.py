"""A central system whose every way out is watched: facts, log, raw messages, files."""

from __future__ import annotations

import asyncio
import json
import logging
from pathlib import Path
from typing import Any

import orjson
import pytest

from connector.csms.central_system import LinkOptions
from connector.csms.facts import Facts
from connector.csms.options import FileOptions
from connector.datapoints.command_runs import Context
from connector.datapoints.commands import Commands
from connector.datapoints.outcomes import Outcome, OutcomeName
from connector.datapoints.profile_template import ProfileTemplate
from connector.ocppj.escaping import file_name
from connector.ocppj.redaction import redact
from connector.openmqtt.requests import Received, Reply, Requests
from connector.openmqtt.topics import Topics
from connector.sessions.frame_log import FrameLog
from connector.sessions.recorded_files import RecorderOptions
from connector.sessions.recorder import Recorder
from connector.tests.clock import FakeClock
from connector.tests.csms.conftest import NAME, StationEnd, settle
from connector.tests.csms.v2.conftest import AGREES, Harness2, Station2
from connector.web.messages import Filter, heads, line

Json = dict[str, Any]
SECRET = "mArk3r-S3cret"
TOPICS = Topics("N")


class _NoLimits:
    """Takes every limit."""

    async def write(self, *_: Any) -> Outcome:
        return Outcome(OutcomeName.ACCEPTED)

    def touched(self, _: Any) -> None:
        """Nothing holds."""

    def profile_for_start(self, *_: Any) -> None:
        """Nor is anything sent."""


class Watched:
    """Everything that gets out, in one text."""

    def __init__(self, folder: Path, log: pytest.LogCaptureFixture) -> None:
        self.frames = FrameLog(FakeClock().now_ms, 10_000_000)
        self.system = Harness2(
            files=FileOptions(folder / "data", http_url="http://192.0.2.7"),
            links=LinkOptions(0, shows_frames=True, frames=self.frames),
        )
        central = self.system.central
        central.blocks.files.port = 8080
        self._records = folder / "recordings"
        self._recorder = Recorder(
            RecorderOptions(self._records, "1.0"),
            self.system.clock,
            file_name,
            lambda path: 2**40,
        )
        self._recorder.start()
        central.serve = self._recorder.around(central.serve)  # type: ignore[method-assign]
        self._log = log
        log.set_level(logging.DEBUG)
        self.replies: list[Reply] = []
        self._results: asyncio.Queue[Json] = asyncio.Queue()
        context = Context(_NoLimits(), "remote", ProfileTemplate(), central.blocks)
        commands = Commands(central.stations, context, self.system.clock, self._publish)
        self._requests = Requests(
            TOPICS, commands, central.stations.__contains__, self.replies.append
        )
        self.end: StationEnd
        self._answers: Json = {}

    async def connect(self, version: str) -> StationEnd:
        """A station that has booted; what it says itself is not watched."""
        agreed = {"status": "Accepted"}
        self._answers = {
            "GetDiagnostics": {"fileName": "diag.zip"},
            "GetLog": {**agreed, "filename": "log.zip"},
            "UpdateFirmware": {} if version == "1.6" else agreed,
            "DataTransfer": agreed,
            "ReserveNow": agreed,
            "SetNetworkProfile": agreed,
            "SetDisplayMessage": agreed,
        }
        await self.system.central.start()
        return await self.connect_again(version)

    async def connect_again(self, version: str) -> StationEnd:
        """The same station, whose link had ended."""
        if version == "1.6":
            self.end = await self.system.connect(**self._answers)
        else:
            self.end = self.system.begin(
                NAME, f"ocpp{version}", AGREES | self._answers, Station2
            )
            await settle()
        self.end.session._is_watched = False
        self.end.session._warn = lambda *_: None  # type: ignore[method-assign]
        await self.end.boot()
        return self.end

    async def order(self, name: str, body: bytes, where: str = "0") -> Json:
        """Write to a command of the open tree; its result."""
        topic = f"N/stations/{NAME}/{where}/{name}/set"
        self._requests.set(Received(topic, body, False))
        async with asyncio.timeout(10):
            found = await self._results.get()
        await settle()
        assert self._results.empty()
        return found

    def _publish(self, facts: Facts) -> None:
        self.system.facts.append(facts)
        for datum, value in facts.values.items():
            if datum.suffix == "result":
                self._results.put_nowait(orjson.loads(str(value)))

    async def request(self, action: str, body: bytes) -> Json:
        """Send a request; its answer."""
        self._requests.request(Received(f"N/request/{NAME}/{action}", body, False))
        await settle()
        found: Json = orjson.loads(self.replies[-1].payload)
        return found

    async def said(self) -> str:
        """All that got out, once everything has ended."""
        await self.system.close()
        await asyncio.to_thread(self._recorder.stop)
        files = [path.read_text() for path in self._records.rglob("*.jsonl")]
        assert files
        return "\n".join(
            [
                *files,
                *(record.getMessage() for record in self._log.records),
                *(reply.payload.decode() for reply in self.replies),
                *map(_told, self.system.facts),
                *(
                    line(head).decode()
                    for head in heads(*self.frames.since(0), Filter())
                ),
            ]
        )


def _told(facts: Facts) -> str:
    """Values as they are published, and the frame as BEMCom keeps it."""
    values = {datum.name: value for datum, value in facts.values.items()}
    return json.dumps([values, redact(facts.frame) if facts.frame else None])
