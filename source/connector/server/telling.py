"""The open topics: the bridge, the tree's requests, questions about tokens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from connector.csms.central_system import CentralSystem
from connector.csms.clock import Clock
from connector.datapoints.commands import Commands
from connector.openmqtt.asking import AUTHORIZE, Asking
from connector.openmqtt.bridge import Bridge
from connector.openmqtt.discovery.devices import Devices
from connector.openmqtt.discovery.service import DiscoveringTree
from connector.openmqtt.requests import Requests
from connector.openmqtt.service import Client, OpenTopics, publisher, replier
from connector.openmqtt.topics import Topics
from connector.openmqtt.tree import Tree
from connector.settings.model import Settings

Json = dict[str, Any]


def tree(settings: Settings) -> Tree | None:
    """The open tree, if it is wanted."""
    return Tree(Topics(settings.connector_name)) if settings.has_tree else None


def discovery(settings: Settings, version: str, clock: Clock) -> DiscoveringTree | None:
    """The open tree with Home Assistant's discovery, if that is wanted."""
    if not settings.home_assistant:
        return None
    topics = Topics(settings.connector_name)
    devices = Devices(topics, settings.home_assistant_prefix, version)
    return DiscoveringTree(topics, devices, clock)


def open_topics(
    settings: Settings,
    version: str,
    central: CentralSystem,
    commands: Commands,
    client: Client,
    *,
    is_broker_there: Callable[[], bool],
    health: Callable[[], Json],
    started: str,
) -> OpenTopics:
    """All of them, started."""
    topics = Topics(settings.connector_name)
    bridge = Bridge(topics, central, publisher(client))
    questions = central.tokens.questions
    asking = Asking(topics, questions, publisher(client), is_broker_there)
    bridge.others[AUTHORIZE] = asking.answer
    requests = None
    if settings.has_tree:
        requests = _requests(topics, central, commands, client)
    info = _info(settings, version, started)
    found = OpenTopics(client, topics, bridge, requests, info=info, health=health)
    central.registry.on_pending = found.tell_pending_soon
    found.start(central.events)
    return found


def _requests(
    topics: Topics, central: CentralSystem, commands: Commands, client: Client
) -> Requests:
    publish = publisher(client)
    commands.answer_stray = lambda order, text: publish(
        topics.result(order.station, order.where, order.name), text.encode(), False
    )
    return Requests(
        topics,
        commands,
        lambda station: station in central.stations,
        replier(client),
    )


def _info(settings: Settings, version: str, started: str) -> Json:
    """What this connector is: it stays the same as long as it runs."""
    return {
        "name": settings.connector_name,
        "version": version,
        "ocpp_port": settings.ocpp_port,
        "ocpp_tls_port": settings.ocpp_tls_port,
        "ocpp_versions": ["1.6", "2.0.1", "2.1"],
        "unknown_stations": settings.unknown_stations,
        "http_port": settings.http_port,
        "open_tree": settings.has_tree,
        "home_assistant": settings.home_assistant,
        "started": started,
    }
