"""The entry point of the connector."""

from __future__ import annotations

__version__ = "0.1.0"
