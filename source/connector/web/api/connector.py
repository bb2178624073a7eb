"""`/api/v1/connector`: how the connector itself is."""

from __future__ import annotations

import asyncio
import mmap
import platform
import time
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from fastapi import APIRouter
from pydantic import BaseModel, Field

from connector.csms import times
from connector.csms.options import UnknownPolicy
from connector.web.api.context import ApiContext
from connector.web.api.router import api_router

_WHEN = "2026-01-31T12:00:00Z"
_LIBRARIES = ("fastapi", "ocpp", "paho-mqtt", "sqlalchemy", "uvicorn", "websockets")
_STATM = Path("/proc/self/statm")
_PAGE_BYTES = mmap.PAGESIZE
_TURNS = 5


class Broker(BaseModel):
    """The way to the broker."""

    connected: bool
    since: str | None = Field(
        description="When it was reached last; null: it is not", examples=[_WHEN]
    )
    address: str = Field(examples=["localhost:1883"])
    name: str = Field(
        description="First part of all topics", examples=["ocpp-connector"]
    )
    published: int = Field(description="Values that were handed to it")
    waiting: int = Field(description="Facts that are not taken yet")
    replaced: int = Field(description="Values for which a newer one came meanwhile")
    dropped: int = Field(
        description="Messages that were never sent, since it was away or too slow; "
        "when it is back it is told the newest of each value"
    )
    dropped_last: str | None = Field(
        description="When the last of those was; before `since`: it is over. "
        "null: none was",
        examples=[_WHEN],
    )


class KeptIn(BaseModel):
    """Where everything is kept; more at /api/v1/store."""

    location: str = Field(examples=["data/connector.sqlite"])
    writable: bool


class Stations(BaseModel):
    """How many there are, and where they connect."""

    known: int
    connected: int
    pending: int
    port: int = Field(description="Without TLS; 0: none", examples=[9000])
    tls_port: int = Field(description="0: none", examples=[9001])
    unknown: UnknownPolicy = Field(
        description="UNKNOWN_STATIONS: what becomes of one that nobody knows"
    )
    calls_waiting: int = Field(description="Calls of ours that wait for their turn")
    commands_running: int = Field(description="Commands that have no outcome yet")


class FrameLogView(BaseModel):
    """What /api/v1/messages has."""

    records: int
    bytes: int = Field(description="About")


class Readers(BaseModel):
    """Who reads /api/v1/events."""

    count: int
    dropped: int = Field(description="Since the start: they did not read")


class Process(BaseModel):
    """What it takes of the machine."""

    cpu_s: float = Field(description="Of processors since the start, seconds")
    memory_bytes: int | None = Field(description="null: this system does not tell")
    loop_delay_ms: float = Field(
        description="How long work had to wait for its turn just now"
    )
    python: str = Field(examples=["3.13.1"])
    libraries: dict[str, str] = Field(examples=[{"ocpp": "2.0.0"}])


class ConnectorState(BaseModel):
    """The connector."""

    version: str = Field(examples=["0.12.0"])
    started: str = Field(examples=[_WHEN])
    now: str = Field(description="By its clock", examples=[_WHEN])
    broker: Broker
    store: KeptIn
    stations: Stations
    frame_log: FrameLogView | None = Field(description="null: it is off")
    events: Readers
    process: Process


def routes(context: ApiContext) -> APIRouter:
    """The route."""
    router = api_router("connector")

    @router.get("/connector", summary="How the connector itself is")
    async def show_connector() -> ConnectorState:
        delay_ms = await _loop_delay_ms()
        return ConnectorState(
            version=context.version,
            started=times.iso(context.started_ms),
            now=times.iso(context.clock.now_ms()),
            broker=_broker(context),
            store=KeptIn(
                location=context.store.shown, writable=context.store.is_writable
            ),
            stations=_stations(context),
            frame_log=_frame_log(context),
            events=Readers(count=context.hub.readers, dropped=context.hub.dropped),
            process=await asyncio.to_thread(_process, delay_ms),
        )

    return router


def _broker(context: ApiContext) -> Broker:
    flow = context.flow
    is_connected = flow.is_connected()
    since_ms = flow.since_ms() if is_connected else None
    dropped_ms = flow.dropped_ms()
    return Broker(
        connected=is_connected,
        since=None if since_ms is None else times.iso(since_ms),
        address=flow.address,
        name=flow.name,
        published=flow.published(),
        waiting=flow.waiting(),
        replaced=flow.replaced(),
        dropped=flow.dropped(),
        dropped_last=None if dropped_ms is None else times.iso(dropped_ms),
    )


def _stations(context: ApiContext) -> Stations:
    central = context.central_system
    port, tls_port = central.blocks.security_profiles.ports()
    sessions = [station.session for station in central.stations.values()]
    return Stations(
        known=len(sessions),
        connected=central.connected,
        pending=len(central.pending()),
        port=port,
        tls_port=tls_port,
        unknown=central.unknown,
        calls_waiting=sum(each.waiting_calls for each in sessions if each),
        commands_running=context.commands.running,
    )


def _frame_log(context: ApiContext) -> FrameLogView | None:
    log = context.frames
    return None if log is None else FrameLogView(records=len(log), bytes=log.bytes)


async def _loop_delay_ms() -> float:
    """The longest of some turns of the loop."""
    longest_s = 0.0
    for _ in range(_TURNS):
        began_s = time.perf_counter()
        await asyncio.sleep(0)
        longest_s = max(longest_s, time.perf_counter() - began_s)
    return round(longest_s * 1000, 3)


def _process(delay_ms: float) -> Process:
    return Process(
        cpu_s=round(time.process_time(), 2),
        memory_bytes=_memory_bytes(),
        loop_delay_ms=delay_ms,
        python=platform.python_version(),
        libraries=_libraries(),
    )


def _memory_bytes() -> int | None:
    """What is resident; Linux alone tells it so."""
    try:
        return int(_STATM.read_text("ascii").split()[1]) * _PAGE_BYTES
    except OSError:
        return None


@cache
def _libraries() -> dict[str, str]:
    found = {}
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "?"
    return found
