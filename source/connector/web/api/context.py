"""What the routes of the API are given: parts of the server, handed in by it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from connector.csms.central_system import CentralSystem
from connector.csms.clock import Clock
from connector.csms.registering import ReadEntry
from connector.datapoints.commands import Commands
from connector.datapoints.flow_numbers import FlowNumbers
from connector.datapoints.limits.service import LimitService
from connector.datapoints.live import Live
from connector.datapoints.present import Present
from connector.security.passwords import Passwords
from connector.sessions.frame_log import FrameLog
from connector.sessions.proxies import Proxies
from connector.store.interface import Store
from connector.web.events.hub import Hub
from connector.web.events.journal import Journal


@dataclass(frozen=True, slots=True)
class ApiContext:
    """One for the whole API; everything runs on the server's loop."""

    central_system: CentralSystem
    commands: Commands
    limits: LimitService
    store: Store
    clock: Clock
    version: str
    """Of the connector."""
    data_dir: Path
    token: str = field(repr=False)
    """Who knows it may use the API."""
    read_entry: ReadEntry
    """Reads and checks the members of an entry of `STATIONS`."""
    entry_schema: dict[str, Any]
    """How they look, as a JSON schema."""
    passwords: Passwords
    """Makes the hashes that are kept of stations' passwords."""
    present: Present
    """The newest values of all datapoints."""
    live: Live
    """New values, while somebody looks on."""
    frames: FrameLog | None
    """The last frames; None: they are not kept."""
    flow: FlowNumbers
    """How the values fare on their way to the broker."""
    hub: Hub
    """Where events come together."""
    started_ms: int
    """When the connector did."""
    journal: Journal = field(default_factory=Journal)
    """The last commands, and how far they have come."""
    proxies: Proxies = field(default_factory=Proxies)
    """Those whose headers are believed."""
