"""All that is looked at, in the order in which it is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from connector.cli.doctor import (
    broker,
    certificates,
    clock,
    open_files,
    ports,
    settings,
    stations,
    store,
)
from connector.cli.doctor.findings import Finding
from connector.cli.doctor.scene import Scene

Look = Callable[[Scene], Iterator[Finding]]
CHECKS: tuple[tuple[str, Look], ...] = (
    ("settings", settings.look),
    ("broker", broker.look),
    ("ports", ports.look),
    ("TLS", certificates.look),
    ("store", store.look),
    ("clock", clock.look),
    ("files", open_files.look),
    ("stations", stations.look),
)
