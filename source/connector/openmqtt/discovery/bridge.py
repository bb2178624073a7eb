"""The connector itself as a device: who waits, and how it is."""

from __future__ import annotations

from typing import Any

from connector.openmqtt.discovery.icons import icon
from connector.openmqtt.discovery.slugs import entity_part
from connector.openmqtt.topics import Topics

Json = dict[str, Any]

_DIAGNOSTIC = {"entity_category": "diagnostic"}
_HEALTH: dict[str, Json] = {
    "stations": {"name": "Stations"},
    "connected": {"name": "Stations connected"},
    "uptime_s": {
        "name": "Running since start for",
        "device_class": "duration",
        "unit_of_measurement": "s",
        "enabled_by_default": False,
    },
    "messages_per_min": {
        "name": "Messages per minute",
        "state_class": "measurement",
        "enabled_by_default": False,
    },
    "certificate_days_left": {
        "name": "Certificate expires in",
        # Of several there are days: the port's own. Without TLS there is none.
        "value_template": "{{ value_json.certificate_days_left.server "
        "| default('None') }}",
        "device_class": "duration",
        "unit_of_measurement": "d",
        "enabled_by_default": False,
    },
}
"""Members of the health message, and the sensors that show them."""


def bridge_components(topics: Topics) -> list[tuple[str, Json]]:
    """The entities of the connector itself."""
    found = _health(topics) | {
        "state": {
            "platform": "binary_sensor",
            "name": "Connected",
            "device_class": "connectivity",
            "state_topic": topics.bridge_state,
            "payload_on": "online",
            "payload_off": "offline",
            # It tells that we are gone, so it is there when we are.
            "availability": [],
            **_DIAGNOSTIC,
        },
        "pending": {
            "platform": "sensor",
            "name": "Stations waiting for adoption",
            "state_topic": topics.bridge_pending,
            "value_template": "{{ value_json | length }}",
            "json_attributes_topic": topics.bridge_pending,
            "json_attributes_template": "{{ {'stations': value_json} | tojson }}",
        },
        "adopt": {
            "platform": "text",
            "name": "Adopt a station",
            "command_topic": topics.bridge_request("adopt"),
            # Empty again after every change: without a state it reads "unknown".
            "state_topic": topics.bridge_pending,
            "value_template": "{{ '' }}",
            "entity_category": "config",
        },
        "store": {
            "platform": "binary_sensor",
            "name": "Store",
            "device_class": "problem",
            "state_topic": topics.bridge_health,
            "value_template": "{{ 'false' if value_json.store == 'ok' else 'true' }}",
            "payload_on": "true",
            "payload_off": "false",
            **_DIAGNOSTIC,
        },
    }
    for key, component in found.items():
        component.update(icon(f"bridge#{key}"))
        component["unique_id"] = f"{topics.name}__bridge__{key}"
        component["default_entity_id"] = (
            f"{component['platform']}.{entity_part(topics.name)}_{key}"
        )
    return list(found.items())


def _health(topics: Topics) -> dict[str, Json]:
    return {
        name: {
            "platform": "sensor",
            "state_topic": topics.bridge_health,
            "value_template": f"{{{{ value_json.{name} }}}}",
            **about,
            **_DIAGNOSTIC,
        }
        for name, about in _HEALTH.items()
    }
