"""All sources of events, and that they lead to the hub."""

from __future__ import annotations

from connector.web.api.context import ApiContext
from connector.web.events.hub import Hub
from connector.web.events.stations import StationChanges
from connector.web.events.transactions import TransactionChanges
from connector.web.events.values import NewValues


def feed(context: ApiContext) -> Hub:
    """Join them to the hub of the API; nothing happens in it until somebody reads."""
    hub = context.hub
    changes = StationChanges(context, hub)
    for source in (
        NewValues(context.live, hub, changes.changed),
        changes,
        TransactionChanges(context, hub),
    ):
        hub.add(source)
    return hub
