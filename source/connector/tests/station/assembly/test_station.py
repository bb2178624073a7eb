"""A whole station of a file, at our own central system."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from connector.station.files import read_text
from connector.station.scenarios import Outcome
from connector.tests.station.scenarios.bench import (
    central_end,
    plan,
    played,
    scenario,
)

FILE = """\
identity: CP1
evses: [{connectors: [cType2]}]
monitors:
  - {variable: EVSE@1/Power, type: UpperThreshold, value: 5000}
"""
STEPS = """\
  - csms: {action: GetMonitoringReport, payload: {requestId: 1}}
    expect:
      sent: NotifyMonitoringReport
      payload: {monitor: [{variableMonitoring: [{type: UpperThreshold, value: 5000}]}]}
"""


async def test_the_monitors_of_a_file_are_there(tmp_path: Path) -> None:
    found = read_text(FILE, "cp.yaml", tmp_path)
    async with central_end(tmp_path) as central:
        own = replace(plan(central, "CP1", "ocpp2.1"), monitors=found.monitors)
        result = await played(central, scenario(STEPS), plan=own)

    assert found.monitors
    assert result.outcome is Outcome.PASSED, result
