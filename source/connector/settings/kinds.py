"""What a setting can be: one callable per kind that reads it or says what it expects.

Each takes the text of a variable, or the value of a member of `STATIONS` or `TOKENS`,
and raises `Wrong` with nothing but the expectation, so that a message reads
"<what> is <value>, expected <expectation>".
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from connector.csms.options import Fallback
from connector.datapoints.earlier_keys import EarlierKeys
from connector.errors import StoreError
from connector.sessions.versions import SUBPROTOCOLS
from connector.store.backends import A_DATABASE, backend_of

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_VISIBLE = re.compile(r"[\x21-\x7e]{1,512}")
_TRUE = frozenset({"true", "1", "yes", "on"})
_FALSE = frozenset({"false", "0", "no", "off"})


def wrong(expected: str) -> PydanticCustomError:
    """The error that carries an expectation."""
    return PydanticCustomError("expected", "{expected}", {"expected": expected})


def api_token(value: object) -> str:
    """What can stand in a header of HTTP behind ``Bearer`` as it is."""
    text = value.strip() if isinstance(value, str) else ""
    if not _VISIBLE.fullmatch(text):
        raise wrong(
            "1 to 512 visible ASCII characters, no spaces (16 or more are safe)"
        )
    return text


def flag(value: object) -> bool:
    """``TRUE`` or ``FALSE``, in any case; 1, 0, yes, no, on and off too."""
    text = value.strip().lower() if isinstance(value, str) else value
    if isinstance(text, bool):
        return text
    if isinstance(text, str) and text in _TRUE | _FALSE:
        return text in _TRUE
    raise wrong("TRUE or FALSE")


@dataclass(frozen=True, slots=True)
class Number:
    """A number in plain decimals, between bounds."""

    expected: str
    minimum: float = 0
    maximum: float = math.inf
    above: bool = False
    """True: the minimum itself is out of bounds."""
    whole: bool = False

    def __call__(self, value: object) -> float | int:
        """The number that `value` is or spells."""
        number = self._read(value)
        too_low = number <= self.minimum if self.above else number < self.minimum
        if not math.isfinite(number) or too_low or number > self.maximum:
            raise wrong(self.expected)
        if not self.whole:
            return number
        if number != int(number):
            raise wrong(self.expected)
        return int(number)

    def _read(self, value: object) -> float:
        if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
            return float(value)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return float(value)
        raise wrong(self.expected)


@dataclass(frozen=True, slots=True)
class OneOf:
    """One word of a few, compared without case; ``None`` stands for no choice."""

    words: tuple[str, ...]

    def __call__(self, value: object) -> str:
        """The word as it is written in `words`."""
        text = value.strip().lower() if isinstance(value, str) else None
        for word in self.words:
            if word.lower() == text:
                return word
        raise wrong(f"{', '.join(self.words[:-1])} or {self.words[-1]}")


@dataclass(frozen=True, slots=True)
class Text:
    """Text without control characters, and without those of `forbidden`."""

    expected: str
    longest: int = 255
    forbidden: str = ""

    def __call__(self, value: object) -> str:
        """The text itself."""
        if not isinstance(value, str):
            raise wrong(f"{self.expected}, in quotes where it is a number")
        if (
            not value.strip()
            or len(value) > self.longest
            or _CONTROL.search(value)
            or any(character in value for character in self.forbidden)
        ):
            raise wrong(self.expected)
        return value


_LIMIT = re.compile(r"(\d+(?:\.\d+)?|\.\d+)\s*([WwAa])")


def fallback(value: object) -> Fallback | str:
    """``none``, watts or amperes: ``4140W``, ``6A``."""
    text = value.strip() if isinstance(value, str) else ""
    if text.lower() == "none":
        return "none"
    match = _LIMIT.fullmatch(text)
    if match is None:
        raise wrong("none, or a limit with its unit such as 4140W or 6A")
    return Fallback(float(match[1]), "W" if match[2] in "Ww" else "A")


def names(value: object) -> tuple[str, ...]:
    """Measurands: a list, or text with commas; the same one counts once."""
    parts = value.split(",") if isinstance(value, str) else value
    expected = "names of measurands, divided by commas"
    if not isinstance(parts, (list, tuple)):
        raise wrong(expected)
    found: dict[str, None] = {}
    for part in parts:
        name = part.strip() if isinstance(part, str) else ""
        if name and not re.fullmatch(r"[!-+\--~]+", name):
            raise wrong(expected)
        if not isinstance(part, str):
            raise wrong(expected)
        if name:
            found[name] = None
    return tuple(found)


def json_object(value: object) -> dict[str, Any]:
    """A JSON object, as text."""
    if not isinstance(value, str):
        raise wrong("a JSON object")
    try:
        document = json.loads(value)
    except (ValueError, RecursionError) as error:
        raise wrong(f"a JSON object ({error})") from None
    if not isinstance(document, dict):
        raise wrong("a JSON object")
    return document


def earlier_commands(value: object) -> dict[str, Any]:
    """A JSON object whose keys name commands, as the earlier connector had it."""
    found = json_object(value)
    try:
        EarlierKeys(found)
    except ValueError as error:
        raise wrong(
            f"a JSON object of commands, such as execute_reset ({error})"
        ) from None
    return found


def readable_file(value: object) -> Path:
    """The path of a file that can be read."""
    path = Path(str(value))
    try:
        with path.open("rb"):
            return path
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise wrong(f"the path of a file that can be read ({reason})") from None


def folder(value: object) -> Path:
    """The path of a folder, which need not exist yet."""
    path = Path(str(value))
    if "\0" in str(value) or (path.exists() and not path.is_dir()):
        raise wrong("the path of a folder")
    return path


def subprotocol(value: object) -> str:
    """The WebSocket subprotocol assumed where none is offered; empty for none."""
    text = str(value).strip()
    if text and text not in SUBPROTOCOLS:
        known = ", ".join(SUBPROTOCOLS)
        raise wrong(f"{known}, or empty: then a station that offers none is refused")
    return text


def store_url(value: object) -> str:
    """The URL of a database that can be used."""
    text = str(value).strip()
    try:
        _, url = backend_of(text)
    except StoreError as problem:
        raise wrong(f"{A_DATABASE}: {problem}") from None
    if not url.database:
        raise wrong(f"{A_DATABASE}: it names no file")
    return text


def http_url(value: object) -> str:
    """A URL that a path may be put behind; without a slash at its end."""
    expected = "http://<host> or https://<host>, with a port and a path where needed"
    text = value.strip() if isinstance(value, str) else ""
    try:
        parts = urlsplit(text)
        is_port_right = parts.port != 0
    except ValueError:
        raise wrong(expected) from None
    if (
        parts.scheme not in ("http", "https")
        or not parts.hostname
        or not is_port_right
        or re.search(r"[\s\x00-\x1f\x7f-\uffff]", text)
    ):
        raise wrong(expected)
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise wrong(f"{expected} (without a user, ? and #)")
    return text.rstrip("/")


def charging_profile(value: object) -> dict[str, Any]:
    """A template with a place for the limit."""
    profile = json_object(value)
    schedule = profile.get("chargingSchedule")
    periods = (
        schedule.get("chargingSchedulePeriod") if isinstance(schedule, dict) else None
    )
    if not isinstance(periods, list) or not periods:
        raise wrong("an OCPP charging profile with at least one chargingSchedulePeriod")
    if not all(isinstance(period, dict) for period in periods):
        raise wrong("an OCPP charging profile whose chargingSchedulePeriod are objects")
    return profile


def _kind(read: Callable[[Any], Any]) -> BeforeValidator:
    return BeforeValidator(read)


Flag = Annotated[bool, _kind(flag)]
Port = Annotated[
    int, _kind(Number("a port from 1 to 65535", 1, maximum=65535, whole=True))
]
PortOrOff = Annotated[
    int, _kind(Number("a port from 0 (off) to 65535", maximum=65535, whole=True))
]
Seconds = Annotated[float, _kind(Number("seconds, 0 or more"))]
SomeSeconds = Annotated[float, _kind(Number("seconds, more than 0", above=True))]
WholeSeconds = Annotated[
    int, _kind(Number("whole seconds, 0 or more", maximum=2**31 - 1, whole=True))
]
Count = Annotated[
    int, _kind(Number("a whole number, 0 (off) or more", maximum=2**31, whole=True))
]
Days = Annotated[
    int,
    _kind(Number("whole days, 0 (for ever) to 36500", maximum=36_500, whole=True)),
]
Rate = Annotated[float, _kind(Number("a number, 0 (off) or more"))]
Measurands = Annotated[tuple[str, ...], _kind(names)]
EarlierCommands = Annotated[dict[str, Any], _kind(earlier_commands)]
ReadableFile = Annotated[Path, _kind(readable_file)]
Folder = Annotated[Path, _kind(folder)]
Host = Annotated[str, _kind(Text("a host name or an address", forbidden=" /\t"))]
AnyText = Annotated[str, _kind(Text("text", longest=4096))]
ApiToken = Annotated[str, _kind(api_token)]

OcppPort = Annotated[
    int,
    _kind(
        Number(
            "a port from 0 (closes the plain port) to 65535", maximum=65535, whole=True
        )
    ),
]
ConnectorName = Annotated[
    str,
    _kind(Text("a name without + # $ / and control characters", forbidden="+#$/")),
]
IdTag = Annotated[str, _kind(Text("1 to 16 characters", longest=16))]
StationPolicy = Annotated[
    Literal["pending", "accept", "reject"],
    _kind(OneOf(("pending", "accept", "reject"))),
]
Role = Annotated[
    Literal["connector", "station"], _kind(OneOf(("connector", "station")))
]
Subprotocol = Annotated[str, _kind(subprotocol)]
StoreUrl = Annotated[str, _kind(store_url)]
HttpUrl = Annotated[str, _kind(http_url)]
ChargingProfile = Annotated[dict[str, Any], _kind(charging_profile)]
