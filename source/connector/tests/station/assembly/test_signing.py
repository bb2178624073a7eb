"""Meters sign where that is asked for, with a key that outlives the process."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

import pytest

from connector.station.assembly.meter_key import NAME, MeterKeyFile
from connector.station.scenarios import Outcome
from connector.tests.station.scenarios.bench import (
    central_end,
    plan,
    played,
    scenario,
)

SIGNED = """\
  - csms: {action: SetVariables, payload: {setVariableData: [
      {component: {name: SampledDataCtrlr}, variable: {name: SignReadings},
       attributeValue: "true"},
      {component: {name: OCPPCommCtrlr},
       variable: {name: PublicKeyWithSignedMeterValue}, attributeValue: EveryMeterValue},
      {component: {name: SampledDataCtrlr}, variable: {name: TxUpdatedInterval},
       attributeValue: "1"}]}}
  - do: {plug: 1}
  - do: {swipe: TAG1}
    expect:
      sent: TransactionEvent
      payload: {eventType: Updated, meterValue: [{sampledValue: [{signedMeterValue:
        {encodingMethod: OCMF, publicKey: "*"}}]}]}
      within_s: 15
"""
SIGNED_16 = """\
  - csms: {action: ChangeConfiguration,
           payload: {key: SampledDataSignReadings, value: "true"}}
  - csms: {action: ChangeConfiguration,
           payload: {key: MeterValueSampleInterval, value: "1"}}
  - do: {plug: 1}
  - do: {swipe: TAG1}
    expect:
      sent: MeterValues
      payload: {meterValue: [{sampledValue: [{format: SignedData}]}]}
      within_s: 15
"""


@pytest.mark.parametrize("folder", [None, "CP1"])
@pytest.mark.parametrize(
    ("version", "steps"),
    [("ocpp1.6", SIGNED_16), ("ocpp2.0.1", SIGNED), ("ocpp2.1", SIGNED)],
)
async def test_values_are_signed_where_that_is_asked_for(
    tmp_path: Path, version: str, steps: str, folder: str | None
) -> None:
    async with central_end(tmp_path) as central:
        own = plan(central, "CP1", version)
        if folder is not None:
            own = replace(own, folder=tmp_path / folder)
        result = await played(central, scenario(steps), plan=own)

    assert result.outcome is Outcome.PASSED, result


def test_a_key_is_kept_where_nobody_else_reads_it(tmp_path: Path) -> None:
    made = MeterKeyFile(tmp_path / "CP1").key()

    assert MeterKeyFile(tmp_path / "CP1").key().public == made.public
    assert (tmp_path / "CP1" / NAME).stat().st_mode & 0o777 == 0o600


def test_a_key_that_is_none_is_replaced_and_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / NAME).write_text("rubbish")

    with caplog.at_level(logging.WARNING):
        made = MeterKeyFile(tmp_path).key()

    assert NAME in caplog.text
    assert "rubbish" not in caplog.text
    assert MeterKeyFile(tmp_path).key().public == made.public


def test_without_a_folder_a_key_lasts_as_long_as_the_station() -> None:
    file = MeterKeyFile(None)

    assert file.key() is file.key()
    assert MeterKeyFile(None).key().public != file.key().public
