"""The page is served by the server of the API: its fixtures do."""

from __future__ import annotations

from connector.tests.web.api.conftest import api, shared_api, start_api

__all__ = ["api", "shared_api", "start_api"]
