"""How evcc reads its file: the plugins of a custom charger.

The rules are those of evcc's `plugin/mqtt.go`, `plugin/watchdog.go`, `plugin/helper.go`,
`plugin/pipeline`, `util/format.go`, `util/monitor.go` and `charger/charger.go`: a name
that it does not know ends its start, and so does it here.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from typing import Any

Plugin = dict[str, Any]

_CONNECTION = frozenset({"broker", "user", "password", "clientid", "insecure"})
_FILTERS = frozenset({"jq", "quote", "regex", "default", "unpack", "decode"})
MQTT = {"source", "topic", "payload", "retained", "scale", "timeout"} | (
    _CONNECTION | _FILTERS
)
OPTIONS = {
    "mqtt": MQTT,
    "watchdog": {"source", "timeout", "reset", "initial", "defer", "set"},
    "const": {"source", "value", "set"} | _FILTERS,
}
"""What each plugin takes."""
GETTERS = frozenset(
    {"status", "enabled", "power", "energy", "currents", "voltages", "identify", "soc"}
)
SETTERS = {
    "enable": "enable",
    "maxcurrent": "maxcurrent",
    "maxcurrentmillis": "maxcurrentmillis",
    "phases1p3p": "phases",
    "wakeup": "wakeup",
}
"""What can be set, and the name that its value has in the payload."""
CHARGER = GETTERS | SETTERS.keys() | {"limitsoc", "finishtime", "tos"}
CHARGER |= {"name", "type", "icon", "features"}
NEEDED = frozenset({"status", "enabled", "enable", "maxcurrent"})

_BOOLEANS = dict.fromkeys(("1", "t", "T", "TRUE", "true", "True"), True)
_BOOLEANS |= dict.fromkeys(("0", "f", "F", "FALSE", "false", "False"), False)
_PLACE = re.compile(r"\$\{(\w+)(?::([a-zA-Z0-9%.]+))?\}")
_SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600}
_QUERIES: dict[str, Callable[[Any], Any]] = {
    ". // 0": lambda it: 0 if it is None or it is False else it,
    'if . == "null" then "" else . end': lambda it: "" if it == "null" else it,
}
"""The expressions of jq that a recipe uses, and what they do."""


class EvccError(Exception):
    """What evcc would have in its log."""


def check(charger: dict[str, Any]) -> None:
    """Read a custom charger as evcc does when it starts.

    Raises:
        EvccError: it would not start.
    """
    _known(charger, CHARGER)
    if missing := NEEDED - charger.keys():
        raise EvccError(f"missing plugin source: {sorted(missing)}")
    if "phases1p3p" in charger and charger.get("tos") is not True:
        raise EvccError("1p3p does no longer handle disable/enable: tos: true")
    for name in ("currents", "voltages"):
        if len(charger.get(name, [1, 2, 3])) != 3:
            raise EvccError(f"{name}: need one per phase, total three")
    for name, plugin in _plugins(charger):
        _known(plugin, OPTIONS[plugin["source"]])
        if name in SETTERS:
            payload(name, sink(plugin), 0)


def getters(charger: dict[str, Any]) -> list[Plugin]:
    """Every plugin that reads a topic."""
    found = [plugin for name, plugin in _plugins(charger) if name in GETTERS]
    return [plugin for plugin in found if plugin["source"] == "mqtt"]


def sink(plugin: Plugin) -> Plugin:
    """The plugin that sends: a watchdog hands on to another one."""
    if plugin["source"] != "watchdog":
        return plugin
    if seconds(plugin["timeout"]) <= 0:
        raise EvccError("a watchdog without timeout")
    _known(plugin["set"], MQTT)
    return dict(plugin["set"])


def repeats_s(plugin: Plugin) -> float:
    """How often a value is sent again, in s; 0 is never."""
    is_watched = plugin["source"] == "watchdog"
    return seconds(plugin["timeout"]) / 2 if is_watched else 0


def seconds(duration: str) -> float:
    """A duration such as `90s` or `1m30s`, in s."""
    parts = re.findall(r"(\d+(?:\.\d+)?)(ms|s|m|h)", duration)
    if "".join(number + unit for number, unit in parts) != duration or not parts:
        raise EvccError(f"time: invalid duration {duration}")
    return sum(float(number) * _SECONDS[unit] for number, unit in parts)


def payload(name: str, plugin: Plugin, value: object) -> str:
    """What is published for a value.

    Raises:
        EvccError: the payload names something else, or is a Go template.
    """
    text = plugin.get("payload", "")
    if not text:
        return _go(value)
    if "{{" in text:
        raise EvccError("a Go template, which this reader does not know")

    def filled(place: re.Match[str]) -> str:
        if place[1].lower() != SETTERS[name]:
            raise EvccError(f"wanted: [{place[1]}], got: [{SETTERS[name]}]")
        return _formatted(place[2], value)

    return _PLACE.sub(filled, text)


def text_of(plugin: Plugin, received: bytes) -> str:
    """What is handed on of a payload.

    Raises:
        EvccError: there is none (an empty one is no message), or jq fails.
    """
    if not received:
        raise EvccError("outdated")
    text = received.decode()
    if "jq" not in plugin:
        return text
    try:
        found = text if plugin.get("quote") else json.loads(text)
    except ValueError as problem:
        raise EvccError(str(problem)) from problem
    return _go(_QUERIES[plugin["jq"]](found))


def number(plugin: Plugin, received: bytes) -> float:
    """A payload as a number."""
    text = text_of(plugin, received)
    try:
        found = float(text)
    except ValueError as problem:
        raise EvccError(f"invalid syntax: {text}") from problem
    if not math.isfinite(found):
        raise EvccError(f"invalid float value: {text}")
    return found * float(plugin.get("scale", 1))


def flag(plugin: Plugin, received: bytes) -> bool:
    """A payload as true or false: on and yes are neither."""
    text = text_of(plugin, received)
    if text not in _BOOLEANS:
        raise EvccError(f"strconv.ParseBool: {text}")
    return _BOOLEANS[text]


def status(plugin: Plugin, received: bytes) -> str:
    """A payload as A, B or C."""
    text = text_of(plugin, received).strip("\0 ").upper()
    letter = {"C1": "B", "D1": "B"}.get(text, text[:1])
    if letter not in ("A", "B", "C", "D"):
        raise EvccError(f"invalid status: {text}")
    return "C" if letter == "D" else letter


def _plugins(charger: dict[str, Any]) -> list[tuple[str, Plugin]]:
    found = {n: p for n, p in charger.items() if n in GETTERS | SETTERS.keys()}
    return [
        (name, plugin)
        for name, one in found.items()
        for plugin in (one if isinstance(one, list) else [one])
    ]


def _known(found: dict[str, Any], names: set[str] | frozenset[str]) -> None:
    if strange := {name for name in found if name.lower() not in names}:
        raise EvccError(f"invalid keys: {sorted(strange)}")


def _formatted(form: str | None, value: object) -> str:
    if isinstance(value, bool) and form == "%d":
        return str(int(value))
    return form % value if form else _go(value)


def _go(value: object) -> str:
    """As Go's %v."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)
