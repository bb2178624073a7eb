"""All sources of events, and that they lead to the hub."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from connector.csms.events import Forgotten
from connector.csms.facts import Datum, Scalar
from connector.csms.station import STATION
from connector.web.api.context import ApiContext
from connector.web.events.effects import Effects
from connector.web.events.file_effects import FileEffects
from connector.web.events.frames import Frames
from connector.web.events.hub import Hub
from connector.web.events.outcomes import OutcomeStages
from connector.web.events.stations import StationChanges
from connector.web.events.transactions import TransactionChanges
from connector.web.events.values import NewValues


def feed(context: ApiContext) -> Hub:
    """Join them to the hub of the API.

    Commands are noted at all times, the rest only while somebody reads.
    """
    hub = context.hub
    changes = StationChanges(context, hub)
    events, journal = context.central_system.events, context.journal
    effects = Effects(
        events,
        context.clock,
        partial(_limits, context),
        partial(_runs, context),
        partial(_flows, context),
    )
    values = NewValues(context.live, hub, changes.changed, effects)
    hub.on_readers = values.choose
    outlooks = (effects, FileEffects(events, context.clock))
    OutcomeStages(context.commands, hub, outlooks, journal)
    events.subscribe(Forgotten, lambda event: journal.forget(event.station.identity))
    for source in (values, changes, TransactionChanges(context, hub)):
        hub.add(source)
    if context.frames is not None:
        hub.add(Frames(context.frames, hub))
    return hub


def _limits(context: ApiContext, identity: str, where: str) -> Mapping[str, Scalar]:
    """The limit sensors of a place, as they are shown."""
    station = context.central_system.stations.get(identity)
    return context.limits.shown(station).get(where, {}) if station else {}


def _runs(context: ApiContext, identity: str, where: str) -> bool:
    """Whether a transaction runs at a place; of a whole station: at any of it."""
    station = context.central_system.stations.get(identity)
    places = station.connectors if station else {}
    return any(
        each.transaction is not None and where in (each.where, STATION)
        for each in places.values()
    )


def _flows(context: ApiContext, identity: str, where: str) -> Mapping[Datum, Scalar]:
    """The powers and currents of a place, as the station told them last."""
    station = context.central_system.stations.get(identity)
    place = station.connectors.get(where) if station else None
    return (place.flows if place else None) or {}
