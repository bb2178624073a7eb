"""The configuration keys of 1.6, as other names of the same variables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from connector.station.device_model.key_forms import FORMS, Form
from connector.station.device_model.layout import Placed
from connector.station.device_model.rows import READ_ONLY, WRITE_ONLY
from connector.station.device_model.tables.keys16 import KEYS, Key
from connector.station.device_model.values import Values

Json = dict[str, Any]
_LONGEST = 500
"""KeyValue.value (1.6, 7.29)."""


class _Known(NamedTuple):
    key: Key
    form: Form


_BY_NAME: Mapping[str, _Known] = {
    key.name.casefold(): _Known(key, FORMS[key.form]) for key in KEYS
}


class Keys:
    """GetConfiguration and ChangeConfiguration of one station.

    ``agrees`` is asked before a key is set: a status refuses it, None lets it pass.
    """

    __slots__ = ("_model", "agrees")

    def __init__(
        self,
        model: Values,
        agrees: Callable[[str, str], str | None] | None = None,
    ) -> None:
        self._model = model
        self.agrees = agrees

    def get(self, names: Iterable[str] | None = None) -> Json:
        """The response to GetConfiguration; None or no names ask for all."""
        wanted: dict[str, str] = {}
        for name in names or ():
            wanted.setdefault(name.casefold(), name)
        if not wanted:
            found = [self._told(known) for known in _BY_NAME.values()]
            return {"configurationKey": [each for each in found if each is not None]}
        known, unknown = [], []
        for name in wanted.values():
            told = self._told(_BY_NAME.get(name.casefold()))
            if told is None:
                unknown.append(name)
            else:
                known.append(told)
        answer: Json = {"configurationKey": known}
        return answer | {"unknownKey": unknown} if unknown else answer

    def _told(self, known: _Known | None) -> Json | None:
        placed = self._placed(known)
        if known is None or placed is None:
            return None
        is_readonly = self._is_readonly(known, placed)
        told: Json = {"key": known.key.name, "readonly": is_readonly}
        if placed.row.mutability != WRITE_ONLY:
            told["value"] = known.form.get(self._model, placed)[:_LONGEST]
        return told

    def _placed(self, known: _Known | None) -> Placed | None:
        if known is None:
            return None
        return self._model.layout.placed.get(known.key.variable)

    def _is_readonly(self, known: _Known, placed: Placed) -> bool:
        if known.key.is_readonly is not None:
            return known.key.is_readonly
        return placed.row.mutability == READ_ONLY

    def text(self, name: str) -> str | None:
        """The value of a key; None: there is no such key, or it is never told."""
        told = self._told(_BY_NAME.get(name.casefold()))
        value = None if told is None else told.get("value")
        return value if isinstance(value, str) else None

    def set(self, name: str, text: str) -> str:
        """ChangeConfiguration; gives its status."""
        known = _BY_NAME.get(name.casefold())
        placed = self._placed(known)
        if known is None or placed is None:
            return "NotSupported"
        if self._is_readonly(known, placed):
            return "Rejected"
        refused = self.agrees(known.key.name, text) if self.agrees else None
        if refused is not None:
            return refused
        status = known.form.set(self._model, placed, text)
        is_done = status == "Accepted"
        return "RebootRequired" if is_done and known.key.needs_reboot else status
