"""The settings of the open tree and of Home Assistant's discovery."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BeforeValidator
from pydantic_settings import BaseSettings

from connector.settings.fields import setting
from connector.settings.kinds import Flag, wrong

_LEVELS = re.compile(r"[^\s+#$/\x00-\x20\x7f-\x9f][^+#\x00-\x1f\x7f-\x9f]{0,199}")


def prefix(value: object) -> str:
    """The first levels of discovery topics, without a slash at either end."""
    text = value.strip() if isinstance(value, str) else ""
    if not _LEVELS.fullmatch(text) or text.endswith("/") or "//" in text:
        raise wrong(
            "one or more levels of a topic as in homeassistant, without + # and "
            "control characters, no / at the ends, no $ at the beginning"
        )
    return text


class TreeSettings(BaseSettings):
    """What is published beside BEMCom's topics."""

    open_tree: Flag = setting(
        False, "Publish every value below `<name>/stations/`, take commands there"
    )
    home_assistant: Flag = setting(
        False,
        "Tell Home Assistant of every station (MQTT discovery); implies `OPEN_TREE`",
    )
    home_assistant_prefix: Annotated[str, BeforeValidator(prefix)] = setting(
        "homeassistant",
        "Its discovery prefix, where it is another than Home Assistant's own default",
    )

    @property
    def has_tree(self) -> bool:
        """Whether the open tree is there."""
        return self.open_tree or self.home_assistant
