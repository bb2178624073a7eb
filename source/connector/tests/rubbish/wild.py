"""Frames and messages that nobody meant: an endless, seeded supply of them."""

from __future__ import annotations

import json
from functools import cache
from random import Random
from typing import Any

from connector.ocppj.routes import ROUTES
from connector.tests.rubbish import payloads
from connector.tests.rubbish.mutations import (
    VALUES,
    Again,
    Path,
    Raw,
    doubled,
    paths,
    removed,
    renamed,
    replaced,
    write,
)

_LONG = 10_000
_SELDOM = 50
"""Once in so often a long value is taken: it costs a thousand short ones."""
_SHORT_VALUES = [value for value in VALUES if len(value) < _LONG]
_SIGNS = '[]{}",:0123456789eE.-+\\ux\x00 \ufffd'
_SPECIMEN = '[2,"1","Heartbeat",{}]'


@cache
def _actions(version: str) -> list[str]:
    routes = ROUTES[version]
    return sorted(routes.up | routes.down | routes.sent_up)


@cache
def _payload(version: str, action: str, is_full: bool) -> Any:
    make = payloads.full if is_full else payloads.smallest
    return make(action, version=version)


@cache
def _paths(version: str, action: str, is_full: bool) -> list[Path]:
    return list(paths(_payload(version, action, is_full)))


class Wild:
    """Makes rubbish for one version, from a seed."""

    def __init__(self, version: str, source: Random) -> None:
        self._version = version
        self._source = source

    def _value(self) -> Raw:
        is_long = self._source.randrange(_SELDOM) == 0
        return self._source.choice(VALUES if is_long else _SHORT_VALUES)

    def payload(self, action: str) -> str:
        """A payload of an action that is wrong in a place or some, or in none."""
        is_full = self._source.random() < 0.7
        found = _payload(self._version, action, is_full)
        places = _paths(self._version, action, is_full)
        if not places:
            return write({str(self._value())[:50]: self._value()})
        for _ in range(self._source.randrange(1, 3)):
            try:
                found = self._spoil(found, self._source.choice(places))
            except (AttributeError, KeyError, IndexError, TypeError):
                continue  # an earlier change took the place away
        return write(found)

    def _spoil(self, payload: Any, place: Path) -> Any:
        match self._source.randrange(6):
            case 0:
                return removed(payload, place)
            case 1:
                return doubled(payload, place, self._value())
            case 2 if isinstance(place[-1], str):
                name = self._source.choice([place[-1].upper(), "", "x" * 300])
                return renamed(payload, place, name)
            case 3:
                return {**payload, Again(f"x{self._source.random()}"): self._value()}
            case _:
                return replaced(payload, place, self._value())

    def frame(self, unique_id: str) -> str:
        """A message of whatever kind."""
        action = self._source.choice(_actions(self._version))
        text = self.payload(action)
        kind = self._source.randrange(20)
        if kind < 14:
            return f'[2,"{unique_id}","{action}",{text}]'
        if kind == 14:
            return f'[{self._source.randrange(-1, 8)},"{unique_id}","{action}",{text}]'
        if kind == 15:
            return f'[3,"{unique_id}",{text}]'
        if kind == 16:
            return f'[4,"{unique_id}",{self._value()},{self._value()},{text}]'
        if kind == 17:
            return f"[2,{self._value()},{self._value()},{text}]"
        frame = f'[2,"{unique_id}","{action}",{text}]'
        return self.mangled(frame if len(frame) < _LONG else _SPECIMEN)

    def mangled(self, text: str) -> str:
        """A text in which some signs are others, fewer or more."""
        signs = list(text)
        for _ in range(self._source.randrange(1, 5)):
            place = self._source.randrange(len(signs) + 1)
            match self._source.randrange(4):
                case 0:
                    del signs[place : place + self._source.randrange(1, 20)]
                case 1:
                    signs[place:place] = signs[place : place + 30]
                case 2:
                    signs[place : place + 1] = self._source.choice(_SIGNS)
                case _:
                    signs.insert(place, self._source.choice(_SIGNS))
        return "".join(signs)

    # -- MQTT

    def message(self, name: str, station: str) -> tuple[str, bytes]:
        """A topic below ``name`` that the connector listens on, and rubbish for it."""
        source = self._source
        kind = source.randrange(6)
        action = source.choice(_actions(self._version))
        text = self.payload(action)
        if kind == 0:
            return f"{name}/request/{station}/{action}/{source.random()}", text.encode()
        if kind == 1:
            call = f'{{"action":"{action}","payload":{text}}}'
            return f"{name}/stations/{station}/0/call/set", call.encode()
        if kind == 2:
            request = source.choice(["adopt", "reject", "forget", "nonsense", "x"])
            value = json.dumps({"station": f"nobody{source.random()}"})
            topic = f"{name}/bridge/request/{request}"
            return topic, self.mangled(value).encode()
        if kind == 3:
            level = source.choice(["+", "#", "..", "%2B", "é", station, "nobody", "$"])
            level = level.replace("+", "%2B").replace("#", "%23")
            return f"{name}/request/{level}/{action}", text.encode()
        command = source.choice(_COMMANDS)
        where = source.choice(["0", "1", "2", "-1", "x", "1.2", "99999999"])
        value = self._value().encode()
        if source.random() < 0.2:
            value = source.randbytes(source.randrange(1, 60))
        return f"{name}/stations/{station}/{where}/{command}/set", value


_COMMANDS = """
power_limit current_limit enabled phases charging_schedule send_charging_profile
clear_charging_profile get_composite_schedule charge start available unlock reset
trigger_message configuration reserve cancel_reservation local_list update_firmware
get_log data_transfer display_message call nonsense
""".split()
