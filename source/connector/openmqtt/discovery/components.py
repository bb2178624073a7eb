"""The entities of one place of a station as components of a discovery message."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from connector.csms.facts import Datum
from connector.datapoints.catalogue import STATION
from connector.datapoints.keys import local_key, local_topic
from connector.openmqtt.discovery import templates
from connector.openmqtt.discovery.controls import (
    CONTROLS,
    RESULTS,
    STATION_EVENTS,
    TRANSACTION_EVENTS,
    Control,
)
from connector.openmqtt.discovery.entities import (
    PROBLEM,
    UNKNOWN,
    Entity,
    entity_of,
    spoken,
)
from connector.openmqtt.discovery.icons import icon
from connector.openmqtt.discovery.limits import NumberRange
from connector.openmqtt.discovery.slugs import entity_part, words
from connector.openmqtt.topics import Topics

Json = dict[str, Any]
Component = tuple[str, Json]
"""Its id in the message, and what it is."""

_MAIN_PHASES = ("Power.Active.Import", "Current.Import", "Voltage")
"""Whose single phases are shown at once."""


def about(entity: Entity) -> Json:
    """What stands in every component of an entity, topics and ids apart."""
    found: Json = {"platform": entity.platform, "name": entity.name}
    if entity.is_diagnostic:
        found["entity_category"] = "diagnostic"
    if not entity.is_enabled:
        found["enabled_by_default"] = False
    return found | dict(entity.more)


class Components:
    """Makes the components of one station's places."""

    def __init__(self, topics: Topics, station: str) -> None:
        self._topics = topics
        self._station = station
        self._root = topics.station(station)
        self._unique = topics.unique_id(station)
        self._part = entity_part(station)

    # -- sensors

    def of_datums(self, datums: Iterable[Datum]) -> Iterator[Component]:
        """One for each value that has an entity."""
        for datum in datums:
            entity = entity_of(datum)
            if entity is not None:
                yield self._sensor(datum, entity)
            if datum.name == "status" and not datum.suffix:
                yield self._problem(datum)

    def _sensor(self, datum: Datum, entity: Entity) -> Component:
        topic = self._root + local_topic(datum)
        found = about(entity) | {
            "name": _name(datum, entity),
            "state_topic": topic,
            "value_template": entity.template,
            **icon(datum.name),
        }
        if (datum.phase or datum.location) and datum.name not in _MAIN_PHASES:
            found |= {"enabled_by_default": False, "entity_category": "diagnostic"}
        if entity.has_attributes:
            found["json_attributes_topic"] = topic
            found["json_attributes_template"] = templates.ATTRIBUTES
        if entity.is_of_the_link:
            found["availability"] = [{"topic": self._topics.bridge_state}]
        return self._identified(local_key(datum), datum, found)

    def _problem(self, datum: Datum) -> Component:
        found = about(PROBLEM) | {
            "state_topic": self._root + local_topic(datum),
            "value_template": templates.FAULTED,
        }
        problem = Datum(datum.where, "problem")
        return self._identified(f"{local_key(datum)}#problem", problem, found)

    # -- commands

    def of_commands(
        self, where: str, commands: frozenset[str], numbers: NumberRange
    ) -> Iterator[Component]:
        """One for each control of the commands that exist at a place."""
        for control in CONTROLS:
            if control.command in commands:
                yield self._control(where, control, numbers)
        for command in RESULTS:
            if command in commands:
                yield self._result(where, command)

    def _control(self, where: str, control: Control, numbers: NumberRange) -> Component:
        datum = Datum(where, control.command)
        found: Json = {
            "platform": control.platform,
            "name": control.name,
            "command_topic": f"{self._root}{local_topic(datum)}/set",
            **control.more,
            **icon(f"{control.command}#{control.variant}"),
        }
        if control.state:
            found["state_topic"] = self._root + local_topic(Datum(where, control.state))
            found["value_template"] = control.template
        if control.platform == "number":
            found |= numbers.of(control.command)
        if control.is_config:
            found["entity_category"] = "config"
        if not control.is_enabled:
            found["enabled_by_default"] = False
        named = datum if control.variant == "set" else _varied(datum, control.variant)
        key = f"{local_key(datum)}#{control.variant}"
        return self._identified(key, named, found)

    def _result(self, where: str, command: str) -> Component:
        datum = Datum(where, command, suffix="result")
        topic = self._topics.result(self._station, where, command)
        found = {
            "platform": "sensor",
            "name": f"{spoken(command)} outcome",
            "state_topic": topic,
            "value_template": templates.OUTCOME,
            **icon("outcome"),
            "json_attributes_topic": topic,
            "json_attributes_template": templates.ATTRIBUTES,
            "entity_category": "diagnostic",
            "enabled_by_default": False,
        }
        named = Datum(where, f"{command}_outcome")
        return self._identified(local_key(datum), named, found)

    # -- events

    def of_events(self, where: str) -> Iterator[Component]:
        """What happens at a place: transactions, or how the station comes and goes."""
        found: Json = (
            self._link_events() if where == STATION else self._transaction_events(where)
        )
        yield self._identified(f"{where}#events", Datum(where, "events"), found)

    def _link_events(self) -> Json:
        return {
            "platform": "event",
            "name": "Link",
            **icon("link_events"),
            "state_topic": self._topics.happenings,
            "event_types": list(STATION_EVENTS),
            "value_template": templates.event_of(self._station),
            "entity_category": "diagnostic",
            "availability": [{"topic": self._topics.bridge_state}],
        }

    def _transaction_events(self, where: str) -> Json:
        return {
            "platform": "event",
            "name": "Transaction event",
            **icon("transaction_events"),
            "state_topic": self._topics.transactions,
            "event_types": list(TRANSACTION_EVENTS),
            "value_template": templates.event_of(self._station, where),
        }

    # -- ids

    def _identified(self, key: str, named: Datum, found: Json) -> Component:
        parts = [self._part]
        if named.where != STATION:
            parts.append(words(named.where))
        parts += [words(part) for part in (named.name, *named[2:4]) if part]
        # An id may not be empty where a name has no letter at all.
        parts = [part for part in parts if part]
        found["unique_id"] = f"{self._unique}__{key}"
        found["default_entity_id"] = f"{found['platform']}.{'_'.join(parts)}"
        return key, found


def _varied(datum: Datum, variant: str) -> Datum:
    return Datum(datum.where, f"{datum.name}_{variant}")


def _name(datum: Datum, entity: Entity) -> str:
    """With phase and location; a value that only the station knows keeps its name."""
    name = datum.name[:100] if entity is UNKNOWN else entity.name
    return " ".join(filter(None, [name, datum.phase, datum.location]))
