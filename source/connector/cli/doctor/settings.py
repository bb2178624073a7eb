"""The settings: whether they can be used, and what in them is worth a word."""

from __future__ import annotations

from collections.abc import Iterator

from connector.cli.doctor.findings import Area, Finding
from connector.cli.doctor.scene import Scene

AREA = Area("settings")


def look(scene: Scene) -> Iterator[Finding]:
    """What is set here."""
    for line in scene.wrong:
        yield AREA.bad("value", line, "correct it; until then nothing starts")
    for line in scene.ignored:
        yield AREA.warn("name", line, "correct the name in .env, or remove it")
    settings = scene.settings
    if settings is None:
        return
    if not scene.ignored:
        yield AREA.ok("values", "all can be used")
    if settings.role != "connector":
        text = f"ROLE is {settings.role}: this process is no central system"
        yield AREA.warn("role", text, "ROLE=connector, where one is meant")
    if settings.unknown_stations == "accept":
        text = "UNKNOWN_STATIONS=accept lets in whoever comes"
        yield AREA.warn("stations", text, "set it to pending once yours are adopted")
    if not settings.has_tree:
        text = "OPEN_TREE and HOME_ASSISTANT are off: values go to BEMCom alone"
        yield AREA.ok("tree", text)
    if settings.ocpp_port and not settings.min_security_profile:
        text = f"stations may come to port {settings.ocpp_port} without encryption"
        yield AREA.ok("security", f"{text} (MIN_SECURITY_PROFILE=0)")
