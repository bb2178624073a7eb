"""Written values: what can be understood is, the rest gets an error that says why.

REST clients of BEMCom send any JSON, people type text (datapoints, section 3).
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson

from connector.errors import LocalProtocolError
from connector.ocppj import exact_json
from connector.ocppj.redaction import blank_text

Parser = Callable[[object], Any]

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_FLAGS = {"true": True, "on": True, "false": False, "off": False, "1": True, "0": False}
_LONGEST_SHOWN = 60
_OBJECT = "a JSON object"
_CONFIGURATION = "an object of keys to set, a list of keys, or null"
LONGEST_TIMEOUT_S = 3600
_PAYLOAD = "a JSON object (member payload)"
_SENDABLE = "a finite number, of at most 64 bits where it is whole"


class InvalidValue(LocalProtocolError):
    """A written value that means nothing here."""

    def __init__(self, value: object, expected: str) -> None:
        super().__init__(value, expected)
        self.value = value
        self.expected = expected

    def __str__(self) -> str:
        return f"{shown(self.value)} is not {self.expected}"

    @property
    def without_value(self) -> str:
        """The same for structures, whose members may be secrets."""
        return f"{described(self.value)} is not {self.expected}"


class InvalidName(InvalidValue):
    """A name that means nothing here; names are no secrets."""

    @property
    def without_value(self) -> str:
        """The name is what helps."""
        return str(self)


class NotJson(InvalidValue):
    """A text that was to be JSON; it is never shown, for nobody knows what is in it."""

    def __init__(
        self, value: str, expected: str, problem: orjson.JSONDecodeError
    ) -> None:
        super().__init__(value, expected)
        what, at, size = problem.msg.partition(",")[0], problem.pos, len(value)
        self.problem = f"not JSON: {what} at character {at} of {size}"

    def __str__(self) -> str:
        return f"{self.problem}, expected {self.expected}"

    @property
    def without_value(self) -> str:
        """It has none."""
        return str(self)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """What came instead of a value: bytes that are no text."""

    problem: str


def from_bytes(body: bytes) -> str | Unreadable:
    """The text of a message; OCPP and JSON know UTF-8 alone."""
    try:
        return body.decode()
    except UnicodeDecodeError as problem:
        return Unreadable(f"not UTF-8 at byte {problem.start} of {len(body)}")


def shown(value: object) -> str:
    """A value as it stands in an error: JSON without secrets, cut where it is long."""
    try:
        text = orjson.dumps(value).decode()
    except TypeError:
        text = repr(value)
    if isinstance(value, float) and not math.isfinite(value):
        text = json.dumps(value)  # orjson says null
    text = blank_text(text)
    return text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + ".."


def described(value: object) -> str:
    """What kind of value it is, for errors that must not show it."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return f"a text of {len(value)} characters" if value else "an empty text"
        case int() | float():
            return "a number"
        case list():
            return f"a list of {len(value)}"
    return "an object" if value else "an empty object"


def number(value: object) -> float:
    """A finite number, from JSON or as text."""
    found = value
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        found = float(value)
    if isinstance(found, bool) or not isinstance(found, int | float):
        raise InvalidValue(value, "a number")
    try:
        as_float = float(found)
    except OverflowError:
        as_float = math.inf
    if not math.isfinite(as_float):
        raise InvalidValue(value, "a finite number")
    return as_float


def number_or_none(value: object) -> float | None:
    """A finite number, or null, which releases; ``null`` as text is null too."""
    return None if is_null(value) else number(value)


def is_null(value: object) -> bool:
    """Null, as JSON or as text."""
    return value is None or (isinstance(value, str) and value.strip() == "null")


def whole_number(value: object) -> int:
    """A number without a fraction."""
    as_float = number(value)
    if not as_float.is_integer():
        raise InvalidValue(value, "a whole number")
    return int(as_float)


def seconds(value: object) -> int:
    """A positive whole number of seconds, up to 31 bits."""
    as_int = whole_number(value)
    if not 0 < as_int < 2**31:
        raise InvalidValue(value, "a number of seconds above 0")
    return as_int


def flag(value: object) -> bool:
    """True or false, as JSON, as 1 or 0, or as text (``true``, ``false``, ON, OFF)."""
    if isinstance(value, bool):
        return value
    known = value.strip().lower() if isinstance(value, str) else value
    found = _FLAGS.get(str(known)) if isinstance(known, str | int) else None
    if found is None:
        raise InvalidValue(value, "true or false")
    return found


def yes(value: object) -> bool:
    """Only true: these commands have no opposite."""
    if not flag(value):
        raise InvalidValue(value, "true")
    return True


def phases(value: object) -> int | None:
    """1, 3 or null."""
    count = number_or_none(value)
    if count is None:
        return None
    if count not in (1, 3):
        raise InvalidValue(value, "1, 3 or null")
    return int(count)


def text(value: object) -> str:
    """A text that is not empty; a number is read as its digits (id tokens are both)."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not value.strip():
        raise InvalidValue(value, "a text")
    return value.strip()


def one_of(choices: dict[str, str]) -> Parser:
    """A word of a table, whatever its case; gives what the table says."""
    expected = " or ".join(choices)

    def parse(value: object) -> str:
        word = value.strip().lower() if isinstance(value, str) else ""
        if word not in choices:
            raise InvalidValue(value, expected)
        return choices[word]

    return parse


def structure(value: object, expected: str = "a JSON structure") -> Any:
    """A JSON structure, or the text of one."""
    if isinstance(value, str):
        try:
            return sendable(exact_json.loads(value))
        except orjson.JSONDecodeError as problem:
            raise NotJson(value, expected, problem) from None
    return value


def sendable(value: object) -> object:
    """The same, where every number within a structure can be sent as it is."""
    if isinstance(value, dict | list):
        for number in exact_json.odd_numbers(value):
            raise InvalidValue(number, _SENDABLE)
    return value


def json_object(value: object) -> dict[str, Any]:
    """A JSON object."""
    found = structure(value, _OBJECT)
    if not isinstance(found, dict):
        raise InvalidValue(value, _OBJECT)
    return found


def json_object_or_none(value: object) -> dict[str, Any] | None:
    """A JSON object, or null."""
    return None if is_null(value) else json_object(value)


def id_token(value: object) -> str | dict[str, Any]:
    """An id token: a text, or an object with ``id`` and perhaps ``type``.

    2.x calls the id ``idToken``; what is given has ``id``.
    """
    found = value
    if isinstance(value, str) and value.lstrip().startswith("{"):
        found = structure(value, "a text, or an object with id and type")
    if not isinstance(found, dict):
        return text(found)
    id_ = text(found.get("id", found.get("idToken")))
    if found.get("type") is None:
        return id_
    rest = {name: member for name, member in found.items() if name != "idToken"}
    return rest | {"id": id_, "type": text(found["type"])}


_TRIGGERS_OF_THE_EARLIER_CONNECTOR = (
    "BootNotification",
    "DiagnosticsStatusNotification",
    "FirmwareStatusNotification",
    "Heartbeat",
    "MeterValues",
    "StatusNotification",
)


def trigger(value: object) -> str:
    """The name of a message, or its number as in the earlier connector."""
    if isinstance(value, str) and not value.strip().isdecimal():
        return text(value)
    index = whole_number(value)
    if not 0 <= index < len(_TRIGGERS_OF_THE_EARLIER_CONNECTOR):
        raise InvalidValue(value, "the name of a message, or 0 to 5")
    return _TRIGGERS_OF_THE_EARLIER_CONNECTOR[index]


def configuration(value: object) -> dict[str, Any] | list[str] | None:
    """An object of keys to set, a list of keys to read, or null for all of them."""
    found = None if is_null(value) else structure(value, _CONFIGURATION)
    if isinstance(found, dict):
        for name, wanted in found.items():
            if wanted is None:
                raise InvalidValue(None, f"a value for {name[:_LONGEST_SHOWN]}")
    if found is None or (isinstance(found, dict) and found):
        return found
    if isinstance(found, list) and all(isinstance(key, str) for key in found):
        return found
    raise InvalidValue(value, _CONFIGURATION)


def configuration_text(value: object) -> str:
    """A configuration value as OCPP 1.6 writes it: always text."""
    if isinstance(value, str):
        return value
    try:
        return orjson.dumps(value).decode()
    except TypeError:
        raise InvalidValue(value, "a text, or what can be written as JSON") from None


def call(value: object) -> dict[str, Any]:
    """``{"action": name, "payload": {..}}``; a missing payload is empty.

    ``timeout_s`` beside them is how long the answer may take.
    """
    found = json_object(value)
    action, payload = found.get("action"), found.get("payload", {})
    if not isinstance(action, str) or not action:
        raise InvalidValue(action, "the name of an action (member action)")
    if not isinstance(payload, dict):
        structure(payload, _PAYLOAD)  # says where it ends to be JSON
        raise InvalidValue(payload, _PAYLOAD)
    read: dict[str, Any] = {"action": action, "payload": payload}
    if found.get("timeout_s") is not None:
        read["timeout_s"] = _timeout_s(found["timeout_s"])
    return read


def _timeout_s(value: object) -> float:
    seconds = number(value)
    if not 0 < seconds <= LONGEST_TIMEOUT_S:
        expected = f"seconds, more than 0 and at most {LONGEST_TIMEOUT_S} (timeout_s)"
        raise InvalidValue(value, expected)
    return seconds


def profile_or_number(value: object) -> dict[str, Any] | float:
    """A complete charging profile, or a number for the template."""
    if isinstance(value, str) and value.lstrip().startswith("{"):
        return json_object(value)
    return value if isinstance(value, dict) else number(value)
