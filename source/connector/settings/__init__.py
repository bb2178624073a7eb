"""The environment and `.env` -> typed, frozen settings; read once, by `main` and `cli`.

With `bemcom` the only room that reads `os.environ`; it makes the options of the other
rooms, which never see an environment variable.
"""

from connector.errors import SettingsError
from connector.settings.load import load
from connector.settings.model import Settings

__all__ = ["Settings", "SettingsError", "load"]
