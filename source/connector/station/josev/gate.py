"""The contactor between core and vehicle: closed only where both want it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from connector.station.josev.options import JosevOptions
from connector.station.josev.post import Post
from connector.station.josev.telling import Telling
from connector.station.ports import Hardware, Sensing

CLOSED, OPENED, ERROR = "closed", "opened", "error"
_LOOK_MS = 50


@dataclass(slots=True)
class Gate:
    """Moves contactors of the hardware, and tells Josev when they have moved."""

    hardware: Hardware
    telling: Telling
    options: JosevOptions
    now: Callable[[], int]

    def wanted(self, post: Post) -> bool:
        """Whether it is to be closed now."""
        may = post.is_allowed or post.opens_ms is not None
        return may and post.lets_through

    def denied(self, post: Post) -> None:
        """The core wants it open; a vehicle that is there may stop by itself first.

        The core has offered 0 before, so that nothing is to flow any more.
        """
        is_well = post.evse is not None and not post.evse.is_faulted()
        is_loaded = post.is_charging_by_hlc and post.is_plugged
        wait_ms = round(self.options.open_within_s * 1000)
        may_wait = is_loaded and is_well and post.is_commanded and wait_ms > 0
        post.opens_ms = self.now() + wait_ms if may_wait else None

    def move(self, post: Post) -> None:
        """Have it where it is wanted."""
        wanted = self.wanted(post)
        if wanted == post.is_commanded:
            return
        post.is_commanded = wanted
        wait_ms = round(self.options.contactor_within_s * 1000)
        post.moves_until_ms = self.now() + wait_ms
        self.hardware.contactor(post.number, is_closed=wanted)

    def status(self, post: Post) -> str:
        """What it does."""
        if post.is_stuck:
            return ERROR
        return CLOSED if self._is_closed(post) else OPENED

    def _is_closed(self, post: Post) -> bool:
        seen = None
        if isinstance(self.hardware, Sensing):
            seen = self.hardware.is_closed(post.number)
        return post.is_commanded if seen is None else seen

    def look(self, post: Post, info: str = "") -> None:
        """See whether it has moved, and tell that."""
        now_ms = self.now()
        if self._is_closed(post) == post.is_commanded:
            post.moves_until_ms = None
            if not post.is_plugged:
                post.is_stuck = False
        elif post.moves_until_ms is not None and now_ms >= post.moves_until_ms:
            post.moves_until_ms = None
            post.is_stuck = not self._is_excused(post)
        status = self.status(post)
        if status != post.told_contactor:
            post.told_contactor = status
            self.tell(post, info)

    @staticmethod
    def _is_excused(post: Post) -> bool:
        """Whether something else is known to be broken, which keeps it open."""
        return post.is_commanded and post.evse is not None and post.evse.is_faulted()

    def tell(self, post: Post, info: str = "") -> None:
        """Say what it does."""
        data = {"evse_id": post.evse_id, "status": self.status(post)}
        self.telling.update("cs_contactor_status", data | self._info(post, info))

    @staticmethod
    def _info(post: Post, info: str) -> dict[str, str]:
        if post.is_stuck:
            return {
                "info": f"it was asked to {'close' if post.is_commanded else 'open'}"
            }
        return {"info": info} if info else {}

    def due_ms(self, post: Post, now_ms: int) -> list[int]:
        """When to look again."""
        due = [] if post.opens_ms is None else [post.opens_ms]
        if post.moves_until_ms is not None:
            due.append(min(post.moves_until_ms, now_ms + _LOOK_MS))
        return due
