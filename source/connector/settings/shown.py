"""Settings as people see them: what holds, where it was said, and an example file.

Secrets are hidden; of `STATIONS` and `TOKENS`, which may hold some, only names and
numbers are told.
"""

from __future__ import annotations

import difflib
import json
import os
import textwrap
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic.fields import FieldInfo

from connector.csms.options import Fallback
from connector.settings.loading import load
from connector.settings.model import Settings
from connector.settings.sources import ENVIRONMENT, SECRETS, Given, gather
from connector.settings.station_side import StationSettings, station_fields
from connector.settings.unbuilt import UNBUILT, UNBUILT_PREFIX

HIDDEN = "(hidden)"
_DEFAULT = "default"
_FILE_SUFFIX = "_FILE"


@dataclass(frozen=True, slots=True)
class ShownSetting:
    """A setting: its value as it could be written, and where that was said."""

    name: str
    value: str | None
    """None: it is not set."""
    origin: str
    means: str | None = None
    """What holds where it is not set, in words."""


def shown_settings(environ: Mapping[str, str] | None = None) -> list[ShownSetting]:
    """What holds, in the order of the README's table.

    Raises:
        SettingsError: with one line for every setting that cannot be used.
    """
    variables = os.environ if environ is None else environ
    settings = load(variables)
    found, _ = gather(variables)
    return [
        _shown(name, field, getattr(settings, name), found)
        for name, field in Settings.model_fields.items()
    ]


def unknown_names(environ: Mapping[str, str] | None = None) -> list[str]:
    """A line for every name in `.env` that is no setting, and so is ignored.

    The environment is full of names that are others' business.
    """
    found, _ = gather(os.environ if environ is None else environ)
    known = [name.upper() for name in (*Settings.model_fields, *station_fields())]
    return [
        f"{name} ({given.origin}) is no setting and is ignored{_guess(name, known)}"
        for name, given in found.items()
        if given.origin != ENVIRONMENT and not _is_known(name, known)
    ]


def example() -> str:
    """A `.env` with every setting, commented out, and what it is for."""
    lines = ["# Every setting; the environment outranks this file.", ""]
    for name, field in Settings.model_fields.items():
        lines += [*_explained(field), f"#{name.upper()}={_default(field)}", ""]
    lines += ["# Those of a station (ROLE=station):", ""]
    for name in station_fields():
        field = StationSettings.model_fields[name]
        lines += [*_explained(field), f"#{name.upper()}={_default(field)}", ""]
    return "\n".join(lines)


def _shown(
    field_name: str, field: FieldInfo, value: Any, found: Mapping[str, Given]
) -> ShownSetting:
    name = field_name.upper()
    given = found.get(name)
    origin = given.origin if given else _DEFAULT
    if value is None:
        return ShownSetting(name, None, origin, _plain(field.title or "none"))
    if name in SECRETS:
        return ShownSetting(name, HIDDEN, origin)
    write = _WRITTEN.get(name, written)
    return ShownSetting(name, write(value), origin)


def written(value: Any) -> str:
    """A value as it is written in `.env`."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, Fallback):
        return f"{value.limit:g}{value.unit}"
    if isinstance(value, (tuple, list)):
        return ",".join(map(str, value))
    if isinstance(value, dict):
        return json.dumps(value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _names(value: Mapping[str, Any]) -> str:
    return ", ".join(value) or "none"


def _count(value: Mapping[str, Any]) -> str:
    return f"{len(value)} tokens"


_WRITTEN: Mapping[str, Callable[[Any], str]] = {"STATIONS": _names, "TOKENS": _count}
"""Those of which only a part is shown."""


def _is_known(name: str, known: list[str]) -> bool:
    is_file = name.endswith(_FILE_SUFFIX) and name.removesuffix(_FILE_SUFFIX) in SECRETS
    is_later = name in UNBUILT or name.startswith(UNBUILT_PREFIX)
    return name in known or is_file or is_later or name in _OF_OTHERS


_OF_OTHERS = frozenset(
    {
        "OCPP_CONNECTOR_URL",
        "MQTT_PORT_PUBLISHED",
        "USER_ID",
        "GROUP_ID",
        "PIP_INDEX_URL",
        "PIP_EXTRA_INDEX_URL",
    }
)
"""What `.env` may hold for commands and docker-compose.yml."""


def _guess(name: str, known: list[str]) -> str:
    close = difflib.get_close_matches(name.upper(), known, 1)
    return f"; did you mean {close[0]}?" if close else ""


def _explained(field: FieldInfo) -> Iterator[str]:
    text = _plain(str(field.description))
    if field.title:
        text += f" (else: {_plain(field.title)})"
    yield from textwrap.wrap(text, 88, initial_indent="# ", subsequent_indent="# ")


def _plain(text: str) -> str:
    """Without the marks of Markdown."""
    return text.replace("`", "")


def _default(field: FieldInfo) -> str:
    return "" if field.title else written(field.default)
