"""What a session is told when it begins: its bounds and manners, and who watches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from connector.ocppj.frames import Json
from connector.ocppj.known_secrets import KnownSecrets
from connector.sessions.frame_log import FrameLog
from connector.sessions.tally import Tally

SLOWED = "slowed"
"""The kind of warning about a peer that sends more than it may."""


@dataclass(frozen=True, slots=True)
class SessionOptions:
    """Bounds and manners of a session; a rate of 0 is none."""

    call_timeout_s: float = 30.0
    strict: bool = False
    inbox_limit: int = 64
    outbox_limit: int = 50
    max_frames_per_s: float = 0.0
    is_station: bool = False
    shows_frames: bool = False
    """Whether the observer hears of every frame."""
    tally: Tally | None = None
    """Where messages are counted."""
    frames: FrameLog | None = None
    """Where frames are kept for a while."""
    secrets: KnownSecrets | None = None
    """Those that this peer was sent before; more are noted here."""


DEFAULTS = SessionOptions()


class Watched(Protocol):
    """A session, as far as those who watch it need it."""

    owner: Any

    @property
    def identity(self) -> str:
        """Whose session it is."""

    @property
    def version(self) -> str:
        """The OCPP version that is spoken."""


class Observer(Protocol):
    """Somebody who watches sessions."""

    def frame(self, session: Watched, direction: str, text: str) -> None:
        """A frame came in or went out."""

    def answered(
        self, session: Watched, action: str, payload: Json, answer: Json
    ) -> None:
        """A call of ours was answered, as the version's schemas want it."""

    def warned(self, session: Watched, kind: str, text: str) -> None:
        """The peer did something that is tolerated, or dropped."""
