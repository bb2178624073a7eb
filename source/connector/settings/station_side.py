"""Settings of the station side: `ROLE=station`, and what its command looks up."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from connector.errors import SettingsError
from connector.settings.fields import setting
from connector.settings.kinds import (
    AnyText,
    Flag,
    Folder,
    Host,
    Number,
    OneOf,
    Port,
    ReadableFile,
    SomeSeconds,
    wrong,
)
from connector.settings.problems import describe
from connector.settings.sources import gather

ROLE, STATION = "ROLE", "station"
PASSWORD = "STATION_PASSWORD"
_OF_BOTH = ("mqtt_broker_host", "mqtt_broker_port", "mqtt_username", "mqtt_password")
_MORE = ("data_dir", "debug")
_VERSIONS = ("1.6", "2.0.1", "2.1")


def _versions(value: object) -> tuple[str, ...]:
    """Versions of OCPP, with commas."""
    parts = value.split(",") if isinstance(value, str) else ()
    found = tuple(part.strip() for part in parts if part.strip())
    if not found or not set(found) <= set(_VERSIONS):
        raise wrong(f"some of {', '.join(_VERSIONS)}, with commas")
    return found


def _whole(least: int, most: int) -> Any:
    expected = f"a whole number from {least} to {most}"
    return BeforeValidator(Number(expected, least, maximum=most, whole=True))


_Versions = Annotated[tuple[str, ...], BeforeValidator(_versions)]
_HardwareKind = Annotated[
    Literal["simulated", "mqtt"], BeforeValidator(OneOf(("simulated", "mqtt")))
]
_Profile = Annotated[int, _whole(0, 3)]
_Evses = Annotated[int, _whole(1, 64)]
_AtOnce = Annotated[int, _whole(1, 10_000)]


class StationSettings(BaseModel):
    """What a station in a container is told."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    station_url: AnyText | None = setting(
        None,
        "Where to connect, `ws://` or `wss://`; the identity is appended. Else as its "
        "file says",
        shown="`ws://localhost:9000`",
    )
    station_id: AnyText | None = setting(None, "Its identity", shown="`CP1`")
    station_config: ReadableFile | None = setting(
        None, "File that says what the station is (YAML, or Josev's `device_model`)"
    )
    station_prefix: AnyText = setting(
        "station", "First part of the topics of its hardware"
    )
    station_hardware: _HardwareKind = setting(
        "simulated",
        "`simulated`, or `mqtt`: services at the broker of `MQTT_BROKER_HOST`",
    )
    station_compat: AnyText | None = setting(
        None, "`tux-evse`: the units of its services on MQTT"
    )
    station_ocpp_version: _Versions = setting(
        (), "`1.6`, `2.0.1`, `2.1`, with commas", shown="all, newest first"
    )
    station_password: AnyText | None = setting(
        None,
        "Its password; `STATION_PASSWORD_FILE` names a file with it",
        secret=True,
    )
    station_security_profile: _Profile | None = setting(
        None,
        "0 none, 1 password, 2 password and TLS, 3 certificates",
        shown="what follows from the rest",
    )
    station_tls_ca: ReadableFile | None = setting(
        None, "File with the CAs that it trusts", shown="the system's"
    )
    station_tls_cert: ReadableFile | None = setting(
        None, "File with its certificate, for profile 3"
    )
    station_tls_key: ReadableFile | None = setting(None, "File with its key")
    station_quirks: AnyText | None = setting(
        None, "What its central system wants otherwise: `biapower`"
    )
    station_evses: _Evses | None = setting(
        None, "How many EVSEs it has, where no file says so", shown="`1`"
    )
    station_count: _AtOnce = setting(
        1, "So many stations, `<id>-1` and so on, up to 10000"
    )
    station_auto: Flag = setting(
        False, "Drivers come, charge and leave by themselves (simulated hardware)"
    )
    station_id_tag: AnyText = setting("TAG1", "The card that they have")
    station_stay_s: SomeSeconds = setting(1800, "How long they stay, on average")
    station_away_s: SomeSeconds = setting(300, "How long until the next one comes")

    mqtt_broker_host: Host = "localhost"
    mqtt_broker_port: Port = 1883
    mqtt_username: AnyText | None = None
    mqtt_password: AnyText | None = setting(None, "", secret=True)
    data_dir: Folder = setting("data", "", checked=True)
    debug: Flag = False


def station_fields() -> list[str]:
    """The names of its own settings, in their order."""
    return [name for name in StationSettings.model_fields if name.startswith(STATION)]


def is_station(environ: Mapping[str, str] | None = None) -> bool:
    """Whether this process is to be a station, and no connector."""
    found, _ = gather(os.environ if environ is None else environ)
    given = found.get(ROLE)
    return given is not None and given.text.strip().lower() == STATION


def load_station(environ: Mapping[str, str] | None = None) -> StationSettings:
    """The settings of a station.

    Raises:
        SettingsError: with one line for every setting that cannot be used.
    """
    found, problems = gather(os.environ if environ is None else environ)
    own = {*station_fields(), *_OF_BOTH, *_MORE}
    problems = [text for text in problems if _is_own(text, own)]
    known: dict[str, Any] = {
        name.lower(): given.text
        for name, given in found.items()
        if name.lower() in own and name.isupper()
    }
    try:
        settings = StationSettings(**known)
    except ValidationError as error:
        problems += [describe(each, found) for each in error.errors(include_url=False)]
    if problems:
        raise SettingsError(problems)
    return settings


def _is_own(problem: str, names: set[str]) -> bool:
    return any(problem.startswith(name.upper()) for name in names)


def station_password(environ: Mapping[str, str] | None = None) -> str | None:
    """The password of a station; `STATION_PASSWORD_FILE` may name a file with it.

    Raises:
        SettingsError: the file cannot be read.
    """
    found, problems = gather(os.environ if environ is None else environ)
    wrong = [text for text in problems if text.startswith(PASSWORD)]
    if wrong:
        raise SettingsError(wrong)
    given = found.get(PASSWORD)
    return None if given is None else given.text


def broker_login(
    environ: Mapping[str, str] | None = None,
) -> tuple[str | None, str | None]:
    """User and password at the broker of hardware on MQTT.

    Raises:
        SettingsError: a file with one of them cannot be read.
    """
    found, problems = gather(os.environ if environ is None else environ)
    wrong = [text for text in problems if text.startswith("MQTT_")]
    if wrong:
        raise SettingsError(wrong)
    user, password = found.get("MQTT_USERNAME"), found.get("MQTT_PASSWORD")
    return user.text if user else None, password.text if password else None
