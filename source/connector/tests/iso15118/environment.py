"""Where the tests find the other side's environment."""

from __future__ import annotations

import os
from pathlib import Path


def v2g_python() -> Path:
    return Path(os.environ["V2G_PYTHON"])
