"""The parts of a station, each told of the others; hardware and life come beside it."""

from __future__ import annotations

import random

from connector.sessions.options import Observer
from connector.station.assembly.plan import StationPlan
from connector.station.charging import Profiles
from connector.station.client.client import Client
from connector.station.client.clock import StationClock
from connector.station.client.dialing import Dial, dial
from connector.station.client.parts import StationParts
from connector.station.client.v2.desk import count_messages
from connector.station.core.station import StationCore
from connector.station.device_model import DeviceModel
from connector.station.device_model.live import LiveCore
from connector.station.maintenance import Maintenance
from connector.station.ports import Hardware


def assemble(
    plan: StationPlan,
    hardware: Hardware,
    clock: StationClock,
    source: random.Random,
    *,
    core_class: type[StationCore] = StationCore,
    dial: Dial = dial,
    observer: Observer | None = None,
) -> Client:
    """A station that waits for `Client.run`; its core is what hardware tells.

    ``core_class`` is what the hardware needs (`hardware_mqtt` has one), ``source`` what
    the station draws ids and waits from.

    Raises:
        ValueError: a first value of the plan is wrong; the text says which and why.
    """
    model, folder = plan.model, plan.folder
    variables = DeviceModel(model, folder, initial=plan.variables, rows=plan.rows)
    profiles = Profiles(model, variables, source=source)
    core = core_class(model, hardware, variables, profiles, source=source)
    profiles.attach(core.site.evses)
    maintenance = Maintenance(
        core,
        variables,
        clock,
        folder,
        reboot=lambda reason: client.reboot(reason, is_hard=False),
        options=plan.maintenance,
    )
    parts = StationParts(
        core, variables, profiles, maintenance, clock, folder, plan.monitors
    )
    client = Client(parts, plan.client, source=source, dial=dial, observer=observer)
    counts = {
        "messages": lambda: count_messages(client),
        "profiles": profiles.__len__,
        "roots": lambda: len(maintenance.roots),
    }
    variables.live = LiveCore(core, clock.now_ms, counts)
    return client
