"""The environment and `.env` -> typed, frozen settings; read once, by `main` and `cli`.

With `bemcom` the only room that reads `os.environ`; it makes the options of the other
rooms, which never see an environment variable. What is named here is loaded when it is
first asked for: the commands of `cli` need `access` and little of the rest.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from connector.errors import SettingsError

if TYPE_CHECKING:
    from connector.settings.loading import load
    from connector.settings.model import Settings

__all__ = ["Settings", "SettingsError", "load"]

_HOMES = {"Settings": "connector.settings.model", "load": "connector.settings.loading"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(_HOMES[name]), name)
    return found
