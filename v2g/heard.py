"""What a vehicle hears: its codec tells of each response."""

from __future__ import annotations

import json
from collections.abc import Callable

from iso15118.shared.exificient_exi_codec import ExificientEXICodec

from v2g.envelope import Json

Hears = Callable[[str, Json], None]


class HearingCodec(ExificientEXICodec):
    """``hears`` gets the name and the members of each response that was decoded."""

    def __init__(self) -> None:
        super().__init__()
        self.hears: Hears = lambda _name, _members: None

    def decode(self, stream: bytes, namespace: str) -> str:
        """See the base class."""
        text: str = super().decode(stream, namespace)
        found = json.loads(text)
        if "V2G_Message" in found:
            found = found["V2G_Message"]["Body"]
        for name, members in found.items():
            if name.endswith("Res") or name.endswith("res"):
                self.hears(name, members)
        return text
