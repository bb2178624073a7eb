"""Environment in, `Settings` or all that is wrong with it out."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from connector.errors import SettingsError
from connector.settings.model import Settings
from connector.settings.problems import describe
from connector.settings.sources import gather
from connector.settings.unbuilt import refuse_unbuilt


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of `environ` (the process's own by default) and of `.env`.

    Raises:
        SettingsError: with one line for every setting that cannot be used.
    """
    found, problems = gather(os.environ if environ is None else environ)
    problems += refuse_unbuilt(found)
    known: dict[str, Any] = {
        name.lower(): given.text
        for name, given in found.items()
        if name.lower() in Settings.model_fields and name.isupper()
    }
    try:
        settings = Settings(**known)
    except ValidationError as error:
        problems += [describe(each, found) for each in error.errors(include_url=False)]
    if problems:
        raise SettingsError(problems)
    return settings
