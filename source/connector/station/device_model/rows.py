"""One line of the tables of variables: what a variable is, before it has a place."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Literal

Mutability = Literal["ReadOnly", "ReadWrite", "WriteOnly"]
READ_ONLY: Final = "ReadOnly"
READ_WRITE: Final = "ReadWrite"
WRITE_ONLY: Final = "WriteOnly"
ACTUAL: Final = "Actual"
Level = Literal["station", "evse", "connector"]


class Kind(StrEnum):
    """DataEnumType of 2.x."""

    STRING = "string"
    DECIMAL = "decimal"
    INTEGER = "integer"
    DATE_TIME = "dateTime"
    BOOLEAN = "boolean"
    OPTION = "OptionList"
    SEQUENCE = "SequenceList"
    MEMBERS = "MemberList"


_MONITORED = (Kind.DECIMAL, Kind.INTEGER, Kind.BOOLEAN, Kind.OPTION)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """An attribute beside Actual: Target, MinSet or MaxSet."""

    type: str
    default: str = ""
    mutability: Mutability = READ_WRITE


@dataclass(frozen=True, slots=True)
class Row:
    """A variable; ``name`` is `Component#instance/Variable#instance`.

    ``default`` holds until it is set. None: it follows from the station, by the
    function ``own`` of `owned`, or from what is so now, by ``live`` of `live`.
    ``low`` and ``high`` are limits (of a text: its lengths), ``limit`` the function of
    `owned` that gives the upper one.
    """

    name: str
    kind: Kind
    default: str | None = ""
    mutability: Mutability = READ_WRITE
    unit: str | None = None
    low: float | None = None
    high: float | None = None
    values: tuple[str, ...] = ()
    more_values: tuple[str, ...] = ()
    """Beside them, for 1.6 alone."""
    own: str | None = None
    live: str | None = None
    limit: str | None = None
    level: Level = "station"
    needs_reboot: bool = False
    is_constant: bool = False
    is_hidden: bool = False
    """Only a configuration key of 1.6: 2.x has no such variable."""
    is_optional: bool = False
    """May be empty, whatever its kind."""
    attributes: tuple[Attribute, ...] = ()
    needs: Literal["", "discharge", "dc", "ac", "iso15118"] = ""
    """What an EVSE has to have."""

    @property
    def is_monitored(self) -> bool:
        """Whether there may be monitors on it."""
        return self.kind in _MONITORED and not self.is_hidden


def flag(name: str, default: bool | None, **more: Any) -> Row:
    """A boolean."""
    text = None if default is None else str(default).lower()
    return Row(name, Kind.BOOLEAN, text, **more)


def whole(name: str, default: int | None, **more: Any) -> Row:
    """An integer, from 0 where nothing else is said."""
    text = None if default is None else str(default)
    more.setdefault("low", 0)
    return Row(name, Kind.INTEGER, text, **more)


def seconds(name: str, default: int, **more: Any) -> Row:
    """A time in s."""
    more.setdefault("high", 2**31 - 1)
    return whole(name, default, unit="s", **more)


def fixed(name: str, kind: Kind, default: str | None = None, **more: Any) -> Row:
    """What nobody sets."""
    return Row(name, kind, default, READ_ONLY, **more)


def members(name: str, default: str, values: tuple[str, ...], **more: Any) -> Row:
    """A list in which the order means nothing."""
    return Row(name, Kind.MEMBERS, default, values=values, **more)
