"""The reference page of all datapoints, made from the catalogue.

``python -m connector.datapoints.reference > ../docs/reference/datapoints.md`` writes it
(from ``source/``); a test holds it current.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable

from connector.datapoints.catalogue import (
    COMMANDS,
    MEASURAND_SENSORS,
    SENSORS,
    Command,
    Scope,
    Sensor,
)

_INTRODUCTION = """\
# Datapoints

A key is `<station>__<where>__<name>`, with `__<location>`, `__<phase>`, `__signed` or
`__result` behind it where they apply: `CP-7__1__Power.Active.Import__L1`. In the open
tree the same parts are levels of a topic:
`<connector>/stations/CP-7/1/Power.Active.Import/L1`.

`where` is `0` for the station as a whole and `1`, `2`, .. for its connectors. Numbers
are JSON numbers, flags booleans, times ISO 8601 text in UTC, structures JSON text; what
is not known is null. In parts that come from outside, `%`, `+`, `#`, `/`, control
characters and an `_` beside another `_` or at an end are written as `%XX`.
"""


def page() -> str:
    """The whole page, as Markdown."""
    measured = {name: s for name, s in SENSORS.items() if name in MEASURAND_SENSORS}
    own = {name: s for name, s in SENSORS.items() if name not in measured}
    sections = [
        _INTRODUCTION,
        _section("Sensors of a station", _at(own.values(), Scope.STATION)),
        _section("Sensors of a connector", _at(own.values(), Scope.CONNECTOR)),
        _section("Sensors of both", _at(own.values(), Scope.ANY)),
        _section(
            "Measured values",
            measured.values(),
            "As the station sends them, each as a total and per phase "
            "(`L1`, `L2`, `L3`, `N`, `L1-L2`, ..), with a location where it is not the "
            "outlet (`Inlet`, `Cable`, `EV`, `Body`, `Upstream`).",
        ),
        _section(
            "Commands",
            COMMANDS.values(),
            "In BEMCom each is an actuator with its key, in the open tree a topic: "
            "`<connector>/stations/CP-7/1/power_limit/set`. Each ends in one outcome, "
            "published as `<command>__result`, or at `<command>/result`: a JSON text "
            "with `outcome`, `detail`, `response`, `correlation`, `timestamp` and "
            "`duration_ms`.",
        ),
    ]
    return "\n".join(sections)


def _at(sensors: Iterable[Sensor], scope: Scope) -> list[Sensor]:
    return [sensor for sensor in sensors if sensor.scope is scope]


def _section(title: str, rows: Iterable[Sensor | Command], text: str = "") -> str:
    head = [f"## {title}", "", *([text, ""] if text else [])]
    table = [
        "| name | where | kind | unit | example | meaning |",
        "|---|---|---|---|---|---|",
    ]
    return "\n".join([*head, *table, *map(_row, rows), ""])


def _row(entry: Sensor | Command) -> str:
    example = _written(entry.example).replace("|", "\\|")
    cells = (
        f"`{entry.name}`",
        str(entry.scope),
        str(entry.kind),
        entry.unit,
        f"`{example}`",
        entry.text,
    )
    return "| " + " | ".join(cells) + " |"


def _written(example: object) -> str:
    """As it is on MQTT: flags are JSON's."""
    return str(example).lower() if isinstance(example, bool) else str(example)


if __name__ == "__main__":
    sys.stdout.write(page())
