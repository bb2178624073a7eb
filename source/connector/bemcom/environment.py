"""What BEMCom sets in the environment of a connector.

``.env`` is found from the current directory upwards and never overrides what is set;
``<NAME>_FILE`` names a file with a secret.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dotenv import find_dotenv, load_dotenv

from connector.errors import SettingsError

if TYPE_CHECKING:
    from connector.mqtt import MqttOptions

_FLAGS = {
    **dict.fromkeys(("true", "1", "yes", "on"), True),
    **dict.fromkeys(("false", "0", "no", "off", ""), False),
}


@dataclass(frozen=True, slots=True)
class Environment:
    """The settings that every connector has; flags are ``TRUE`` or ``FALSE``."""

    connector_name: str
    mqtt_broker_host: str
    mqtt_broker_port: int
    send_raw_message_to_db: str = "FALSE"
    debug: str = "FALSE"


def load() -> Mapping[str, str]:
    """The environment with what ``.env`` adds to it."""
    # Editors on Windows begin the file with a byte order mark.
    load_dotenv(find_dotenv(usecwd=True), override=False, encoding="utf-8-sig")
    return os.environ


def environment(variables: Mapping[str, str]) -> Environment:
    """The settings in ``variables``.

    Raises:
        SettingsError: one is missing or cannot be read.
    """
    problems: list[str] = []
    name = variables.get("CONNECTOR_NAME", "")
    if not name:
        problems.append("CONNECTOR_NAME is not set: every topic begins with it")
    elif any(character in name for character in "+#/"):
        problems.append(f"CONNECTOR_NAME={name!r}: expected a name without + # /")
    port = variables.get("MQTT_BROKER_PORT") or "1883"
    if not port.isdecimal() or not 0 < int(port) < 65536:
        problems.append(f"MQTT_BROKER_PORT={port!r}: expected a port, 1 to 65535")
    flags = {
        flag: _flag(flag, variables.get(flag, ""), problems)
        for flag in ("SEND_RAW_MESSAGE_TO_DB", "DEBUG")
    }
    if problems:
        raise SettingsError(problems)
    return Environment(
        name,
        variables.get("MQTT_BROKER_HOST") or "localhost",
        int(port),
        flags["SEND_RAW_MESSAGE_TO_DB"],
        flags["DEBUG"],
    )


def _flag(name: str, text: str, problems: list[str]) -> str:
    value = _FLAGS.get(text.strip().lower())
    if value is None:
        problems.append(f"{name}={text!r}: expected TRUE or FALSE")
    return "TRUE" if value else "FALSE"


def mqtt_options(variables: Mapping[str, str]) -> MqttOptions:
    """How the broker is reached.

    Raises:
        SettingsError: a flag or a file with a secret cannot be read.
    """
    from connector.mqtt import MqttOptions, TlsOptions  # noqa: PLC0415  (needs paho)

    problems: list[str] = []
    tls = None
    if _flag("MQTT_TLS", variables.get("MQTT_TLS", ""), problems) == "TRUE":
        names = ("MQTT_TLS_CA", "MQTT_TLS_CERT", "MQTT_TLS_KEY")
        tls = TlsOptions(*(variables.get(name) or None for name in names))
    username = _secret("MQTT_USERNAME", variables, problems)
    password = _secret("MQTT_PASSWORD", variables, problems)
    if problems:
        raise SettingsError(problems)
    return MqttOptions(
        client_id=variables.get("CONNECTOR_NAME", ""),
        username=username,
        password=password,
        tls=tls,
    )


def _secret(name: str, variables: Mapping[str, str], problems: list[str]) -> str | None:
    """A secret, or the content of the file that ``<name>_FILE`` names."""
    path = variables.get(f"{name}_FILE")
    if not path:
        return variables.get(name) or None
    try:
        return Path(path).read_text("utf-8").strip("\r\n") or None
    except (OSError, ValueError) as problem:
        problems.append(f"{name}_FILE={path!r} cannot be read: {problem}")
        return None
