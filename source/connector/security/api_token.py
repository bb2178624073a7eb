"""The token of the HTTP API, where none is configured: made once, kept, and told once.

It never goes to a log, be it ours, which goes to MQTT, or one that keeps our stderr.
"""

from __future__ import annotations

import logging
import secrets
import sys
from dataclasses import dataclass, field
from pathlib import Path

from connector.security.private_files import write_new

logger = logging.getLogger(__name__)

FILE = "api.token"
"""Below ``DATA_DIR``."""
_BYTES = 24
"""192 bits."""


@dataclass(frozen=True, slots=True)
class KeptToken:
    """The token; ``is_new``: nobody has been told of it.

    ``problem`` says why it could not be kept: then it holds until the connector ends.
    """

    token: str = field(repr=False)
    path: Path
    is_new: bool = False
    problem: str | None = None

    def tell(self, url: str) -> None:
        """Show a new one to whoever sits at stderr; where nobody does, say where it is.

        One that was told before is not.
        """
        if not self.is_new:
            return
        if not _is_terminal():
            self._tell_where(url)
            return
        kept = f"kept in {self.path}" if self.problem is None else self._not_kept
        text = (
            f"\nThe HTTP API's token ({kept}; set API_TOKEN for one of your own):\n\n"
            f"    {self.token}\n\nIts reference: {url}/docs?token={self.token}\n"
        )
        try:
            print(text, file=sys.stderr, flush=True)
        except (OSError, ValueError) as problem:
            # Nobody at the other end any more: no reason to end.
            logger.warning(
                "the HTTP API's token (%s) could not be printed: %s", kept, problem
            )

    @property
    def _not_kept(self) -> str:
        return f"NOT kept, another one is made at the next start: {self.problem}"

    def _tell_where(self, url: str) -> None:
        if self.problem is None:
            text = (
                "the HTTP API (%s/docs) wants the token that is in the file %s, "
                "or API_TOKEN where that is set"
            )
            logger.info(text, url, self.path)
            return
        text = "nobody can use the HTTP API: its token is %s; set API_TOKEN to have one"
        logger.warning(text, self._not_kept)


def _is_terminal() -> bool:
    try:
        return sys.stderr.isatty()
    except (AttributeError, ValueError):
        # None, or closed.
        return False


def kept_token(data_dir: Path) -> KeptToken:
    """The token that is kept below ``data_dir``, made where there is none.

    Waits for the disk: call it in a thread.
    """
    path = data_dir / FILE
    try:
        found = _read(path)
        if found:
            return KeptToken(found, path)
        made = secrets.token_urlsafe(_BYTES)
        # An empty file is none; of two that start at once one token wins.
        if path.exists():
            path.unlink()
        data_dir.mkdir(parents=True, exist_ok=True)
        write_new(path, f"{made}\n".encode())
        kept = _read(path)
        return KeptToken(kept or made, path, is_new=kept == made)
    except (OSError, UnicodeDecodeError) as problem:
        reason = getattr(problem, "strerror", None) or str(problem)
        return KeptToken(
            secrets.token_urlsafe(_BYTES), path, is_new=True, problem=reason
        )


def _read(path: Path) -> str:
    """The token in the file; "" where there is none."""
    try:
        return path.read_text("ascii").strip()
    except FileNotFoundError:
        return ""
