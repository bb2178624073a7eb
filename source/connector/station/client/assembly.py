"""A whole station from its model: every part made, and each told of the others."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from connector.sessions.engine import Observer
from connector.station.charging.profiles import Profiles
from connector.station.client.client import Client
from connector.station.client.clock import Clock, MachineClock, StationClock
from connector.station.client.dialing import Dial, dial
from connector.station.client.options import ClientOptions
from connector.station.client.parts import StationParts
from connector.station.core.station import StationCore
from connector.station.device_model import DeviceModel
from connector.station.maintenance import Maintenance, MaintenanceOptions
from connector.station.model import StationModel
from connector.station.ports import Hardware


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a station is put into; ``initial`` are values of its variables by name."""

    folder: Path | None = None
    initial: Mapping[str, str] = field(default_factory=dict)
    maintenance: MaintenanceOptions | None = None
    clock: Clock = field(default_factory=MachineClock)
    source: random.Random = field(default_factory=random.Random)
    dial: Dial = dial
    observer: Observer | None = None


def assemble(
    model: StationModel,
    hardware: Hardware,
    options: ClientOptions,
    around: Surroundings,
    *,
    clock: StationClock | None = None,
    core_class: type[StationCore] = StationCore,
) -> Client:
    """A station that waits for `Client.run`; its core is what hardware tells.

    ``clock`` is where the hardware has to have the station's time before there is one,
    ``core_class`` what such hardware needs (`hardware_mqtt` has one).

    Raises:
        ValueError: a value of ``initial`` is wrong; the text says which and why.
    """
    clock = clock or StationClock(around.clock)
    variables = DeviceModel(model, around.folder, initial=around.initial)
    profiles = Profiles(model, variables, source=around.source)
    core = core_class(model, hardware, variables, profiles, source=around.source)
    profiles.attach(core.site.evses)
    clients: list[Client] = []
    maintenance = Maintenance(
        core,
        variables,
        clock,
        around.folder,
        reboot=lambda reason: clients[0].reboot(reason, is_hard=False),
        options=around.maintenance,
    )
    parts = StationParts(core, variables, profiles, maintenance, clock, around.folder)
    client = Client(
        parts,
        options,
        source=around.source,
        dial=around.dial,
        observer=around.observer,
    )
    clients.append(client)
    return client
