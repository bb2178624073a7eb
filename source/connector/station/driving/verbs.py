"""The verbs with which a station is driven, as data: names, arguments, what they do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connector.errors import ConnectorError

REQUIRED = object()
"""The default of what has to be given."""


class NotDone(ConnectorError):
    """It cannot be done; ``reason`` says why, and what was expected."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return self.reason


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument; ``kind`` is `whole`, `number`, `text`, `flag`, `json` or `word`.

    Those that are ``named`` are written ``name=value`` on a line.
    """

    name: str
    kind: str
    default: Any = REQUIRED
    about: str = ""
    words: tuple[str, ...] = ()
    named: bool = False
    low: float = 0
    high: float = 1e9

    @property
    def is_required(self) -> bool:
        """Whether it has to be given."""
        return self.default is REQUIRED


@dataclass(frozen=True, slots=True)
class Verb:
    """Something that can be done at a station; `Driver` has a method for each."""

    name: str
    about: str
    arguments: tuple[Argument, ...] = ()
    needs_simulation: bool = False

    @property
    def method(self) -> str:
        """The name of the method."""
        return self.name.replace("-", "_")

    def usage(self) -> str:
        """How it is written on a line."""
        words = [self.name, *(_usage(each) for each in self.arguments)]
        return " ".join(words)


def _usage(argument: Argument) -> str:
    shown = "|".join(argument.words) if argument.words else argument.name.upper()
    shown = f"{argument.name}={shown}" if argument.named else shown
    return shown if argument.is_required else f"[{shown}]"


@dataclass(frozen=True, slots=True)
class Deed:
    """A verb with its arguments; ``station`` where one of several is meant."""

    verb: Verb
    values: Mapping[str, Any] = field(default_factory=dict)
    station: str | None = None


_WHERE = Argument("where", "whole", about="the number of an EVSE", low=1, high=64)
_ANYWHERE = Argument("where", "whole", None, "an EVSE", low=1, high=64)
_FROM_0 = Argument("where", "whole", about="an EVSE; 0 is the station", high=64)


def _vehicle(name: str, kind: str, about: str, low: float, high: float) -> Argument:
    return Argument(name, kind, None, about, named=True, low=low, high=high)


_VEHICLE = (
    _vehicle("soc", "number", "state of charge in %", 0, 100),
    _vehicle("target", "number", "the state of charge it wants, in %", 0, 100),
    _vehicle("capacity_kwh", "number", "of its battery", 0.1, 2000),
    _vehicle("max_a", "number", "what it takes per phase, in A", 1, 1000),
    _vehicle("min_a", "number", "below this it does not charge, in A", 1, 1000),
    _vehicle("phases", "whole", "it charges on", 1, 3),
    _vehicle("discharge_kw", "number", "what it can feed back", 0, 1000),
    _vehicle("connector", "whole", "of the EVSE", 1, 10),
    _vehicle("leaves_after_s", "number", "it is taken away then", 0.1, 1e8),
    _vehicle("iso15118", "flag", "it says by ISO 15118 what it wants", 0, 1),
)

_ALL = (
    Verb("plug", "A vehicle is plugged in.", (_WHERE, *_VEHICLE), True),
    Verb("unplug", "It is unplugged, at its own end.", (_WHERE,), True),
    Verb(
        "swipe",
        "A card is shown, at an EVSE or at the station.",
        (
            Argument("tag", "text", about="the id of the card"),
            _ANYWHERE,
            Argument("type", "text", "ISO14443", "of 2.x", named=True),
            Argument("contract", "text", None, "a PEM file: a contract", named=True),
        ),
    ),
    Verb("stop", "Whoever charges stops it at the station.", (_WHERE,)),
    Verb("pause", "The vehicle wants no energy for now.", (_WHERE,), True),
    Verb("resume", "It wants energy again.", (_WHERE,), True),
    Verb(
        "fault",
        "Something breaks: a ChargePointErrorCode of 1.6.",
        (_FROM_0, Argument("code", "text"), Argument("info", "text", "")),
        True,
    ),
    Verb("clear", "Whatever is broken is repaired.", (_FROM_0,), True),
    Verb(
        "meter",
        "Values are told: of what runs, else of the EVSE; without one of all.",
        (Argument("where", "whole", 0, "an EVSE", high=64),),
    ),
    Verb(
        "drop",
        "The link is lost for so many seconds.",
        (Argument("seconds", "number", 0.0, high=1e7),),
    ),
    Verb(
        "reboot",
        "The station starts anew; transactions are ended first.",
        (Argument("how", "word", "soft", words=("soft", "hard")),),
    ),
    Verb(
        "power-loss",
        "The power is gone for so many seconds: what is not on disk is lost.",
        (Argument("seconds", "number", 1.0, high=1e7),),
        True,
    ),
    Verb(
        "call",
        "Any call, as it is given.",
        (Argument("action", "text"), Argument("payload", "json", None, "JSON")),
    ),
    Verb(
        "set",
        "Set a variable (Component/Variable) or a key of 1.6, as at the station.",
        (Argument("name", "text"), Argument("value", "text")),
    ),
    Verb("get", "Show a variable or a key of 1.6.", (Argument("name", "text"),)),
    Verb(
        "wait",
        "So many seconds pass; or, with a status, until an EVSE has it.",
        (
            Argument("seconds", "number", high=1e7),
            Argument("status", "text", None, "Available, Charging, .."),
            Argument("where", "whole", 1, "an EVSE; 0 is the station", high=64),
        ),
    ),
    Verb("status", "Show how the station is."),
    Verb("help", "Show these lines."),
    Verb("quit", "End."),
)
VERBS: Mapping[str, Verb] = {each.name: each for each in _ALL}
SAID_ALOUD = frozenset({"help", "quit"})
"""Those for whoever runs the stations, not for a station."""
