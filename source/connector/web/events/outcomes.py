"""Commands on their way: asked, sent, how they ended, and seen to take effect."""

from __future__ import annotations

import orjson

from connector.csms import times
from connector.datapoints.commands import Commands, Stage, shown_order_value
from connector.web.events.effects import Effects, Seen
from connector.web.events.hub import Hub

KIND = "outcome"
IN_FORCE = "in_force"
_CALL = "call"


class OutcomeStages:
    """Tells of each stage of each command, whoever gave it."""

    kinds = frozenset({KIND})

    def __init__(self, commands: Commands, hub: Hub, effects: Effects) -> None:
        self._commands = commands
        self._hub = hub
        self._effects = effects

    def begin(self) -> None:
        """Somebody reads."""
        self._commands.watch = self._take
        self._effects.begin(self._take_effect)

    def end(self) -> None:
        """Nobody does."""
        self._commands.watch = None
        self._effects.end()

    def gather(self) -> None:
        """They are told as they happen."""

    def _take(self, stage: Stage) -> None:
        self._hub.publish(KIND, stage.order.station, _data(stage, stage.stage))
        self._effects.expect(stage)

    def _take_effect(self, stage: Stage, seen: Seen) -> None:
        told = stage._replace(time_ms=seen.time_ms)
        self._hub.publish(KIND, stage.order.station, _data(told, IN_FORCE, seen))


def _data(stage: Stage, name: str, seen: Seen | None = None) -> bytes:
    order = stage.order
    is_call = order.name == _CALL and isinstance(order.value, dict)
    action = order.value.get("action") if is_call else None  # type: ignore[attr-defined]
    return orjson.dumps(
        {
            "station": order.station,
            "where": order.where,
            "command": order.name,
            "action": action if isinstance(action, str) else None,
            "value": shown_order_value(order),
            "correlation": stage.correlation,
            "time": times.iso_ms(stage.time_ms),
            "stage": name,
            "outcome": None if stage.result is None else orjson.loads(stage.result),
            "seen": seen.what if seen else None,
            "was_above": seen.was_above if seen else None,
        }
    )
