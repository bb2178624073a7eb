"""Ask `/health` as the image's HEALTHCHECK: 0 healthy, 1 not.

On its own, without the connector's settings: it runs twice a minute on small machines.
"""

from __future__ import annotations

import os
import sys
from http.client import HTTPConnection, HTTPException

_EVERYWHERE = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104
_TIMEOUT_S = 4


def main() -> int:
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
