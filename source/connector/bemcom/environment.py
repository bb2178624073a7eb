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
    load_dotenv(find_dotenv(usecwd=True), override=False)
    return os.environ


def environment(variables: Mapping[str, str]) -> Environment:
    """The settings in ``variables``.

    Raises:
        SettingsError: one is missing or cannot be read.
    """
    problems: list[str] = []
    name = variables.get("CONNECTOR_NAME", "")
    if not name or any(character in name for character in "+#/"):
        problems.append(f"CONNECTOR_NAME={name!r}: expected a name without + # /")
    port = variables.get("MQTT_BROKER_PORT", "1883")
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
        variables.get("MQTT_BROKER_HOST", "localhost"),
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
        SettingsError: a file with a secret cannot be read.
    """
    from connector.mqtt import MqttOptions, TlsOptions  # noqa: PLC0415  (needs paho)

    tls = None
    if _FLAGS.get(variables.get("MQTT_TLS", "").strip().lower()):
        tls = TlsOptions(
            variables.get("MQTT_TLS_CA") or None,
            variables.get("MQTT_TLS_CERT") or None,
            variables.get("MQTT_TLS_KEY") or None,
        )
    return MqttOptions(
        client_id=variables.get("CONNECTOR_NAME", ""),
        username=_secret(variables, "MQTT_USERNAME"),
        password=_secret(variables, "MQTT_PASSWORD"),
        tls=tls,
    )


def _secret(variables: Mapping[str, str], name: str) -> str | None:
    path = variables.get(f"{name}_FILE")
    if not path:
        return variables.get(name) or None
    try:
        return Path(path).read_text("utf-8").strip() or None
    except OSError as problem:
        raise SettingsError([f"{name}_FILE: {problem}"]) from None
