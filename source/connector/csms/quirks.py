"""Named options for what stations do beside the specification.

Only what cannot be right by default has a name here. Values are those of `quirks` in
`STATIONS` and in presets: an object by name, or a list of names, each meaning true.
"""

from __future__ import annotations

import math
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from types import MappingProxyType
from typing import Any, Literal

Off = Literal[False]

LIMIT_A, LIMIT_W, CONNECTOR = "limit_a", "limit_w", "connector"
LONGEST_INTERVAL_S = 86_400


class WrongQuirk(ValueError):
    """A quirk has a value that it cannot have; its text is what was expected."""


@dataclass(frozen=True, slots=True)
class VendorLimit:
    """A DataTransfer that carries a limit; ``data`` has a place for it."""

    vendor_id: str
    data: str
    message_id: str | None = None

    @property
    def unit(self) -> Literal["W", "A"]:
        """The unit that it takes, by its placeholder."""
        return "A" if LIMIT_A in _placeholders(self.data) else "W"

    @property
    def names_connector(self) -> bool:
        """Whether it can tell connectors from each other."""
        return CONNECTOR in _placeholders(self.data)

    def payload(self, limit: float, where: str) -> dict[str, Any]:
        """The DataTransfer for a limit; whole amperes or watts, never more."""
        whole = str(math.floor(limit))
        values = {LIMIT_A: whole, LIMIT_W: whole, CONNECTOR: where}
        found = {"vendorId": self.vendor_id}
        if self.message_id is not None:
            found["messageId"] = self.message_id
        return found | {"data": self.data.format_map(values)}


@dataclass(frozen=True, slots=True)
class Quirks:
    """The quirks of one station; None is not set, False is off."""

    no_boot_trigger: bool | None = None
    skip_setup: bool | tuple[str, ...] | None = None
    meter_interval_min_s: int | Off | None = None
    poll_s: float | None = None
    no_change_availability: bool | None = None
    vendor_limit: VendorLimit | Off | None = None
    free_token_key: str | Off | None = None
    setup_while_pending: bool | None = None

    def over(self, other: Quirks) -> Quirks:
        """These, and those of the other that are not set here."""
        if other == NONE:
            return self
        mine = {
            field.name: value
            for field in fields(self)
            if (value := getattr(self, field.name)) is not None
        }
        return replace(other, **mine)

    def skips(self, key: str) -> bool:
        """Whether a configuration key is neither read nor written at set-up."""
        if isinstance(self.skip_setup, tuple):
            return key in self.skip_setup
        return bool(self.skip_setup)


NONE = Quirks()


# -- how the values are written


_WORDS = {"true": True, "false": False}


def _plain(value: object) -> object:
    """A flag or a number that is written as text."""
    text = value.strip().lower() if isinstance(value, str) else ""
    return _WORDS.get(text, value)


def _flag(value: object) -> bool:
    value = _plain(value)
    if isinstance(value, bool):
        return value
    raise WrongQuirk("true or false")


def _keys(value: object) -> bool | tuple[str, ...]:
    value = _plain(value)
    if isinstance(value, bool):
        return value
    if isinstance(value, list) and value and all(_is_key(key) for key in value):
        return tuple(value)
    raise WrongQuirk("true, false, or a list of configuration keys")


def _key(value: object) -> str | Off:
    if value is False:
        return False
    if _is_key(value):
        return str(value)
    raise WrongQuirk("a configuration key (1 to 50 characters), or false")


def _is_key(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value.strip()) <= 50


def _least_interval(value: object) -> int | Off:
    if value is False:
        return False
    number = _number(value)
    if number is not None and 0 < number == int(number) <= LONGEST_INTERVAL_S:
        return int(number)
    raise WrongQuirk("whole seconds from 1 to 86400, or false")


def _poll(value: object) -> float:
    number = 0.0 if value is False else _number(value)
    if number is not None and (number == 0 or 1 <= number <= LONGEST_INTERVAL_S):
        return number
    raise WrongQuirk("seconds from 1 to 86400, or 0 (never)")


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


VENDOR_LIMIT_MEMBERS = {"vendorId": 255, "messageId": 50, "data": 4096}
"""Of `vendor_limit`, and how long each may be."""


def _vendor_limit(value: object) -> VendorLimit | Off:
    if value is False:
        return False
    if not isinstance(value, dict):
        raise WrongQuirk(
            "an object with vendorId, messageId (optional) and data, or false"
        )
    for member, text in value.items():
        _check_member(member, text)
    if "vendorId" not in value or "data" not in value:
        raise WrongQuirk("an object with vendorId and data in it")
    return VendorLimit(value["vendorId"], value["data"], value.get("messageId"))


def _check_member(member: str, text: object) -> None:
    longest = VENDOR_LIMIT_MEMBERS.get(member)
    if longest is None:
        raise WrongQuirk(f"vendorId, messageId and data in it, no {member!r}")
    if not isinstance(text, str) or not 0 < len(text) <= longest:
        raise WrongQuirk(f"a {member} of 1 to {longest} characters")
    if member == "data":
        _check_template(text)


def _check_template(text: str) -> None:
    try:
        found = _placeholders(text)
    except ValueError:
        found = frozenset()
    limits = found & {LIMIT_A, LIMIT_W}
    if len(limits) != 1 or found - limits - {CONNECTOR}:
        raise WrongQuirk(
            "data with either {limit_a} or {limit_w}, and {connector} where it is "
            "wanted (a brace that is meant is doubled)"
        )


def _placeholders(text: str) -> frozenset[str]:
    return frozenset(
        name + (conversion or "") + (form or "")
        for _, name, form, conversion in string.Formatter().parse(text)
        if name is not None
    )


@dataclass(frozen=True, slots=True)
class Quirk:
    """What a name stands for; ``rows`` are those of the list of known quirks."""

    kind: str
    meaning: str
    read: Callable[[object], Any]
    rows: tuple[int, ...] = ()


QUIRKS: Mapping[str, Quirk] = MappingProxyType(
    {
        "no_boot_trigger": Quirk(
            "flag",
            "A station that comes back without a BootNotification is not asked for "
            "one: after 10 s it is configured as it is",
            _flag,
            (16, 20),
        ),
        "skip_setup": Quirk(
            "flag, or list of keys",
            "No configuration key is read or written after a boot, or none of those "
            "listed",
            _keys,
            (40, 41, 43, 50),
        ),
        "meter_interval_min_s": Quirk(
            "whole seconds",
            "The station takes no shorter `MeterValueSampleInterval`",
            _least_interval,
            (42,),
        ),
        "poll_s": Quirk(
            "seconds",
            "Every connector is asked for values when none came for so long; 0 never "
            "asks. Not set: one that charges is asked when its values are overdue",
            _poll,
            (44,),
        ),
        "no_change_availability": Quirk(
            "flag",
            "The station does not bear ChangeAvailability: `available` ends "
            "`unsupported`",
            _flag,
            (39,),
        ),
        "vendor_limit": Quirk(
            "object",
            "Limits are sent by DataTransfer: an object with `vendorId`, `messageId` "
            "and `data`, a text with `{limit_a}` or `{limit_w}` (whole numbers) and "
            "`{connector}` in it",
            _vendor_limit,
        ),
        "free_token_key": Quirk(
            "configuration key",
            "The key that holds the id token with which the station starts by itself. "
            "It is set to `autostart_token`, or else to `REMOTE_ID_TOKEN` where "
            "unknown tokens are accepted",
            _key,
            (49,),
        ),
        "setup_while_pending": Quirk(
            "flag",
            "An adopted station is answered Pending until it is configured; then it "
            "is asked to boot again. It keeps its transaction messages meanwhile",
            _flag,
        ),
    }
)
"""Every quirk that there is, by name."""


def read(value: object) -> Quirks:
    """The quirks of an object, or of a list of names.

    Raises:
        WrongQuirk: one of them is none, or has a value that it cannot have.
    """
    given = members(value)
    for name in given:
        if name not in QUIRKS:
            raise WrongQuirk(f"no {name!r}; known are {known()}")
    return Quirks(**{name: QUIRKS[name].read(given[name]) for name in given})


def members(value: object) -> dict[str, Any]:
    """The members of an object; a list of names means true.

    Raises:
        WrongQuirk: it is neither.
    """
    if isinstance(value, list) and all(isinstance(name, str) for name in value):
        return dict.fromkeys(value, True)
    if isinstance(value, dict):
        return {name: each for name, each in value.items() if each is not None}
    raise WrongQuirk(f"an object or a list of names: {known()}")


def known() -> str:
    """The names of all quirks, for people."""
    return ", ".join(QUIRKS)
