"""The token of the HTTP API, where none is configured: made once, kept, and told once.

It goes to stderr, for people, and to no log: logs go to MQTT.
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
        """Print a new one on stderr, for people; one that was told before is not."""
        if not self.is_new:
            return
        kept = f"kept in {self.path}"
        if self.problem is not None:
            kept = f"NOT kept, another one is made at the next start: {self.problem}"
        text = (
            "\nThe dashboard; this link logs a browser in:\n\n"
            f"    {url}/?token={self.token}\n\n"
            f"The HTTP API's token ({kept}; set API_TOKEN for one of your own):\n\n"
            f"    {self.token}\n\nIts reference: {url}/docs?token=<the token>\n"
        )
        try:
            print(text, file=sys.stderr, flush=True)
        except (OSError, ValueError) as problem:
            # A disk that is full, or nobody at the other end: no reason to end.
            logger.warning(
                "the HTTP API's token (%s) could not be printed: %s", kept, problem
            )


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
