"""What the environment has for the station side beside the settings of a connector."""

from __future__ import annotations

import os
from collections.abc import Mapping

from connector.errors import SettingsError
from connector.settings.sources import gather

PASSWORD = "STATION_PASSWORD"


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
