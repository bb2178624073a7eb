"""What the other end needs: an environment of its own, and certificates."""

from __future__ import annotations

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[4]
_SCRIPT = ROOT / "scripts" / "v2g.sh"


class Absent(Exception):
    """It cannot be made here; the text says why."""


def v2g_python() -> Path:
    """The Python that has `iso15118`; installs it where it is not there yet.

    Raises:
        Absent: it could not be installed.
    """
    return Path(_run("environment"))


def make_pki(folder: Path) -> None:
    """Certificates for trying out, which last 60 days.

    Raises:
        Absent: they could not be made.
    """
    _run("pki", str(folder))


def _run(*arguments: str) -> str:
    done = subprocess.run(
        [str(_SCRIPT), *arguments], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Absent(done.stderr.strip()[-1000:])
    return done.stdout.strip()
