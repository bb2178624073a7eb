"""`ocpp-connector doctor`: looks at everything, and says what to do."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Annotated

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


_Problems = Annotated[
    bool, typer.Option("--problems", help="Show only what is not ok.")
]


def doctor(caller: Caller, problems: _Problems = False) -> None:
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
    shown = [each for each in findings if each.verdict or not problems]
    caller.terminal.rows([each.as_json() for each in shown], FINDINGS, "all is well")
    caller.terminal.note(_summary(findings))
    code = EXITS[worst(findings)]
    if code:
        raise CommandFailed("", code)


def _looked_through(caller: Caller, scene: Scene) -> list[Finding]:
    from connector.cli.doctor.checks import CHECKS  # noqa: PLC0415

    findings: list[Finding] = []
    for _, look in steps(caller.terminal, "looking at", CHECKS):
        findings += look(scene)
    return findings


def _summary(findings: list[Finding]) -> str:
    counts = Counter(each.verdict.word for each in findings)
    return ", ".join(f"{counts[word]} {word}" for word in ("ok", "warn", "bad"))
