"""All that is looked at, in the order in which it is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from connector.cli.doctor import broker, settings
from connector.cli.doctor.findings import Finding
from connector.cli.doctor.scene import Scene

Look = Callable[[Scene], Iterator[Finding]]
CHECKS: tuple[tuple[str, Look], ...] = (
    ("settings", settings.look),
    ("broker", broker.look),
)
