"""The settings of the Home Assistant add-on: its options, and the broker of its host.

The supervisor writes the options to a file and gives a token for its API. Options are
called as settings are, in small letters; two are lists, which Home Assistant shows as
tables: ``stations``, and ``more`` for every setting that is no option.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

TOKEN = "SUPERVISOR_TOKEN"
OPTIONS = Path("/data/options.json")
SUPERVISOR = "supervisor"
"""Host of the supervisor's API, and its port where it is not 80."""
ORIGIN = "options of the add-on"
_TIMEOUT_S = 10
_SERVICE = {
    "MQTT_BROKER_HOST": "host",
    "MQTT_BROKER_PORT": "port",
    "MQTT_TLS": "ssl",
    "MQTT_USERNAME": "username",
    "MQTT_PASSWORD": "password",
}
"""Which member of the supervisor's answer is which setting."""
_BROKER = "MQTT_BROKER_HOST"
_STATION, _STATIONS, _MORE = "id", "stations", "more"

Json = dict[str, Any]


class _Wrong(Exception):
    """The text says what, and what was expected."""


def of_add_on(
    environ: Mapping[str, str], options: Path, supervisor: str
) -> tuple[dict[str, str], list[str]]:
    """What it is set to, by the names of settings, and what cannot be used.

    Nothing where this is no add-on. The supervisor is asked for its broker where
    neither an option nor the environment names one.
    """
    token = environ.get(TOKEN)
    if not token or not options.exists():
        return {}, []
    try:
        found = dict(_named(_read(options)))
        if not found.get(_BROKER) and not environ.get(_BROKER):
            found = _broker(supervisor, token) | found
    except _Wrong as problem:
        return {}, [str(problem)]
    return found, []


# -- options


def _read(path: Path) -> Json:
    try:
        found = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise _Wrong(f"{path} cannot be read: {error.strerror}") from error
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise _Wrong(f"{path} holds no JSON object, expected the options of the add-on")
    return found


def _named(options: Json) -> Iterator[tuple[str, str]]:
    """Every option that is set, as the text of its setting."""
    for name, value in options.items():
        if value in (None, "", []):
            continue
        if name == _STATIONS:
            yield _STATIONS.upper(), json.dumps(_by_identity(value))
        elif name == _MORE:
            yield from (_further(row) for row in _rows(value, _MORE))
        else:
            yield name.upper(), _text(value)


def _rows(value: object, name: str) -> list[Json]:
    if isinstance(value, list) and all(isinstance(row, dict) for row in value):
        return value
    raise _Wrong(f"{name} ({ORIGIN}): expected a list of objects")


def _by_identity(value: object) -> Json:
    found: Json = {}
    for row in _rows(value, _STATIONS):
        identity = row.get(_STATION)
        if not isinstance(identity, str) or not identity:
            raise _Wrong(f"stations ({ORIGIN}): expected an id in every row")
        if identity in found:
            raise _Wrong(f"stations ({ORIGIN}): {identity!r} is there twice")
        about = {name: v for name, v in row.items() if v not in (None, "")}
        found[identity] = {n: v for n, v in about.items() if n != _STATION}
    return found


def _further(row: Json) -> tuple[str, str]:
    name, value = row.get("name"), row.get("value")
    if not isinstance(name, str) or not name.strip() or value is None:
        raise _Wrong(f"more ({ORIGIN}): expected a name and a value in every row")
    return name.strip().upper(), _text(value)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return value if isinstance(value, str) else json.dumps(value)


# -- the broker


def _broker(supervisor: str, token: str) -> dict[str, str]:
    """Host, port and credentials of the broker that the supervisor knows."""
    told = _ask(supervisor, token)
    known = {name: told.get(member) for name, member in _SERVICE.items()}
    if not known[_BROKER]:
        raise _Wrong("the supervisor names no host of its MQTT broker")
    return {name: _text(v) for name, v in known.items() if v not in (None, "")}


def _ask(supervisor: str, token: str) -> Json:
    connection = HTTPConnection(supervisor, timeout=_TIMEOUT_S)
    headers = {"Authorization": f"Bearer {token}"}
    try:
        connection.request("GET", "/services/mqtt", headers=headers)
        answer = json.loads(connection.getresponse().read())
    except (OSError, HTTPException, ValueError) as error:
        raise _Wrong(
            f"the supervisor cannot be asked for its broker: {error}"
        ) from error
    finally:
        connection.close()
    match answer:
        case {"result": "ok", "data": dict(found)}:
            return found
        case {"message": str(reason)}:
            raise _Wrong(_no_broker(reason))
    raise _Wrong(_no_broker("no answer that says why"))


def _no_broker(reason: str) -> str:
    return (
        f"Home Assistant has no MQTT broker for add-ons ({reason}): install the "
        "add-on Mosquitto broker and start it, or set the option mqtt_broker_host"
    )
