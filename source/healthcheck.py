"""The image's HEALTHCHECK: 0 healthy, 1 not.

A connector is asked for `/health`; a station (`ROLE=station`) writes a file: it is
healthy while it lives, for it charges without a central system, too.

On its own, without the connector's settings: it runs twice a minute on small machines.
"""

from __future__ import annotations

import os
import sys
import time
from http.client import HTTPConnection, HTTPException
from pathlib import Path

_EVERYWHERE = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104
_TIMEOUT_S = 4
_STATION_FILE, _STATION_SILENT_S = "station.health", 60


def main() -> int:
    """The exit code."""
    is_station = os.environ.get("ROLE", "").strip().lower() == "station"
    return station() if is_station else connector()


def station() -> int:
    """The exit code for stations."""
    path = Path(os.environ.get("DATA_DIR") or "data") / _STATION_FILE
    try:
        age_s = time.time() - path.stat().st_mtime
        print(path.read_text("ascii"))
    except OSError as error:
        print(error)
        return 1
    return 0 if age_s < _STATION_SILENT_S else 1


def connector() -> int:
    """The exit code; a connector without HTTP cannot be asked and counts as healthy."""
    host = os.environ.get("HTTP_HOST", "")
    port = int(os.environ.get("HTTP_PORT") or 8080)
    if port == 0:
        return 0
    connection = HTTPConnection(_EVERYWHERE.get(host, host), port, timeout=_TIMEOUT_S)
    try:
        connection.request("GET", "/health")
        response = connection.getresponse()
        print(response.read().decode())
        return 0 if response.status == 200 else 1
    except (OSError, HTTPException) as error:
        print(error)
        return 1
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(main())
