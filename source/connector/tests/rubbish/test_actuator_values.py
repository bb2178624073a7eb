"""What BEMCom writes to an actuator is a command or is rejected, never nothing."""

from __future__ import annotations

from typing import Any

import pytest

from connector.bemcom import ActuatorFlow
from connector.tests.rubbish.mutations import VALUES

TOPIC = "ocpp/actuators/a"


class Flow(ActuatorFlow):
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.datapoint_map = {"sensor": {}, "actuator": {TOPIC: "key"}}
        self.sent: list[tuple[str, Any, int]] = []
        self.rejected: list[tuple[str, str]] = []

    def send_command(
        self, datapoint_key: str, datapoint_value: Any, datapoint_timestamp: int
    ) -> None:
        assert type(datapoint_timestamp) is int
        self.sent.append((datapoint_key, datapoint_value, datapoint_timestamp))

    def reject_value(self, datapoint_key: str, problem: str) -> None:
        self.rejected.append((datapoint_key, problem))


@pytest.mark.parametrize(
    "message",
    [
        '{"value":@,"timestamp":1}',
        '{"value":5,"timestamp":@}',
        '{"value":5,"timestamp":1,"more":@}',
        '{"value":[@]}',
        "@",
        '{"value":5}@',
    ],
)
def test_every_message_is_a_command_or_is_rejected(message: str) -> None:
    flow = Flow()
    for rubbish in VALUES:
        flow.run_actuator_flow(TOPIC, message.replace("@", rubbish).encode())
    assert len(flow.sent) + len(flow.rejected) == len(VALUES)
    assert {key for key, *_ in [*flow.sent, *flow.rejected]} <= {"key"}


@pytest.mark.parametrize(
    "message", [b"\xff", b"\xff\xfe{", b"\x00", b'{"value":"\xff"}']
)
def test_bytes_that_are_no_text_are_rejected(message: bytes) -> None:
    flow = Flow()
    flow.run_actuator_flow(TOPIC, message)
    assert (len(flow.sent), len(flow.rejected)) == (0, 1)
