"""Where settings come from: the environment, `.env`, files of secrets, an add-on.

An empty variable is one that is not set, but for `EMPTY_MEANS_SOMETHING`; so an empty
one in the environment takes back what `.env` says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dotenv import find_dotenv
from dotenv.main import DotEnv

from connector.settings import add_on

SECRETS = (
    "MQTT_USERNAME",
    "MQTT_PASSWORD",
    "STORE_URL",
    "API_TOKEN",
    "PNC_POOL_TOKEN",
    "STATION_PASSWORD",
)
"""Never shown, and `<NAME>_FILE` may name a file that holds the value."""
EMPTY_MEANS_SOMETHING = frozenset({"DEFAULT_SUBPROTOCOL", "MEASURANDS"})
ENVIRONMENT = "environment"


@dataclass(frozen=True, slots=True)
class Given:
    """The text of a variable, and where it stands (for messages)."""

    text: str
    origin: str


def gather(environ: Mapping[str, str]) -> tuple[dict[str, Given], list[str]]:
    """Everything that is set, by name, and what could not be read."""
    found, problems = _read_dotenv()
    options, wrong = add_on.of_add_on(environ, add_on.OPTIONS, add_on.SUPERVISOR)
    problems += wrong
    found.update({name: Given(t, add_on.ORIGIN) for name, t in options.items()})
    found.update({name: Given(text, ENVIRONMENT) for name, text in environ.items()})
    found = {
        name: given
        for name, given in found.items()
        if given.text.strip() or name in EMPTY_MEANS_SOMETHING
    }
    for name in SECRETS:
        problem = _read_secret(name, found)
        if problem:
            problems.append(problem)
    return found, problems


def _read_dotenv() -> tuple[dict[str, Given], list[str]]:
    """What the `.env` of this folder, or of the nearest one above it, sets."""
    path = find_dotenv(usecwd=True)
    if not path:
        return {}, []
    try:
        values = DotEnv(path, override=False, encoding="utf-8-sig").dict()
    except (OSError, UnicodeDecodeError) as error:
        return {}, [f"{path} cannot be read: {error}"]
    return {
        name: Given(text, path) for name, text in values.items() if text is not None
    }, []


def _read_secret(name: str, found: dict[str, Given]) -> str | None:
    """Replace `<name>_FILE` by the content of that file; returns what is wrong."""
    file = found.pop(f"{name}_FILE", None)
    if file is None:
        return None
    plain = found.get(name)
    if plain is not None and plain.origin != file.origin:
        # The environment outranks .env, whichever of the two names it uses.
        if plain.origin == ENVIRONMENT:
            return None
        plain = None
    if plain is not None:
        return f"{name} and {name}_FILE are both set ({file.origin}), expected one"
    try:
        text = Path(file.text).read_text("utf-8").strip("\r\n")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no UTF-8 text"
        return (
            f"{name}_FILE is {file.text!r} ({file.origin}), expected the path of a "
            f"file that can be read: {reason}"
        )
    if not text:
        return f"{name}_FILE is {file.text!r} ({file.origin}): the file is empty"
    found[name] = Given(text, file.text)
    return None
