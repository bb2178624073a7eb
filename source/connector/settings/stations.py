"""The entries of `STATIONS`, checked one member at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal, get_args

from pydantic import (
    BeforeValidator,
    ValidationInfo,
    field_validator,
    model_validator,
)

from connector.csms import presets, quirks
from connector.csms.options import (
    Fallback,
    ProfileOptions,
    StationOptions,
)
from connector.sessions.identity import EXPECTED, is_identity
from connector.settings.entries import Entry as _Entry
from connector.settings.entries import Name
from connector.settings.entries import member as _member
from connector.settings.kinds import (
    Flag,
    Measurands,
    Number,
    OneOf,
    Seconds,
    SomeSeconds,
    Text,
    WholeSeconds,
    fallback,
    wrong,
)

Purpose = Literal["TxProfile", "TxDefaultProfile", "ChargePointMaxProfile"]
Kind = Literal["Absolute", "Relative", "Dynamic"]
Version = Literal["1.6", "2.0.1", "2.1"]

LimitFallback = Annotated[Fallback | Literal["none"], BeforeValidator(fallback)]


def _identity(value: object) -> str:
    """What could be the last segment of a connection URL (contract: datapoints, 1)."""
    text = str(value)
    if not is_identity(text):
        raise wrong(f"an identity: {EXPECTED}")
    return text


Identity = Annotated[str, BeforeValidator(_identity)]


def _whole(expected: str, minimum: int, maximum: int) -> BeforeValidator:
    return BeforeValidator(Number(expected, minimum, maximum, whole=True))


def _phases(value: object) -> int:
    if value in (1, 3, "1", "3") and not isinstance(value, bool):
        return 3 if value in (3, "3") else 1
    raise wrong("1 or 3")


def _word(kind: Any) -> BeforeValidator:
    return BeforeValidator(OneOf(get_args(kind)))


def _version(value: object) -> str:
    text = str(value).strip().removeprefix("ocpp")
    if text not in get_args(Version) or isinstance(value, bool):
        raise wrong("1.6, 2.0.1 or 2.1")
    return text


_Version = Annotated[Version, BeforeValidator(_version)]


_Purpose = Annotated[Purpose, _word(Purpose)]
_Kind = Annotated[Kind, _word(Kind)]
_AutostartToken = Annotated[
    str, BeforeValidator(Text("1 to 20 characters", longest=20))
]
_Password = Annotated[str, BeforeValidator(Text("text of 1 to 255 characters"))]
_Profile = Annotated[int, _whole("0, 1, 2 or 3", 0, 3)]
_Unit = Annotated[Literal["W", "A"], _word(Literal["W", "A"])]
_Zero = Annotated[Literal["profile", "stop"], _word(Literal["profile", "stop"])]
_Level = Annotated[int, _whole("a whole number, 0 or more", 0, 2**31 - 1)]
_Connectors = Annotated[int, _whole("a whole number from 1 to 64", 1, 64)]
_Phases = Annotated[Literal[1, 3], BeforeValidator(_phases)]
_Volts = Annotated[float, BeforeValidator(Number("volts, 1 to 1500", 1, 1500))]
_Amperes = Annotated[float, BeforeValidator(Number("amperes, 0 or more"))]
_SomeAmperes = Annotated[
    float, BeforeValidator(Number("amperes, more than 0", above=True))
]


def _preset(value: object) -> str:
    names = {name.lower(): name for name in (presets.NONE, *presets.presets())}
    found = names.get(value.strip().lower()) if isinstance(value, str) else None
    if found is None:
        raise wrong(f"one of {', '.join(names.values())}")
    return found


_Preset = Annotated[str, BeforeValidator(_preset)]


class ProfileEntry(_Entry):
    """`profile` of a station."""

    purpose: _Purpose | None = _member(
        None,
        "`TxProfile`, `TxDefaultProfile` or "
        "`ChargePointMaxProfile` where only that one works",
    )
    kind: _Kind | None = _member(
        None, "`Absolute` or `Relative`; `Dynamic` is for OCPP 2.1"
    )
    stack_level: _Level | None = _member(None, "Instead of the station's highest")
    unit: _Unit | None = _member(None, "`W` or `A`, instead of what the station allows")


def _quirk(name: str) -> Any:
    return _member(None, quirks.QUIRKS[name].meaning)


class QuirksEntry(_Entry):
    """`quirks` of a station: the names and values of `connector.csms.quirks`."""

    no_boot_trigger: Any = _quirk("no_boot_trigger")
    skip_setup: Any = _quirk("skip_setup")
    meter_interval_min_s: Any = _quirk("meter_interval_min_s")
    poll_s: Any = _quirk("poll_s")
    no_change_availability: Any = _quirk("no_change_availability")
    vendor_limit: Any = _quirk("vendor_limit")
    free_token_key: Any = _quirk("free_token_key")
    setup_while_pending: Any = _quirk("setup_while_pending")

    @model_validator(mode="before")
    @classmethod
    def _names_mean_true(cls, value: Any) -> Any:
        try:
            return quirks.members(value)
        except quirks.WrongQuirk as problem:
            raise wrong(str(problem)) from None

    @field_validator("*", mode="before")
    @classmethod
    def _as_the_table_reads_it(cls, value: Any, info: ValidationInfo) -> Any:
        try:
            return quirks.QUIRKS[str(info.field_name)].read(value)
        except quirks.WrongQuirk as problem:
            raise wrong(str(problem)) from None

    def options(self) -> quirks.Quirks:
        """The same for the central system."""
        names = type(self).model_fields
        return quirks.Quirks(**{name: getattr(self, name) for name in names})


class StationEntry(_Entry):
    """One station; the members are those of `StationOptions`."""

    name: Name | None = _member(None, "What people call it")
    note: Name | None = _member(None, "For people")
    serial_number: Name | None = _member(None, "As registered")
    connectors: _Connectors | None = _member(None, "How many it has")
    phases: _Phases | None = _member(None, "1 or 3")
    voltage: _Volts | None = _member(None, "Between a phase and neutral", shown="`230`")
    min_current_a: _Amperes | None = _member(
        None, "Below it a limit pauses (6 for AC, 0 for DC)"
    )
    max_current_a: _SomeAmperes | None = _member(None, "What the connection bears")
    profile: ProfileEntry = _member(
        ProfileEntry(), "How charging profiles are made: an object, see below"
    )
    limit_fallback: LimitFallback | None = _member(None, "Instead of `LIMIT_FALLBACK`")
    limit_hold_s: Seconds | None = _member(None, "Instead of `LIMIT_HOLD_S`")
    zero: _Zero | None = _member(
        None,
        "A limit of 0: `profile` sends it, `stop` ends the "
        "transaction where the station refuses it",
        shown="`profile`",
    )
    call_timeout_s: SomeSeconds | None = _member(None, "Instead of `CALL_TIMEOUT_S`")
    measurands: Measurands | None = _member(
        None, "Instead of `MEASURANDS`: a list, or text with commas"
    )
    meter_interval_s: WholeSeconds | None = _member(
        None, "Instead of `METER_INTERVAL_S`"
    )
    strict_validation: Flag | None = _member(None, "Instead of `STRICT_VALIDATION`")

    preset: _Preset | None = _member(
        None,
        "The preset of its brand, by name; `none` turns it off",
        shown="found by what it says when it boots",
    )
    quirks: QuirksEntry = _member(
        QuirksEntry(),
        "What it does beside the specification: an object by name, or a list of "
        "names; see below",
    )
    autostart_token: _AutostartToken | None = _member(
        None,
        "A vehicle that is plugged in starts by itself, with this id token (at most "
        "20 characters), which is always authorised",
    )

    ocpp_version: _Version | None = _member(
        None, "`1.6`, `2.0.1` or `2.1`: the only one that it may speak"
    )
    password: _Password | None = _member(
        None,
        "What it presents with profiles 1 and 2; OCPP asks for 16 to 40 characters. "
        "Those that are registered at run time are kept as hashes",
        secret=True,
    )
    security_profile: _Profile | None = _member(
        None, "The least that it may use: 0 to 3", shown="`MIN_SECURITY_PROFILE`"
    )

    @field_validator("max_current_a")
    @classmethod
    def _most_is_not_less(
        cls, value: float | None, info: ValidationInfo
    ) -> float | None:
        least = info.data.get("min_current_a")
        if value is not None and least is not None and value < least:
            raise wrong(f"not less than min_current_a, {least:g}")
        return value

    def options(self) -> StationOptions:
        """The same for the central system."""
        members = {
            name: getattr(self, name)
            for name in StationOptions.__dataclass_fields__
            if name not in ("profile", "quirks")
        }
        return StationOptions(
            profile=ProfileOptions(**self.profile.model_dump()),
            quirks=self.quirks.options(),
            **members,
        )


def once_without_case(what: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """A check that no two keys differ in case alone."""

    def check(entries: dict[str, Any]) -> dict[str, Any]:
        seen: dict[str, str] = {}
        for key in entries:
            twin = seen.setdefault(key.casefold(), key)
            if twin != key:
                raise wrong(f"every {what} once: {twin!r} and {key!r} are the same")
        return entries

    return check
