"""What a shell offers to complete a word with, as far as the connector knows it."""

from __future__ import annotations

import re

import typer

from connector.cli.problems import CommandFailed
from connector.errors import SettingsError

_WAIT_S = 1.0
_PLAIN = re.compile(r"[\w.:-]+", re.ASCII)
"""What a shell takes as it is."""
_MOST = 1000


def identities(context: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """Of stations, those that begin so, with what people call them."""
    from connector.cli.client import Client, path_of  # noqa: PLC0415
    from connector.settings.access import find_access  # noqa: PLC0415

    url, token_file = (context.params.get(each) for each in ("url", "token_file"))
    try:
        with Client(find_access(url, token_file), wait_s=_WAIT_S) as client:
            found = list(client.items(path_of("stations"), _MOST))
    except (CommandFailed, SettingsError):
        # Somebody is typing: whatever is wrong, the command itself will say.
        return []
    return [
        (each["station"], each["name"] or "")
        for each in found
        if each["station"].startswith(incomplete) and _PLAIN.fullmatch(each["station"])
    ]
