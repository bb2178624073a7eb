"""What charging stations do, against a central system with all defaults."""

from __future__ import annotations

from connector.tests.csms.conftest import start, system

__all__ = ["start", "system"]
