"""`ocpp-connector doctor`: looks at everything, and says what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from connector.cli.caller import Caller, remote
from connector.cli.columns import FINDINGS
from connector.cli.problems import CommandFailed
from connector.cli.progress import steps

if TYPE_CHECKING:
    from connector.cli.doctor.findings import Finding
    from connector.cli.doctor.scene import Scene


def add_to(top: typer.Typer) -> None:
    """Add the command to those there are."""
    remote(top, "doctor", example="ocpp-connector doctor")(doctor)


def doctor(caller: Caller) -> None:
    """Look at settings, broker, ports, certificates, store, clock and stations.

    It works with a connector that runs and with none, changes nothing and shows no
    secrets. Exit code 0 where all is well, 1 for a warning, 7 where something is bad.
    """
    from connector.cli.doctor.findings import EXITS, worst  # noqa: PLC0415
    from connector.cli.doctor.scene import (  # noqa: PLC0415
        Scene,
        ask_connector,
        read_settings,
    )

    scene = Scene()
    read_settings(scene)
    ask_connector(scene, caller)
    try:
        findings = _looked_through(caller, scene)
    finally:
        if scene.client is not None:
            scene.client.close()
    caller.terminal.rows([each.as_json() for each in findings], FINDINGS, "nothing")
    code = EXITS[worst(findings)]
    if code:
        raise CommandFailed("", code)


def _looked_through(caller: Caller, scene: Scene) -> list[Finding]:
    from connector.cli.doctor.checks import CHECKS  # noqa: PLC0415

    findings: list[Finding] = []
    for _, look in steps(caller.terminal, "looking at", CHECKS):
        findings += look(scene)
    return findings
