"""The variables of one station: those of its build, and what was set of them.

Only what is another than at first is kept here: ten thousand stations of one build
share the rest.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from connector.station.device_model import kept
from connector.station.device_model.checks import Misfit, fit
from connector.station.device_model.layout import (
    Layout,
    Placed,
    attribute_key,
    layout_of,
)
from connector.station.device_model.names import Name, Place, parse
from connector.station.device_model.rows import (
    ACTUAL,
    READ_ONLY,
    WRITE_ONLY,
    Row,
)
from connector.station.model import StationModel

logger = logging.getLogger(__name__)

OnChange = Callable[[str], None]
"""Gets the new value."""


class Live(Protocol):
    """Who knows what is so now."""

    def value(self, what: str, place: Place) -> str:
        """A value; ``what`` is the ``live`` of a row."""


class NotYet:
    """A device model without a station that runs."""

    def value(self, what: str, place: Place) -> str:
        """Nothing is so yet."""
        return ""


class Result(NamedTuple):
    """What became of a get or a set, in the words of 2.x."""

    status: str
    value: str = ""
    reason: str = ""
    info: str = ""

    @property
    def is_accepted(self) -> bool:
        """Whether it was done, be it after a reboot."""
        return self.status in ("Accepted", "RebootRequired")


class Values:
    """Gives, takes and keeps values (`core.settings.Variables` and all else).

    Without a ``folder`` what is set is lost with the process. ``initial`` are values
    that hold until others are set, by name; ``rows`` variables of its own.

    Raises:
        ValueError: ``initial`` or ``rows`` are wrong; the text says where and why.
    """

    __slots__ = (
        "_changed",
        "_is_together",
        "_layout",
        "_listeners",
        "_more",
        "agrees",
        "folder",
        "live",
        "model",
        "watcher",
    )

    def __init__(
        self,
        model: StationModel,
        folder: Path | None = None,
        *,
        initial: Mapping[str, str] | None = None,
        rows: tuple[Row, ...] = (),
        live: Live | None = None,
    ) -> None:
        self.model = model
        self.folder = folder
        self.live: Live = live or NotYet()
        self.agrees: Callable[[str, str], str | None] | None = None
        """Asked before a key of 1.6 is set: a status refuses it, None lets it pass."""
        self.watcher: Callable[[Placed, str], None] | None = None
        """Told of every new value, where there are monitors."""
        self._layout = layout_of(model, rows, tuple((initial or {}).items()))
        self._changed: dict[str, str] = {}
        self._listeners: dict[str, list[OnChange]] = {}
        self._more: dict[str, Any] = {}
        self._is_together = False
        if folder is not None:
            self._restore(kept.load(folder))

    # -- reading (`core.settings.Variables`)

    def text(self, name: str) -> str:
        """As it stands; empty where there is no such variable."""
        found = self._changed.get(name)
        if found is None:
            found = self._layout.defaults.get(name)
        return self._given(name) if found is None else found

    def flag(self, name: str) -> bool:
        """Whether it is `true`."""
        return self.text(name) == "true"

    def number(self, name: str) -> float:
        """A number; 0 where there is none."""
        text = self._changed.get(name) or self.text(name)
        return float(text) if text else 0.0

    def items(self, name: str) -> tuple[str, ...]:
        """The items of a list."""
        return _split(self.text(name))

    def _given(self, name: str) -> str:
        """What the station is, or does now."""
        placed = self._layout.placed.get(name)
        if placed is None:
            return ""
        if placed.row.live is not None:
            return self.live.value(placed.row.live, placed.name.place)
        return placed.own(self.model, placed.name.place) if placed.own else ""

    # -- 2.x

    @property
    def layout(self) -> Layout:
        """All variables that there are."""
        return self._layout

    def get(
        self,
        component: str | Place,
        variable: str,
        instance: str = "",
        *,
        evse: int = 0,
        connector: int = 0,
        attribute: str = ACTUAL,
    ) -> Result:
        """GetVariables, one of them."""
        found = self._find(_place(component, evse, connector), variable, instance)
        if isinstance(found, Result):
            return found
        if attribute != ACTUAL and attribute not in found.others:
            return Result("NotSupportedAttributeType")
        if self.mutability(found, attribute) == WRITE_ONLY:
            return Result("Rejected", "", "WriteOnly", "it is never told")
        return Result("Accepted", self.text(attribute_key(found.text, attribute)))

    def set(
        self,
        component: str | Place,
        variable: str,
        instance: str = "",
        *,
        value: str,
        evse: int = 0,
        connector: int = 0,
        attribute: str = ACTUAL,
    ) -> Result:
        """SetVariables, one of them."""
        found = self._find(_place(component, evse, connector), variable, instance)
        if isinstance(found, Result):
            return found
        if attribute != ACTUAL and attribute not in found.others:
            return Result("NotSupportedAttributeType")
        if self.mutability(found, attribute) == READ_ONLY:
            return Result("Rejected", "", "ReadOnly", "it cannot be set")
        return self.take(found, value, attribute)

    def take(
        self,
        placed: Placed,
        value: str,
        attribute: str = ACTUAL,
        *,
        is_1_6: bool = False,
    ) -> Result:
        """Set a value that somebody may set; it is checked, kept, and then told."""
        fitted = fit(placed.row, value, is_1_6=is_1_6)
        if isinstance(fitted, Misfit):
            return Result("Rejected", "", fitted.reason, fitted.info)
        try:
            self._put(attribute_key(placed.text, attribute), fitted)
        except OSError as problem:
            logger.error(
                "%s: %s is not kept: %s", self.model.identity, placed.text, problem
            )
            return Result("Rejected", "", "OutOfStorage", "it cannot be kept")
        if attribute == ACTUAL:
            self._tell(placed, fitted)
        return Result("RebootRequired" if placed.row.needs_reboot else "Accepted")

    def mutability(self, placed: Placed, attribute: str = ACTUAL) -> str:
        """Who may read and set an attribute."""
        if attribute == ACTUAL:
            return placed.row.mutability
        return placed.others[attribute].mutability

    def _find(self, place: Place, variable: str, instance: str) -> Placed | Result:
        found = self._layout.find(Name(place, variable, instance))
        if found is not None and not found.row.is_hidden:
            return found
        is_there = self._layout.has(place)
        return Result("UnknownVariable" if is_there else "UnknownComponent")

    # -- changes from inside

    def override(self, name: str, text: str) -> None:
        """Set what nobody outside may set, such as ``SecurityProfile``; it is kept.

        Raises:
            ValueError: there is no such variable, or the value does not fit it.
            OSError: it could not be kept.
        """
        placed = self._layout.placed.get(name) or self._layout.find(parse(name))
        if placed is None:
            raise ValueError(f"there is no variable {name[:120]!r}")
        fitted = fit(placed.row, text)
        if isinstance(fitted, Misfit):
            raise ValueError(f"{name}: {fitted.info}")
        self._put(placed.text, fitted)
        self._tell(placed, fitted)

    def on_change(self, name: str, callback: OnChange) -> None:
        """Call it with every new value of a variable."""
        self._listeners.setdefault(name, []).append(callback)

    def _tell(self, placed: Placed, text: str) -> None:
        for callback in self._listeners.get(placed.text, ()):
            callback(text)
        if self.watcher is not None:
            self.watcher(placed, text)

    # -- keeping

    @contextmanager
    def together(self) -> Iterator[None]:
        """What is set inside is kept once, at the end.

        Raises:
            OSError: it could not be kept; what was set holds until a restart.
        """
        self._is_together = True
        try:
            yield
        finally:
            self._is_together = False
            self._save()

    def remember(self, kind: str, value: Any) -> None:
        """Keep something beside the values, as JSON (monitors, ..).

        Raises:
            OSError: it could not be kept.
        """
        self._more[kind] = value
        self._save()

    def remembered(self, kind: str) -> Any:
        """What was kept beside the values; None: nothing."""
        return self._more.get(kind)

    def _put(self, key: str, text: str) -> None:
        before = self._changed.get(key)
        if before == text or (before is None and self.text(key) == text):
            return
        self._changed[key] = text
        try:
            self._save()
        except OSError:
            if before is None:
                del self._changed[key]
            else:
                self._changed[key] = before
            raise

    def _save(self) -> None:
        if self.folder is not None and not self._is_together:
            kept.save(self.folder, {"values": self._changed, **self._more})

    def _restore(self, found: dict[str, Any]) -> None:
        values = found.pop("values", {})
        found.pop("version", None)
        self._more = found
        for key, text in values.items() if isinstance(values, dict) else ():
            if self._still_fits(key, text):
                self._changed[key] = text

    def _still_fits(self, key: str, text: object) -> bool:
        """A firmware, or a file, may have changed what a station has."""
        name, _, kind = key.partition("!")
        placed = self._layout.placed.get(name)
        is_there = placed is not None and (not kind or kind in placed.others)
        if placed is not None and is_there and isinstance(text, str):
            if fit(placed.row, text, is_1_6=True) == text:
                return True
        logger.warning(
            "%s: what was kept of %s fits no more", self.model.identity, key[:120]
        )
        return False


def _place(component: str | Place, evse: int, connector: int) -> Place:
    if isinstance(component, Place):
        return component
    name, _, instance = component.partition("#")
    return Place(name, instance, evse, connector)


@lru_cache(maxsize=1024)
def _split(text: str) -> tuple[str, ...]:
    return tuple(item for item in map(str.strip, text.split(",")) if item)
